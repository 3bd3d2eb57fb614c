import { beginOf, sinceIn, textOf, timeOfDay } from './since.ts';
import type { Since } from './since.ts';

test.each<[string, Since]>([
  ['', { kind: 'all' }],
  ['marked', { kind: 'marked' }],
  ['5m', { kind: 'minutes', minutes: 5 }],
  ['1700000000000', { kind: 'time', time: 1_700_000_000_000 }],
])('reads and writes “%s”', (text, since) => {
  expect([sinceIn(text), textOf(since)]).toEqual([since, text]);
});

test.each(['5', 'x', '-5m', '99999m', '9999999999999999', 'all', '1e12'])(
  'takes “%s” for a time or for all',
  (text) => {
    expect(sinceIn(text)).toEqual(text === '5' ? { kind: 'time', time: 5 } : { kind: 'all' });
  },
);

test('begins at the first marked trace, some minutes ago, at a time, or never', () => {
  const at = { now: 1_000_000, firstMarked: 700_000 };
  const begins = ['', 'marked', '5m', '123'].map((text) => beginOf(sinceIn(text), at));
  expect(begins).toEqual([undefined, 700_000, 700_000, 123]);
});

describe('a time of day', () => {
  const now = new Date(2026, 2, 10, 0, 20, 30).getTime();

  test.each([
    ['00:20', new Date(2026, 2, 10, 0, 20, 0)],
    ['00:20:30', new Date(2026, 2, 10, 0, 20, 30)],
    ['23:50', new Date(2026, 2, 9, 23, 50, 0)],
    ['00:20:31', new Date(2026, 2, 9, 0, 20, 31)],
  ])('is the last %s', (text, time) => {
    expect(timeOfDay(text, now)).toBe(time.getTime());
  });

  test.each(['', '5', 'noon', '1:20'])('is not “%s”', (text) => {
    expect(timeOfDay(text, now)).toBeUndefined();
  });
});
