import { endMark, tookInWords } from './end-words.ts';

const inWords = (milliseconds: number): string => `${milliseconds} ms`;
const start = Date.UTC(2026, 10, 30);

test.each([
  ['5 ms', '', { start, duration: 5 }],
  ['0 ms', '', { start, duration: 0 }],
  ['−5000 ms', 'ends before it starts', { start, duration: 0, endsEarly: 5_000 }],
  ['–', 'no end', { start, duration: 0, endsEarly: start }],
])('says %j and %j', (took, mark, span) => {
  expect([tookInWords(span, inWords), endMark(span)]).toEqual([took, mark]);
});
