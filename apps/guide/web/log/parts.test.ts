import { matchingLines, partsOf } from './parts.ts';

const id = '5b8aa5a2d2c872e8321cf37308d69df2';

test('finds the lines with a text, in upper or lower case, and all lines without one', () => {
  expect(matchingLines('GET /visit\nPOST /\nget /', ' GET ')).toBe('GET /visit\nget /');
  expect(matchingLines('a\nb', ' ')).toBe('a\nb');
  expect(matchingLines('a\nb', 'c')).toBe('');
});

test('finds the trace ids in a log, and loses no other text', () => {
  const log = `{"trace_id":"${id}"}\ntraceId: '${id}'`;
  expect(partsOf(log).filter(({ isTrace }) => isTrace)).toEqual([
    { text: id, isTrace: true },
    { text: id, isTrace: true },
  ]);
  expect(
    partsOf(log)
      .map(({ text }) => text)
      .join(''),
  ).toBe(log);
});

test.each([
  ['a span id', id.slice(0, 16)],
  ['a longer number, such as a hash', `${id}0`],
  ['the id of no trace', '0'.repeat(32)],
])('takes %s for no trace id', (_what, text) => {
  expect(partsOf(`x ${text} y`)).toEqual([{ text: `x ${text} y`, isTrace: false }]);
});
