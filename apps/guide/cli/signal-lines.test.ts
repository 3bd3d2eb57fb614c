// Tests how course.js writes metrics, log records and charts.
import type { Charts, Instrument, LogRecord } from '../explore-contract.ts';
import { chartLines, instrumentLines, recordLine } from './signal-lines.ts';

const time = Date.UTC(2026, 10, 29, 10, 0, 1, 5);
const record: LogRecord = {
  ...{ id: 1, time, service: 'dice', scope: 'dice', severity: 'warn', severityText: '', body: 'a\nb\u001b[31m' },
  ...{ attributes: { 'roll.value': 4 }, resource: {} },
};

test('writes a log record on one line, with its ids', () => {
  expect(recordLine({ ...record, traceId: 'a', spanId: 'b' })).toBe(
    '10:00:01.005 WARN  dice "a\\nb\\u001b[31m" roll.value=4 trace=a span=b',
  );
  expect(recordLine({ ...record, severityText: 'Notice', eventName: 'rolled', body: '' })).toBe(
    '10:00:01.005 NOTICE dice event="rolled" roll.value=4 no trace',
  );
});

test('writes an instrument with its newest values, and the buckets that have any', () => {
  const common = { service: 'dice', scope: 'dice', unit: '', description: '' };
  const [values, sums] = [
    [1, 3, null],
    [4, 9, null],
  ];
  const histogram = { attributes: {}, values, sums, bounds: [2, 4], buckets: [2, 0, 1], exemplars: [] };
  const counter = { attributes: { sides: 6 }, values, exemplars: [] };
  expect([
    ...instrumentLines({ ...common, name: 'dice.rolls', kind: 'counter', unit: '{roll}', series: [counter] }),
    ...instrumentLines({ ...common, name: 'dice.roll.value', kind: 'histogram', series: [histogram] }),
  ]).toEqual([
    'dice.rolls (counter, in {roll}), meter dice',
    '      value=3 sides=6',
    'dice.roll.value (histogram), meter dice',
    '      count=3 sum=9 le2=2 le∞=1',
  ]);
});

test('writes the quantiles of a summary', () => {
  const quantiles = [0.5, 0.99].map((quantile) => ({ quantile, value: 10 * quantile }));
  const series = [{ attributes: {}, values: [3], sums: [9], quantiles, exemplars: [] }];
  const summary = {
    service: 'dice',
    scope: 'dice',
    name: 'took',
    kind: 'summary',
    unit: 'ms',
    description: '',
    series,
  };
  expect(instrumentLines(summary as Instrument)[1]).toBe('      count=3 sum=9 p50=5 p99=9.9');
});

test('writes requests, errors and latency of a service, and its slowest exemplars with their traces', () => {
  const exemplar = { time, spanId: 'b', attributes: {}, isError: false };
  const charts: Charts = {
    ...{ times: [1, 2], step: 5_000, window: 30_000 },
    ...{ state: { signal: 'metrics', source: 'memory', since: 0, dropped: [] } },
    services: [
      {
        ...{ service: 'prizes', counted: 'server', requests: [1, 2] },
        errors: [
          { status: '500', values: [0.5, null] },
          { status: '400', values: [0, 0] },
        ],
        latency: { p50: [4.44, null], p95: [9, 2_500], p99: [null, null] },
        measuredTo: 2_500,
        exemplars: [
          { ...exemplar, value: 3, traceId: 'quick' },
          { ...exemplar, value: 512.34, traceId: 'slow', isError: true },
          { ...exemplar, value: 9, traceId: 'bad', isError: true, attributes: { 'http.response.status_code': '500' } },
        ],
      },
    ],
  };
  expect(chartLines(charts)).toEqual([
    'prizes: 1.5 requests/s; errors 500: 0.5/s; p50 / p95 / p99 4.4 ms / at least 2500 ms / none ms',
    '      10:00:01.005 512.3 ms, error, trace=slow',
    '      10:00:01.005 9.0 ms, error 500, trace=bad',
    '      10:00:01.005 3.0 ms, trace=quick',
  ]);
});
