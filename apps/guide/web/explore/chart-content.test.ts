import { drawnValues, hrefAt, powersOfTen, rangeOf, summaryOf, tableOf } from './chart-content.ts';
import type { ChartContent, Point } from './chart-content.ts';

const point: Point = { time: 1_500, value: 700, traceId: 'a', spanId: 'b', isError: true, text: 'Error, 700 ms' };
const content: ChartContent = {
  title: 'Latency',
  unit: 'ms',
  times: [1_000, 2_000, 3_000],
  step: 1_000,
  shape: 'lines',
  lines: [
    { label: 'p99', values: [null, 20, 612.5], colour: 'hue-0' },
    { label: 'p50', values: [null, 2, null], colour: 'hue-0' },
  ],
  scale: 'log',
  mark: 500,
  points: [point],
};

test('adds the bars below to each bar', () => {
  const lines = [
    { label: '400', values: [null, 1, 2], colour: 'bad' as const },
    { label: '500', values: [null, 3, null], colour: 'bad' as const },
  ];
  expect(drawnValues({ ...content, shape: 'bars', lines })).toEqual([
    [null, 1, 2],
    [null, 4, 2],
  ]);
});

test.each([
  ['a logarithmic scale from a power of ten to a power of ten', {}, [1, 1000]],
  ['a linear scale from 0, with room above', { scale: 'linear' as const, mark: 1_000 }, [0, 1_100]],
  ['a linear scale of nothing', { scale: 'linear' as const, lines: [], points: [], mark: 0 }, [0, 1]],
  ['a logarithmic scale of nothing', { lines: [], points: [], mark: 0 }, [1, 10]],
])('gives %s', (_what, part, range) => {
  expect(rangeOf({ ...content, ...part }).map((value) => Math.round(value))).toEqual(range);
});

test('sums up a chart with the latest value of each line and the number of exemplars', () => {
  expect(summaryOf(content)).toMatch(
    /^Latency from \S+ to \S+\. Latest values: p99: 613 ms; p50: 2 ms\. 1 exemplar, 1 of them with an error\.$/,
  );
  expect(summaryOf({ ...content, lines: [] })).toBe('Latency: nothing measured.');
});

test.each([
  ['an old value of a line that ended', [5, null], 1_500, /; p50: none since \d\d:\d\d:01$/],
  ['a value of more than a minute ago', [5, ...Array<null>(61).fill(null)], undefined, /none since \d\d:\d\d:01$/],
  ['a value of a minute ago', [5, ...Array<null>(60).fill(null)], undefined, /; p50: 5 ms$/],
  ['the value of a line that still is 0', [5, 0], 1_500, /; p50: 0 ms$/],
])('sums up %s as what it is now', (_what, values, ended, expected) => {
  const [p99 = content.lines[0], p50] = content.lines;
  const lines = [p99, { ...p50, values, ...(ended !== undefined && { ended }) }] as ChartContent['lines'];
  const times = values.map((_, at) => (at + 1) * 1_000);
  expect(/Latest values: (.*?)\. /.exec(`${summaryOf({ ...content, times, lines })} `)?.[1]).toMatch(expected);
});

test('lists the same numbers and exemplars in a table, newest first, without empty rows', () => {
  expect(tableOf(content)).toEqual([
    { time: 3_000, cells: ['613 ms', ''], points: [], links: [] },
    { time: 2_000, cells: ['20 ms', '2 ms'], points: [point], links: [] },
  ]);
});

test('says of a percentile in the last bucket that it is at least that long', () => {
  const long = { ...content, measuredTo: 612.5 };
  expect(summaryOf(long)).toMatch(/: p99: at least 613 ms; p50: 2 ms\./);
  expect(tableOf(long).map(({ cells }) => cells[0])).toEqual(['at least 613 ms', '20 ms']);
});

test('links each part of a bar that is not empty to the requests that it counts', () => {
  const lines = [
    { label: '404', values: [null, 0, 2], colour: 'bad' as const },
    { label: '500', values: [null, 0, 0], colour: 'bad' as const },
    { label: '503', values: [null, 0, 1], colour: 'bad' as const },
  ];
  const bars: ChartContent = { ...content, shape: 'bars', lines, hrefOf: ({ label }, until) => `${label} ${until}` };
  expect([-1, 0, 1].map((at) => hrefAt(bars, at, 0))).toEqual([undefined, undefined, undefined]);
  const heights = [0, 2, 2.1, 3, 7];
  expect(heights.map((height) => hrefAt(bars, 2, height))).toEqual([404, 404, 503, 503, 503].map((at) => `${at} 3000`));
  expect(tableOf(bars)[0]?.links.map(({ label, href }) => [label, href])).toEqual([
    ['404', '404 3000'],
    ['503', '503 3000'],
  ]);
});

test('has lines of a logarithmic scale at powers of ten only, as the page says', () => {
  expect(powersOfTen(0.01, 1_000)).toEqual([0.01, 0.1, 1, 10, 100, 1_000]);
});
