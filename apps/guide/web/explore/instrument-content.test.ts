import type { Instrument, InstrumentSeries } from '../../explore-contract.ts';
import {
  bucketsOf,
  contentsOf,
  labelsFor,
  maxLines,
  percentileOf,
  rateOf,
  seriesName,
  sharedAttributes,
} from './instrument-content.ts';

const times = { times: [1_000, 2_000, 3_000], step: 1_000 };
const series: InstrumentSeries = {
  attributes: { 'roll.value': 6 },
  values: [10, 14, 15],
  exemplars: [{ time: 1_500, value: 1, traceId: 'a', spanId: 'b', attributes: {} }],
};
const histogram: InstrumentSeries = { ...series, bounds: [10, 20], buckets: [5, 10, 5] };
const counter: Instrument = {
  service: 'dice',
  scope: 'dice',
  name: 'dice.rolls',
  kind: 'counter',
  unit: '{roll}',
  description: '',
  series: [series],
};

test('draws a counter as rate and total, with its exemplar on the line of its series', () => {
  const [rate, total] = contentsOf(counter, times);
  expect(rate).toMatchObject({ title: 'Rate, a second', lines: [{ label: 'roll.value=6', values: [null, 4, 1] }] });
  expect(total).toMatchObject({ title: 'Total', lines: [{ values: [10, 14, 15] }] });
  expect([rate?.points, total?.points]).toMatchObject([
    [{ value: 4, text: expect.stringMatching(/^1 roll at .*, roll\.value=6$/) as string }],
    [{ value: 14 }],
  ]);
});

test.each([
  ['gauge', ['Value']],
  ['up-down counter', ['Value']],
  ['histogram', ['Recorded values a second']],
] as const)('draws a %s', (kind, titles) => {
  expect(contentsOf({ ...counter, kind }, times).map(({ title }) => title)).toEqual(titles);
});

test('draws a bounded number of series', () => {
  const [rate] = contentsOf({ ...counter, series: Array.from({ length: 1_000 }, () => series) }, times);
  expect(rate?.lines).toHaveLength(maxLines);
});

test('has no rate after the newest report, and puts a later exemplar on the end of the line', () => {
  const [rate] = contentsOf({ ...counter, series: [{ ...series, values: [10, null, null] }] }, times);
  expect(rate).toMatchObject({ lines: [{ values: [null, null, null] }], points: [{ value: 0 }] });
  const [, total] = contentsOf({ ...counter, series: [{ ...series, values: [10, null, null] }] }, times);
  expect(total).toMatchObject({ points: [{ value: 10 }] });
});

test('starts a rate again after a restart, and has none after a gap', () => {
  expect(rateOf([null, 10, 12, 3, null, 5], 2_000)).toEqual([null, null, 1, 1.5, null, null]);
});

test.each([
  [0.25, 10],
  [0.5, 15],
  [0.95, 20],
])('estimates the percentile %d within its bucket', (part, value) => expect(percentileOf(histogram, part)).toBe(value));

test('estimates no percentile outside of the values that were measured', () => {
  const rolls = { ...histogram, bounds: [0, 5, 10], buckets: [0, 10, 2, 0], range: [2, 6] as const };
  expect([0.1, 0.5, 0.95].map((part) => percentileOf(rolls, part))).toEqual([2, 3, 6]);
  expect(percentileOf({ ...rolls, range: [-3, -2] as const }, 0.5)).toBe(-2);
  expect(percentileOf({ ...histogram, range: [3, 60] as const }, 1)).toBe(60);
});

test('has no percentile without values', () => {
  expect(percentileOf({ ...histogram, buckets: [0, 0, 0] }, 0.5)).toBeUndefined();
});

test('names the buckets of a histogram', () => {
  expect(bucketsOf(histogram, 'ms')).toEqual([
    { label: 'up to 10 ms', count: 5 },
    { label: '10 to 20 ms', count: 10 },
    { label: 'above 20 ms', count: 5 },
  ]);
});

test('names a series by its attributes', () => {
  expect([seriesName({}), seriesName({ a: 'x', b: true })]).toEqual(['no attributes', 'a=x, b=true']);
});

test('says where a long name of a series is cut', () => {
  const name = seriesName({ route: '/a'.repeat(200) });
  expect([name.length, name.slice(-3)]).toEqual([161, '/a…'.slice(-3)]);
});

test('names series by the attributes in which they differ, and the others once', () => {
  const one = { ...series, attributes: { method: 'GET', list: ['a'], status: 200 } };
  const other = { ...series, attributes: { method: 'GET', list: ['a'], status: 500, error: true } };
  expect([one, other].map(labelsFor([one, other]))).toEqual(['status=200', 'status=500, error=true']);
  expect(sharedAttributes([one, other])).toEqual({ method: 'GET', list: ['a'] });
  expect([labelsFor([one])(one), sharedAttributes([one])]).toEqual(['method=GET, list=["a"], status=200', {}]);
});
