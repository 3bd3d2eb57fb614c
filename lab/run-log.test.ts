import { CODE_BEFORE, NEW_CODE, sinceStart } from './run-log.ts';

test.each([
  ['all lines of a first start', ['a', 'b'], ['a', 'b']],
  ['the lines after a Run', ['a', NEW_CODE, 'b'], ['b']],
  ['no line just after a start', ['a', NEW_CODE], []],
  ['the lines of the code of before', ['a', NEW_CODE, 'Error', CODE_BEFORE, 'c'], ['c']],
])('returns %s', (_what, lines, expected) => {
  expect(sinceStart(lines)).toEqual(expected);
});
