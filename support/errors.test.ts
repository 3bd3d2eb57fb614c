import { UserError, describeError } from './errors.ts';

test('a user error says what was expected, found and what to do, without a stack', () => {
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

test('lines of an answer that has several stay in its column', () => {
  expect(describeError(new UserError('x', { found: 'one\ntwo', todo: 'y' }))).toContain(
    '  found     one\n            two\n',
  );
});

test('a bug of ours is described with its stack', () => {
  expect(describeError(new TypeError('x is undefined'))).toMatch(/TypeError: x is undefined\n +at /);
});

test('several misses are all described', () => {
  const both = new AggregateError([
    new UserError('No memory.', { todo: 'a' }),
    new UserError('No disk.', { todo: 'b' }),
  ]);
  expect(describeError(both)).toBe('No memory.\n  do        a\nNo disk.\n  do        b');
});
