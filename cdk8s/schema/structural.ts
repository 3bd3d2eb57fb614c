// Turns descriptions of values into the structural schema of a CustomResourceDefinition (CRD). The API server removes
// fields that the schema lacks. `kubectl explain` prints the schema.
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
import type { Resource } from './resource.ts';
import { celString } from './rules.ts';
import { byKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Description, Dictionary, Handlers, Json, List, Text } from './schema.ts';

export interface Schema {
  readonly [keyword: string]: Json;
}

/**
 * Maximum sizes of maps and lists, far above any real use. The API server needs them to estimate the cost of a CEL
 * rule.
 */
const MOST = { entries: 100, items: 100 };

/** Returns the schema keywords whose value isn't undefined. */
const given = (keywords: Readonly<Record<string, Json | undefined>>): Schema =>
  Object.fromEntries(Object.entries(keywords).filter((keyword): keyword is [string, Json] => keyword[1] !== undefined));

/** Returns CEL rules for a map's keys, because a structural schema has no keyword for such rules. */
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
 * Returns the rule for the keys of a map whose values may be of several scalar types. CEL can't check such a map. So
 * the rule refuses the keys in `except`, but doesn't enforce `pattern`.
 */
const untypedRules = ({ except }: Text): Schema =>
  except ? { not: { anyOf: except.map((name) => ({ required: [name] })) } } : {};

function mapOf({ names, of }: Dictionary<unknown>): Schema {
  const rules = nameRules(names);
  return {
    type: 'object',
    maxProperties: MOST.entries,
    ...(of.kind === 'scalar' ? untypedRules(names) : rules.length > 0 && { 'x-kubernetes-validations': rules }),
    // A null value removes the default value with the same key.
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
  // A structural schema names one type or no type. Without a type, all values are allowed, except the values that the
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
 * Returns the structural schema of one value and of all values inside it. A resource may omit every field of a group.
 * The API server writes only the defaults that are marked as persisted.
 */
export const structuralOf = (description: Description): Schema => ({
  description: description.doc,
  ...byKind(description, keywords),
  ...(description.rules && { 'x-kubernetes-validations': description.rules }),
  ...(description.persisted && { default: description.default as Json }),
});

/**
 * Schema of an object's metadata. It repeats the maximum name length, so that the API server can estimate the cost of
 * CEL rules.
 */
const metadata: Schema = { type: 'object', properties: { name: { type: 'string', maxLength: 253 } } };

/** Returns the structural schema of a whole resource. */
export const resourceSchema = ({ doc, spec, status, rules }: Resource): Schema => ({
  description: doc,
  type: 'object',
  properties: { metadata, spec: structuralOf(spec), status: structuralOf(status) },
  required: ['spec'],
  'x-kubernetes-validations': rules,
});
