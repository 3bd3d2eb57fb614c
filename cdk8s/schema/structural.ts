// Turns descriptions (schema.ts) into the structural schema of a CustomResourceDefinition (CRD). The API server removes
// each field of a custom resource that this schema doesn't have. `kubectl explain` prints the schema.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
import type { Resource } from './resource.ts';
import { celString } from './rules.ts';
import { byKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Description, Dictionary, Handlers, Json, List, Text } from './schema.ts';

export interface Schema {
  readonly [keyword: string]: Json;
}

/**
 * Default maximum sizes of maps (`entries`) and lists (`items`), far above any real use. The API server needs a maximum
 * size to estimate the cost of a CEL rule.
 */
const MOST = { entries: 100, items: 100 };

/** Returns the schema keywords without those whose value is undefined. */
const given = (keywords: Readonly<Record<string, Json | undefined>>): Schema =>
  Object.fromEntries(Object.entries(keywords).filter((keyword): keyword is [string, Json] => keyword[1] !== undefined));

/**
 * Returns CEL rules that check the keys of a map. They are CEL rules because a structural schema has no keyword that
 * checks keys.
 */
function nameRules({ doc, pattern, except }: Text): Json[] {
  const rule = [
    ...(pattern === undefined ? [] : [`name.matches(${celString(pattern)})`]),
    ...(except === undefined ? [] : [`!(name in [${except.map(celString).join(', ')}])`]),
  ].join(' && ');
  return rule === '' ? [] : [{ rule: `self.all(name, ${rule})`, message: `each name must be ${doc}` }];
}

const properties = (description: Extract<AnyDescription, { fields: unknown }>): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fieldsOf(description).map(([name, field]) => [name, structuralOf(field)])),
});

/**
 * Returns a schema that checks the keys of a map whose values may be of several scalar types. CEL can't read such a
 * map. So the schema refuses the keys in `except`, but can't enforce `pattern`.
 */
const untypedRules = ({ except }: Text): Schema =>
  except ? { not: { anyOf: except.map((name) => ({ required: [name] })) } } : {};

function mapOf({ names, of }: Dictionary<unknown>): Schema {
  const rules = nameRules(names);
  return {
    type: 'object',
    maxProperties: MOST.entries,
    ...(of.kind === 'scalar' ? untypedRules(names) : rules.length > 0 && { 'x-kubernetes-validations': rules }),
    // A user sets a key of the map to null to remove the default value of this key.
    additionalProperties: { ...structuralOf(of), nullable: true },
  };
}

const listOf = ({ of, key, maxItems = MOST.items }: List<unknown>): Schema => ({
  type: 'array',
  maxItems,
  items: structuralOf(of),
  ...(key !== undefined && { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key] }),
});

const keywords: Handlers<Schema> = {
  text: ({ pattern, except, format, minLength, maxLength }) => ({
    type: 'string',
    ...given({ format, pattern, minLength, maxLength }),
    ...(except && { not: { enum: except } }),
  }),
  choice: ({ options }) => ({ type: 'string', enum: options }),
  integer: ({ format, minimum, maximum }) => ({ type: 'integer', ...given({ format, minimum, maximum }) }),
  flag: () => ({ type: 'boolean' }),
  // A structural schema can name one type, but not several. Without a type, it allows all values except those that the
  // keywords below exclude.
  scalar: ({ pattern, types }) => ({
    'x-kubernetes-preserve-unknown-fields': true,
    maxProperties: 0,
    maxItems: 0,
    ...given({ pattern }),
    ...(!types.includes('boolean') && { not: { enum: [true, false] } }),
  }),
  map: mapOf,
  list: listOf,
  group: properties,
  entry: (description) => ({
    ...properties(description),
    ...(description.required.length > 0 && { required: description.required }),
  }),
  settings: () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
};

/**
 * Returns the structural schema of the described value and of all values inside it. In a custom resource, a user may
 * omit every field of a `group`. The API server writes a default only if its description has `persisted`.
 */
export const structuralOf = (description: Description): Schema => ({
  description: description.doc,
  ...byKind(description, keywords),
  ...(description.rules && { 'x-kubernetes-validations': description.rules }),
  ...(description.persisted && { default: description.default as Json }),
});

/**
 * Schema of an object's metadata. Kubernetes limits the length of names anyway, but the schema repeats the limit. The
 * API server uses it to estimate the cost of CEL rules.
 */
const metadata: Schema = { type: 'object', properties: { name: { type: 'string', maxLength: 253 } } };

/** Returns the structural schema of a whole custom resource. */
export const resourceSchema = ({ doc, spec, status, rules }: Resource): Schema => ({
  description: doc,
  type: 'object',
  properties: { metadata, spec: structuralOf(spec), status: structuralOf(status) },
  required: ['spec'],
  'x-kubernetes-validations': rules,
});
