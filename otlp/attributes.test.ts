import { attributesOf, valueOf } from './attributes.ts';

test('keeps an attribute that has the name of a property of every object', () => {
  const attributes = attributesOf([
    { key: '__proto__', value: { stringValue: 'a' } },
    { key: 'constructor', value: { stringValue: 'b' } },
  ]);
  expect(Object.entries(attributes)).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
  expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype);
});

test.each([
  [undefined, null],
  [3, null],
  [{ stringValue: 3 }, null],
  [{ intValue: 'x' }, null],
  [{ doubleValue: 'NaN' }, 'NaN'],
  [{ doubleValue: '-Infinity' }, '-Infinity'],
  [{ doubleValue: 'many' }, null],
  [{ arrayValue: { values: [1, { stringValue: 'a' }] } }, [null, 'a']],
  [{ kvlistValue: { values: [null, { key: 1 }, { key: 'a' }] } }, { a: null }],
])('reads the value %j as %j', (value, read) => {
  expect(valueOf(value)).toEqual(read);
});

test.each([[undefined], [null], [3], [{ key: 'a' }], [[null, [], { key: 2 }]]])(
  'finds no attributes in %j',
  (attributes) => {
    expect(attributesOf(attributes)).toEqual({});
  },
);

test('reads a value that nests too deep as null instead of overflowing the stack', () => {
  let value: object = { stringValue: 'deep' };
  for (let depth = 0; depth < 100_000; depth += 1) value = { arrayValue: { values: [value] } };
  expect(JSON.stringify(valueOf(value))).toMatch(/^\[+null\]+$/);
});
