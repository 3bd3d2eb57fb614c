import { parseDocument } from 'yaml';
import { chartValues } from '../operator/values.ts';
import type { AnyDescription } from './schema.ts';
import {
  choice,
  entry,
  fieldsOf,
  flag,
  group,
  integer,
  list,
  map,
  quantity,
  scalar,
  settings,
  text,
} from './schema.ts';
import { schemaOf } from './json-schema.ts';
import { structuralOf } from './structural.ts';
import { tableOf } from './table.ts';
import { yamlOf } from './yaml.ts';

const cafe = group('A café.', {
  open: flag({ doc: 'Whether anybody is served.', default: true }),
  size: choice({ doc: 'Of the cup.', default: 'small', options: ['small', 'large'] }),
  till: group('Where one pays.', {
    coins: integer({ doc: 'In it | at opening.', default: 7, minimum: 0, maximum: 9 }),
    staff: list({
      doc: 'Who is at it.',
      of: entry('a person', { name: text({ doc: 'Name.' }), age: scalar({ doc: 'Age.' }) }, ['name']),
    }),
  }),
  prices: map({
    doc: 'By drink.',
    names: text({ doc: 'a drink', pattern: '^[a-z]+$', except: ['tea'] }),
    of: quantity({ doc: 'a price' }),
  }),
  machine: settings({ doc: 'As its maker has it.' }),
});

test("builds a group's default from the defaults of its fields", () => {
  expect(cafe.default).toEqual({ open: true, size: 'small', till: { coins: 7, staff: [] }, prices: {}, machine: {} });
});

test('prints values.yaml with the purpose, options and range of each value as a comment', () => {
  expect(yamlOf(cafe, '# Opening')).toBe(`# Opening
# Whether anybody is served.
open: true

# Of the cup. One of small, large.
size: small

# Where one pays.
till:
  # In it | at opening. From 0 to 9.
  coins: 7
  # Who is at it.
  staff: []

# By drink.
prices: {}

# As its maker has it.
machine: {}
`);
});

test('prints a row of the README table for every value that is not a group', () => {
  expect(tableOf(cafe).split('\n').slice(2)).toEqual([
    '| `open` | `true` | Whether anybody is served. |',
    '| `size` | `"small"` | Of the cup. One of small, large. |',
    '| `till.coins` | `7` | In it \\| at opening. From 0 to 9. |',
    '| `till.staff` | `[]` | Who is at it. |',
    '| `prices` | `{}` | By drink. |',
    '| `machine` | `{}` | As its maker has it. |',
  ]);
});

test('builds a JSON schema that allows only described values', () => {
  expect(schemaOf(cafe)).toMatchObject({
    type: 'object',
    additionalProperties: false,
    required: ['open', 'size', 'till', 'prices', 'machine'],
    properties: {
      open: { type: 'boolean' },
      size: { enum: ['small', 'large'] },
      till: {
        additionalProperties: false,
        properties: {
          coins: { type: 'integer', minimum: 0, maximum: 9 },
          staff: {
            type: 'array',
            items: {
              additionalProperties: false,
              required: ['name'],
              properties: { age: { type: ['string', 'number', 'boolean'] } },
            },
          },
        },
      },
      prices: {
        propertyNames: { pattern: '^[a-z]+$', not: { enum: ['tea'] } },
        additionalProperties: { type: ['string', 'number'] },
      },
      machine: { type: 'object' },
    },
  });
});

test('builds a CRD schema that allows the same values as the JSON schema', () => {
  expect(structuralOf(cafe)).toEqual({
    description: 'A café.',
    type: 'object',
    properties: {
      open: { description: 'Whether anybody is served.', type: 'boolean' },
      size: { description: 'Of the cup.', type: 'string', enum: ['small', 'large'] },
      till: {
        description: 'Where one pays.',
        type: 'object',
        properties: {
          coins: { description: 'In it | at opening.', type: 'integer', minimum: 0, maximum: 9 },
          staff: {
            description: 'Who is at it.',
            type: 'array',
            maxItems: 100,
            items: {
              description: 'a person',
              type: 'object',
              required: ['name'],
              properties: {
                name: { description: 'Name.', type: 'string' },
                age: {
                  description: 'Age.',
                  'x-kubernetes-preserve-unknown-fields': true,
                  maxProperties: 0,
                  maxItems: 0,
                },
              },
            },
          },
        },
      },
      prices: {
        description: 'By drink.',
        type: 'object',
        maxProperties: 100,
        not: { anyOf: [{ required: ['tea'] }] },
        additionalProperties: {
          description: 'a price',
          'x-kubernetes-preserve-unknown-fields': true,
          maxProperties: 0,
          maxItems: 0,
          nullable: true,
          pattern: expect.any(String) as string,
          not: { enum: [true, false] },
        },
      },
      machine: { description: 'As its maker has it.', type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
    },
  });
});

test("checks a map's keys with a CEL rule in which backslashes and quotes are escaped", () => {
  const names = text({ doc: 'a drink', pattern: "^\\w'$", except: ['tea', 'milk'] });
  expect(structuralOf(map({ doc: '', names, of: text({ doc: '' }) }))['x-kubernetes-validations']).toEqual([
    {
      rule: String.raw`self.all(name, name.matches('^\\w\'$') && !(name in ['tea', 'milk']))`,
      message: 'each name must be a drink',
    },
  ]);
});

test.each(['0', '50m', '1.5', '64Mi', '1e3', '1E3', '2E', '1k'])('accepts the Kubernetes quantity %s', (text) => {
  expect(text).toMatch(new RegExp(quantity({ doc: '' }).pattern ?? ''));
});

test.each(['', '-1', '1.', '1 Mi', '1mi', '1K', '1e', '1e310'])('refuses the Kubernetes quantity "%s"', (text) => {
  expect(text).not.toMatch(new RegExp(quantity({ doc: '' }).pattern ?? ''));
});

const all = (description: AnyDescription): AnyDescription[] => [
  description,
  ...(description.kind === 'group' ? fieldsOf(description).flatMap(([, field]) => all(field)) : []),
];

test('uses a full sentence to describe every value of the chart', () => {
  expect(
    all(chartValues)
      .filter(({ doc }) => !/^[A-Z].*\.$/s.test(doc))
      .map(({ doc }) => doc),
  ).toEqual([]);
});

test('prints a values.yaml that parses to the defaults', () => {
  expect(parseDocument(yamlOf(chartValues, '#'), { version: '1.1' }).toJS()).toEqual(chartValues.default);
});
