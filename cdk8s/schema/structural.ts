// Described values as a structural schema, which a CustomResourceDefinition takes: the API server prunes by it, and `kubectl
// explain` reads it. https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema
import { byKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Description, Dictionary, Handlers, Json, Text } from './schema.ts';

export interface Schema {
  readonly [keyword: string]: Json;
}

/** Bounds that the API server needs to know what a rule may cost, far beyond what anybody wants. */
const MOST = { entries: 100, items: 100 };

const celString = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

/** Property names can only be ruled by CEL in a structural schema. https://kubernetes.io/docs/reference/using-api/cel/ */
function nameRules({ doc, pattern, except }: Text): Json[] {
  const rule = [
    ...(pattern === undefined ? [] : [`name.matches(${celString(pattern)})`]),
    ...(except === undefined ? [] : [`!(name in [${except.map(celString).join(', ')}])`]),
  ].join(' && ');
  return rule === '' ? [] : [{ rule: `self.all(name, ${rule})`, message: `each name must be ${doc}` }];
}

const properties = (of: Extract<AnyDescription, { fields: unknown }>): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fieldsOf(of).map(([name, field]) => [name, structuralOf(field)])),
});

/** CEL has no type for a map of what is of several types: of its names only those that are ruled out can be said. */
const untypedRules = ({ except }: Text): Schema =>
  except ? { not: { anyOf: except.map((name) => ({ required: [name] })) } } : {};

function mapOf({ names, of }: Dictionary<unknown>): Schema {
  const rules = nameRules(names);
  return {
    type: 'object',
    maxProperties: MOST.entries,
    ...(of.kind === 'scalar' ? untypedRules(names) : rules.length > 0 && { 'x-kubernetes-validations': rules }),
    // Null takes a default entry out.
    additionalProperties: { ...structuralOf(of), nullable: true },
  };
}

const rules: Handlers<Schema> = {
  text: ({ pattern, except }) => ({
    type: 'string',
    ...(pattern !== undefined && { pattern }),
    ...(except && { not: { enum: except } }),
  }),
  choice: (of) => ({ type: 'string', enum: of.options }),
  integer: (of) => ({ type: 'integer', minimum: of.minimum, maximum: of.maximum }),
  flag: () => ({ type: 'boolean' }),
  // A structural schema has one type or none: without one anything goes, but for what is ruled out here.
  scalar: ({ pattern, types }) => ({
    'x-kubernetes-preserve-unknown-fields': true,
    maxProperties: 0,
    maxItems: 0,
    ...(pattern !== undefined && { pattern }),
    ...(!types.includes('boolean') && { not: { enum: [true, false] } }),
  }),
  map: mapOf,
  list: (of) => ({ type: 'array', maxItems: MOST.items, items: structuralOf(of.of) }),
  group: properties,
  entry: (of) => ({ ...properties(of), ...(of.required.length > 0 && { required: of.required }) }),
  settings: () => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true }),
};

/**
 * The schema of one value and all below it. It takes what `schemaOf` takes, parts of it too: what is left out is somebody else's to
 * fill in, and no default is written into the object.
 */
export const structuralOf = (of: Description): Schema => ({ description: of.doc, ...byKind(of, rules) });
