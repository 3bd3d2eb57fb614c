import type { SignalState } from '../../explore-contract.ts';
import { moment, number, shortMoment, span, stateInWords, withUnit } from './words.ts';

const now = Date.UTC(2026, 10, 29, 10, 0, 0);
const state: SignalState = { signal: 'metrics', source: 'memory', since: now - 3_600_000, dropped: [] };

test.each([
  ['is silent while metrics arrive', { latest: now - 5_000 }, undefined],
  ['says since when nothing has arrived', {}, /^No metrics have arrived since the guide started at .*, 1\.0 h ago\.$/],
  ['says why nothing can arrive', { unavailable: 'The chart is older.' }, /^The chart is older\.$/],
  ['says that Prometheus is not asked', { latest: now, fallback: 'No answer.' }, /^No answer\.$/],
  ['says when the latest came', { latest: now - 180_000 }, /^No metrics arrive now\. The latest came at .*, 3 min ago/],
])('%s', (_what, part, expected) => {
  const { missing } = stateInWords({ ...state, ...part }, now);
  if (expected === undefined) expect(missing).toBeUndefined();
  else expect(missing).toMatch(expected);
});

test('says what was lost, where, and what to do', () => {
  const lost = { signal: 'metrics', hop: 'collector', reason: 'size', count: 12_345, to: 'the guide' } as const;
  expect(stateInWords({ ...state, latest: now, dropped: [lost] }, now).dropped).toEqual([
    expect.stringMatching(/^The Collector has dropped 12,345 metric points, because .*\. Leave long texts out/),
  ]);
});

test('says the day of a time that is far from now', () => {
  const time = new Date(1970, 0, 1, 8, 58, 13).getTime();
  expect([moment(time), shortMoment(time)]).toEqual(['1970-01-01 08:58:13', '1970-01-01']);
  expect([moment(Date.now()), shortMoment(Date.now())]).toEqual(
    Array(2).fill(expect.stringMatching(/^\d\d:\d\d:\d\d$/)),
  );
});

test.each([
  [0, '0'],
  [0.03333, '0.0333'],
  [12.345, '12.3'],
  [999.6, '1000'],
  [1234.5, '1,235'],
  [4_000_000, '4,000,000'],
])('formats %d as %s', (value, text) => expect(number(value)).toBe(text));

test.each([
  [4, '{roll}', '4 roll'],
  [4, '{roll}/s', '4 roll/s'],
  [4, '1', '4'],
  [4, '', '4'],
  [4, 'ms', '4 ms'],
])('formats %d with the unit "%s" as "%s"', (value, unit, text) => expect(withUnit(value, unit)).toBe(text));

test.each([
  [400, '0 s'],
  [59_000, '59 s'],
  [150_000, '3 min'],
  [5_400_000, '1.5 h'],
])('formats %d milliseconds as %s', (milliseconds, text) => expect(span(milliseconds)).toBe(text));
