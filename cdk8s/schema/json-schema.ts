// The JSON schema of described values: what Helm checks before it renders anything.
import { byKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Description, Handlers, Json, Text } from './schema.ts';

type Schema = { readonly [keyword: string]: Json };

const textRules = ({ pattern, except }: Text): Schema => ({
  ...(pattern !== undefined && { pattern }),
  ...(except && { not: { enum: except } }),
});

const ofFields = (of: Extract<AnyDescription, { fields: unknown }>): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fieldsOf(of).map(([name, field]) => [name, schemaOf(field)])),
  // Says what was expected where `additionalProperties` says only what was found.
  propertyNames: { enum: fieldsOf(of).map(([name]) => name) },
  additionalProperties: false,
});

const rules: Handlers<Schema> = {
  text: (of) => ({ type: 'string', ...textRules(of) }),
  choice: (of) => ({ type: 'string', enum: of.options }),
  integer: (of) => ({ type: 'integer', minimum: of.minimum, maximum: of.maximum }),
  flag: () => ({ type: 'boolean' }),
  scalar: (of) => ({ type: of.types, ...(of.pattern !== undefined && { pattern: of.pattern }) }),
  map: (of) => ({
    type: 'object',
    propertyNames: { ...textRules(of.names), description: of.names.doc },
    additionalProperties: schemaOf(of.of),
  }),
  list: (of) => ({ type: 'array', items: schemaOf(of.of) }),
  group: (of) => ({ ...ofFields(of), required: fieldsOf(of).map(([name]) => name) }),
  entry: (of) => ({ ...ofFields(of), ...(of.required.length > 0 && { required: of.required }) }),
  settings: () => ({ type: 'object' }),
};

/** The schema of one value and all below it. */
export const schemaOf = (of: Description): Schema => ({ description: of.doc, ...byKind(of, rules) });
