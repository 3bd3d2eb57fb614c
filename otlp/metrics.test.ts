import { metricsFromOtlp } from './metrics.ts';
import type { Metric, MetricPoint } from './metrics.ts';

const ids = { traceId: '801600CEEA628D71D27473447C1F48B1', spanId: '25b14f5c1410b660' };
const times = { startTimeUnixNano: '1795979048061399566', timeUnixNano: '1795979056074000000' };

const documentOf = (metric: object) => ({
  resourceMetrics: [
    {
      resource: { attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] },
      scopeMetrics: [{ scope: { name: 'meter' }, metrics: [{ name: 'm', unit: '1', ...metric }, { name: 'empty' }] }],
    },
  ],
});

function metricOf(metric: object): Metric {
  const metrics = metricsFromOtlp(documentOf(metric));
  expect(metrics).toHaveLength(1);
  return metrics[0] as Metric;
}

const pointOf = (metric: object): MetricPoint => metricOf(metric).points[0] as MetricPoint;

test('reads a sum: service, meter, unit, temporality, times, value and exemplars', () => {
  const point = {
    ...times,
    asInt: '3',
    attributes: [{ key: 'sides', value: { intValue: '6' } }],
    exemplars: [{ timeUnixNano: times.timeUnixNano, asDouble: 800, ...ids }],
  };
  expect(metricOf({ sum: { dataPoints: [point], aggregationTemporality: 2, isMonotonic: true } })).toMatchObject({
    service: 'dice',
    scope: 'meter',
    name: 'm',
    unit: '1',
    type: 'sum',
    temporality: 'cumulative',
    isMonotonic: true,
    points: [
      {
        attributes: { sides: 6 },
        start: expect.closeTo(1795979048061.399, 2) as number,
        time: 1795979056074,
        value: 3,
        exemplars: [{ time: 1795979056074, value: 800, traceId: ids.traceId.toLowerCase(), spanId: ids.spanId }],
      },
    ],
  });
});

test('reads a histogram: count, sum, bounds and buckets', () => {
  const point = { ...times, count: '3', sum: 73.5, bucketCounts: ['1', '2', '0'], explicitBounds: [2, 5] };
  expect(pointOf({ histogram: { dataPoints: [point], aggregationTemporality: 1 } })).toMatchObject({
    value: 3,
    sum: 73.5,
    bounds: [2, 5],
    buckets: [1, 2, 0],
  });
});

test.each([
  ['fewer counts than bounds', { bucketCounts: ['1'], explicitBounds: [2, 5] }],
  ['bounds out of order', { bucketCounts: ['1', '0', '0'], explicitBounds: [5, 2] }],
  ['a negative count', { bucketCounts: ['-1', '2', '0'], explicitBounds: [2, 5] }],
])('keeps the count of a histogram with %s, and leaves its buckets out', (_what, buckets) => {
  expect(pointOf({ histogram: { dataPoints: [{ count: '1', ...buckets }] } })).toMatchObject({
    value: 1,
    bounds: [],
    buckets: [],
  });
});

test('reads an exponential histogram as buckets with upper bounds', () => {
  const point = { count: '7', sum: 9, scale: 0, zeroCount: '1', positive: { offset: 1, bucketCounts: ['2', '4'] } };
  expect(pointOf({ exponentialHistogram: { dataPoints: [point] } })).toMatchObject({
    value: 7,
    bounds: [0, 2, 4, 8],
    buckets: [1, 0, 2, 4, 0],
  });
});

test('merges neighbours of an exponential histogram with many buckets, and loses no count', () => {
  const positive = { offset: -3, bucketCounts: Array.from({ length: 160 }, () => '1') };
  const { bounds, buckets } = pointOf({ exponentialHistogram: { dataPoints: [{ count: '160', scale: 3, positive }] } });
  expect(buckets.length).toBeLessThan(44);
  expect(buckets.reduce((sum, count) => sum + count)).toBe(160);
  expect(bounds.at(-1)).toBeGreaterThanOrEqual(2 ** (157 / 8));
  expect(bounds.at(-2)).toBeLessThan(2 ** (157 / 8));
});

test('reads the quantiles of a summary, which anybody may have made up', () => {
  const quantileValues = [{ value: 1 }, { quantile: 0.5, value: 3.5 }, { quantile: 1 }, { quantile: 2, value: 1 }, 'x'];
  expect(pointOf({ summary: { dataPoints: [{ count: '4', quantileValues }] } })?.quantiles).toEqual([
    { quantile: 0, value: 1 },
    { quantile: 0.5, value: 3.5 },
    { quantile: 1, value: 0 },
  ]);
  const many = Array.from({ length: 1_000 }, (_, at) => ({ quantile: at / 1_000, value: at }));
  expect(pointOf({ summary: { dataPoints: [{ count: 4, quantileValues: many }] } })?.quantiles).toHaveLength(10);
});

test('reads a summary as a count and a sum', () => {
  expect(pointOf({ summary: { dataPoints: [{ count: '4', sum: 2 }] } })).toMatchObject({ value: 4, sum: 2 });
});

test('keeps a metric as OTLP JSON without the other metrics of its export', () => {
  const sum = { dataPoints: [{ asInt: '3' }] };
  expect(metricOf({ sum }).otlp).toEqual({
    resourceMetrics: [
      {
        resource: documentOf({}).resourceMetrics[0]?.resource,
        scopeMetrics: [{ scope: { name: 'meter' }, metrics: [{ name: 'm', unit: '1', sum }] }],
      },
    ],
  });
});

test.each([
  ['no number', { attributes: [] }],
  ['NaN', { asDouble: 'NaN' }],
  ['infinity', { asDouble: 'Infinity' }],
  ['an object', { asDouble: {} }],
  ['an empty text', { asInt: '' }],
])('skips a data point with %s for its value', (_what, point) => {
  const found = metricsFromOtlp(documentOf({ gauge: { dataPoints: [point, null, 3, []] } }));
  expect(found.flatMap(({ points }) => points)).toEqual([]);
  expect(found.map(({ notFinite }) => notFinite)).toEqual(/NaN|Infinity/.test(JSON.stringify(point)) ? [1] : []);
});

test.each([undefined, null, 1, 'text', [], { resourceMetrics: {} }, { resourceMetrics: [null, 1, [[]]] }])(
  'finds no metrics in %j',
  (document) => {
    expect(metricsFromOtlp(document)).toEqual([]);
  },
);
