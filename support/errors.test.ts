import { UserError, asError, describeError } from './errors.ts';

test('prints a UserError with what was expected, what was found and what to do, but without a stack', () => {
  const error = new UserError('There is too little memory.', {
    expected: '2 GiB free',
    found: '1.1 GiB free',
    todo: ['close something', 'give the machine more'],
  });
  expect(describeError(error)).toBe(
    [
      'There is too little memory.',
      '  expected  2 GiB free',
      '  found     1.1 GiB free',
      '  do        close something',
      '  or        give the machine more',
    ].join('\n'),
  );
});

test('aligns the lines of a multi-line detail of a UserError in one column', () => {
  expect(describeError(new UserError('x', { found: 'one\ntwo', todo: 'y' }))).toContain(
    '  found     one\n            two\n',
  );
});

test('prints an error that is not a UserError with its stack', () => {
  expect(describeError(new TypeError('x is undefined'))).toMatch(/TypeError: x is undefined\n +at /);
});

test('prints every error of an AggregateError', () => {
  const both = new AggregateError([
    new UserError('No memory.', { todo: 'a' }),
    new UserError('No disk.', { todo: 'b' }),
  ]);
  expect(describeError(both)).toBe('No memory.\n  do        a\nNo disk.\n  do        b');
});

test('returns a thrown Error unchanged', () => {
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
])('turns %s that was thrown into an Error that says what was thrown', (_, thrown, found) => {
  const error = asError(thrown);
  expect(error.message).toBe(`Expected an Error to be thrown, found ${found}.`);
  expect(error.cause).toBe(thrown);
});
