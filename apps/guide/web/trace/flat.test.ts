import type { TraceOfPage } from '../../contract.ts';
import { roundTrace } from '../testing/fake-trace.ts';
import { inWords, isFromAnother, isWhole, rowsOf } from './flat.ts';

const trace = roundTrace('f'.repeat(32));

test('lists the spans of a trace with their depth, parents before children', () => {
  expect(rowsOf(trace).map(({ span, depth }) => `${depth} ${span.service}`)).toEqual([
    '0 guide',
    '1 guide',
    '2 arcade',
    '3 arcade',
    '4 dice',
    '5 dice',
    '3 arcade',
    '4 prizes',
  ]);
});

test('keeps the bar of every span within the drawing, and wide enough to see', () => {
  for (const { from, width } of rowsOf(trace)) {
    expect(from).toBeGreaterThanOrEqual(0);
    expect(width).toBeGreaterThanOrEqual(4);
    expect(from + width).toBeLessThanOrEqual(1000);
  }
});

test('draws a bar for each span of a trace that has no duration', () => {
  expect(rowsOf({ ...trace, duration: 0 }).every(({ from, width }) => from === 0 && width === 4)).toBe(true);
});

test('treats a trace as complete if it has one root, and this root refers to no missing parent', () => {
  const [root] = trace.roots;
  if (!root) throw new Error('expected a root');
  const two: TraceOfPage = { ...trace, roots: [root, root] };
  const orphan: TraceOfPage = { ...trace, roots: [{ ...root, orphan: true }] };
  expect([isWhole(trace), isWhole(two), isWhole(orphan)]).toEqual([true, false, false]);
});

test('recognizes spans of another pod, and ignores spans that name no pod', () => {
  const pod = 'lab-dice-7d4b9c6f5-x2x8v';
  expect([
    isFromAnother(trace, 'dice', pod),
    isFromAnother(trace, 'dice', 'another'),
    isFromAnother(trace, 'visitors', pod),
  ]).toEqual([false, true, false]);
});

test.each([
  [0.1234, '0.12 ms'],
  [38.42, '38.4 ms'],
  [0.0623, '0.062 ms'],
  [1500, '1.50 s'],
])('formats a duration of %d ms as %s', (time, words) => {
  expect(inWords(time)).toBe(words);
});
