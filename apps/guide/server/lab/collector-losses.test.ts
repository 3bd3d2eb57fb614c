import { CollectorLosses } from './collector-losses.ts';

/** Returns a line of the Collector's metrics about itself, as Collector 0.144 writes it. */
const counter = (name: string, exporter: string, count: number): string =>
  `otelcol_exporter_${name}_total{exporter="${exporter}",otel_scope_name="exporterhelper"} ${count}\n`;

/** Returns a line of the Collector's log about an export, as Collector 0.144 writes it. */
const line = (time: number, ...[what, exporter, signal, error]: readonly string[]): string => {
  const fields = { 'otelcol.component.id': exporter, 'otelcol.signal': signal, error, items: 1 };
  const text = `Exporting failed. ${what} data.\t${JSON.stringify(fields)}`;
  return `${new Date(time).toISOString()}\terror\tinternal/x.go:115\t${text}\n`;
};

const START = Date.UTC(2026, 10, 30, 7, 0, 0);
let now: number;
let metrics: string;
let log: string;
/** For how many seconds the log was read each time. */
let read: number[];
let losses: CollectorLosses;

beforeEach(() => {
  [now, metrics, log, read] = [START, '', '', []];
  losses = new CollectorLosses({
    metrics: () => (metrics === 'gone' ? Promise.reject(new Error('ECONNREFUSED')) : Promise.resolve(metrics)),
    log: (sinceSeconds) => {
      read.push(sinceSeconds);
      return Promise.resolve(log);
    },
    now: () => now,
  });
});

const GUIDE = 'otlp_http/guide';

test('says how many of each signal the Collector has dropped, for whom, why, and when last', async () => {
  metrics =
    counter('enqueue_failed_log_records', GUIDE, 503) +
    counter('enqueue_failed_spans', 'otlp_http/jaeger', 1) +
    counter('enqueue_failed_metric_points', 'otlp_http/prometheus', 12) +
    counter('send_failed_log_records', GUIDE, 200) +
    counter('send_failed_metric_points', GUIDE, 0) +
    counter('sent_log_records', GUIDE, 9_000);
  const status = 'request to http://lab-guide-otlp:4318/v1/logs responded with HTTP Status Code 413';
  log =
    line(START - 9_000, 'Rejecting', GUIDE, 'logs', 'sending queue is full') +
    line(START - 7_000, 'Rejecting', GUIDE, 'logs', 'element size too large') +
    line(START - 5_000, 'Rejecting', 'otlp_http/jaeger', 'traces', 'element size too large') +
    line(START - 4_000, 'Rejecting', 'otlp_http/prometheus', 'metrics', 'sending queue is full') +
    line(
      START - 3_000,
      'Dropping',
      GUIDE,
      'logs',
      `not retryable error: Permanent error: rpc error: code = Unknown desc = ${status}`,
    );
  const hop = 'collector';
  expect(await losses.list()).toEqual([
    { signal: 'logs', hop, reason: 'size', count: 503, to: 'the guide', last: START - 7_000 },
    { signal: 'traces', hop, reason: 'size', count: 1, to: 'Jaeger', last: START - 5_000 },
    { signal: 'metrics', hop, reason: 'full', count: 12, to: 'Prometheus', last: START - 4_000 },
    { signal: 'logs', hop, reason: 'refused', count: 200, to: 'the guide', last: START - 3_000, example: status },
  ]);
});

test('reads the log only when a number has grown', async () => {
  for (const count of [0, 1, 1, 4, 4]) {
    metrics = counter('enqueue_failed_spans', 'otlp_http/jaeger', count);
    now += 10_000;
    await losses.list();
  }
  expect(read).toEqual([15, 15]);
});

test('knows when a number has grown, also without the log', async () => {
  metrics = counter('enqueue_failed_spans', 'otlp_http/jaeger', 1);
  expect(await losses.list()).toMatchObject([{ reason: 'full', count: 1 }]);
  expect((await losses.list())[0]).not.toHaveProperty('last');
  metrics = counter('enqueue_failed_spans', 'otlp_http/jaeger', 2);
  now += 1_000;
  expect(await losses.list()).toMatchObject([{ count: 2, last: now }]);
});

test('goes on with what it knew while the Collector does not answer, and counts anew with a new one', async () => {
  metrics = counter('enqueue_failed_spans', 'otlp_http/jaeger', 5);
  await losses.list();
  metrics = 'gone';
  expect(await losses.list()).toMatchObject([{ count: 5 }]);
  metrics = '';
  expect(await losses.list()).toEqual([]);
  metrics = counter('enqueue_failed_spans', 'otlp_http/jaeger', 2);
  now += 1_000;
  expect(await losses.list()).toMatchObject([{ count: 2, last: now }]);
});

test.each([
  ['an exporter of the learner', counter('send_failed_spans', 'otlp_http/mine', 9)],
  ['a name that every object has', counter('send_failed_spans', 'constructor', 9)],
  ['what is no number', 'otelcol_exporter_send_failed_spans_total{exporter="otlp_http/jaeger"} many\n'],
  ['a page of HTML', '<html></html>'],
])('says nothing about %s', async (_what, text) => {
  metrics = text;
  log = `x\terror\tx\tExporting failed. Dropping data.\t{"otelcol.component.id":`;
  expect(await losses.list()).toEqual([]);
});
