// Turns the descriptions of chart values (schema.ts) into a JSON schema. Helm checks a user's values against this
// schema before it renders the chart.
import { byKind, fieldsOf } from './schema.ts';
import type { AnyDescription, Description, Handlers, Json, Text } from './schema.ts';

type Schema = { readonly [keyword: string]: Json };

const textRules = ({ pattern, except }: Text): Schema => ({
  ...(pattern !== undefined && { pattern }),
  ...(except && { not: { enum: except } }),
});

const ofFields = (description: Extract<AnyDescription, { fields: unknown }>): Schema => ({
  type: 'object',
  properties: Object.fromEntries(fieldsOf(description).map(([name, field]) => [name, schemaOf(field)])),
  // If a user sets an unknown value, `propertyNames` makes Helm's error message list the allowed names. With
  // `additionalProperties` alone, the message has only the unknown name.
  propertyNames: { enum: fieldsOf(description).map(([name]) => name) },
  additionalProperties: false,
});

const rules: Handlers<Schema> = {
  text: (description) => ({ type: 'string', ...textRules(description) }),
  choice: ({ options }) => ({ type: 'string', enum: options }),
  integer: ({ minimum, maximum }) => ({ type: 'integer', minimum, ...(maximum !== undefined && { maximum }) }),
  flag: () => ({ type: 'boolean' }),
  scalar: ({ types, pattern }) => ({ type: types, ...(pattern !== undefined && { pattern }) }),
  map: ({ names, of }) => ({
    type: 'object',
    propertyNames: { ...textRules(names), description: names.doc },
    additionalProperties: schemaOf(of),
  }),
  list: ({ of }) => ({ type: 'array', items: schemaOf(of) }),
  group: (description) => ({ ...ofFields(description), required: fieldsOf(description).map(([name]) => name) }),
  entry: (description) => ({
    ...ofFields(description),
    ...(description.required.length > 0 && { required: description.required }),
  }),
  settings: () => ({ type: 'object' }),
};

/** Returns the JSON schema of the described value and of all values inside it. */
export const schemaOf = (description: Description): Schema => ({
  description: description.doc,
  ...byKind(description, rules),
});
