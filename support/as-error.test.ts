import { asError } from './as-error.ts';

test('returns an error unchanged', () => {
  const error = new TypeError('so');
  expect(asError(error)).toBe(error);
});

const unreadable = {
  get message(): string {
    throw new Error('no');
  },
  toString() {
    throw new Error('no');
  },
};

test.each([
  ['a string', 'oh', 'oh'],
  ['undefined', undefined, 'undefined'],
  ['null', null, 'null'],
  ['a symbol', Symbol('s'), 'Symbol(s)'],
  ['an object whose text throws', unreadable, 'an object'],
  ['an object without a prototype', Object.create(null), 'an object'],
  ['an object with a secret', { headers: { authorization: 'Bearer abc' } }, 'an object'],
])('turns %s into an error that says what was thrown', (_, thrown, found) => {
  const error = asError(thrown);
  expect(error.message).toBe(`Expected an Error to be thrown, found ${found}.`);
  expect(error.cause).toBe(thrown);
});
