// Sends the same spans and metrics through the pinned Collector to the guide's receiver and to the pinned Prometheus,
// and compares what the guide answers from its memory and from Prometheus. It needs no cluster.
import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Charts, Instrument, ServiceCharts } from '../../apps/guide/explore-contract.ts';
import { PrometheusMetrics } from '../../apps/guide/server/telemetry/prometheus-metrics.ts';
import { receiverFor } from '../../apps/guide/server/telemetry/receiver.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import { attributes, counter, metricsJson, nanoseconds, redJson } from '../../apps/guide/testing/otlp-json.ts';
import { waitFor } from '../../support/waiting.ts';
import { startCollector } from '../support/otlp/collector.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';
import { WITH_PROMETHEUS, startPrometheus } from '../support/otlp/prometheus.ts';

/** How far the guide's clock is ahead, in milliseconds. */
let ahead = 0;
const telemetry = new Telemetry({ now: () => Date.now() + ahead });
const receiver: Server = receiverFor(telemetry).listen(0, '127.0.0.1');
let prometheus: LoopbackProcess | undefined;
let collector: LoopbackProcess | undefined;

beforeAll(async () => {
  prometheus = await startPrometheus();
  const guide = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  collector = await startCollector({ guide, prometheus: prometheus.url, values: WITH_PROMETHEUS });
}, 60_000);
afterAll(async () => {
  receiver.close().closeAllConnections();
  for (const started of [collector, prometheus]) await started?.stop();
});

async function post(signal: 'metrics' | 'traces', body: string): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body };
  expect((await fetch(`${collector?.url}/v1/${signal}`, init)).status).toBe(200);
}

const [SERVER, INTERNAL, CONSUMER] = [2, 1, 5];

/** Returns a span that ends now. */
function span(kind: number, duration: number, status?: number): object {
  const end = Date.now();
  return {
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name: `GET /${duration % 3}`,
    kind,
    startTimeUnixNano: nanoseconds(end - duration),
    endTimeUnixNano: nanoseconds(end),
    status: status !== undefined && status >= 500 ? { code: 2 } : {},
    attributes: status === undefined ? [] : attributes({ 'http.response.status_code': status }),
  };
}

const sendSpans = (service: string, spans: readonly object[]): Promise<void> =>
  post(
    'traces',
    JSON.stringify({
      resourceSpans: [{ resource: { attributes: attributes({ 'service.name': service }) }, scopeSpans: [{ spans }] }],
    }),
  );

const histogram = (name: string, dataPoints: readonly object[]): object => ({
  name,
  histogram: { dataPoints, aggregationTemporality: 2 },
});

const start = Date.now();

/** Sends spans of two services, and dice's own metrics, which have counted up to `round`. */
async function send(round: number): Promise<void> {
  const durations = Array.from({ length: 20 }, (_one, index) => (index * 37 * round) % 900);
  await sendSpans('arcade', [
    ...durations.map((duration) => span(SERVER, duration, 200)),
    span(SERVER, 510, 504),
    span(SERVER, 3, 404),
    span(CONSUMER, 20),
    span(INTERNAL, 5),
  ]);
  await sendSpans('dice', [span(INTERNAL, 12 * round), span(INTERNAL, 700, 500)]);
  const times = { startTimeUnixNano: nanoseconds(start), timeUnixNano: nanoseconds(Date.now()) };
  const exemplars = [
    { timeUnixNano: times.timeUnixNano, asDouble: 5, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) },
  ];
  await post(
    'metrics',
    metricsJson([
      counter('dice.rolls', [{ ...times, asInt: String(7 * round), attributes: attributes({ sides: 6 }) }]),
      histogram('dice.roll.value', [
        {
          ...times,
          count: String(2 * round),
          sum: 8 * round,
          explicitBounds: [4],
          bucketCounts: [`${round}`, `${round}`],
          exemplars,
        },
      ]),
    ]),
  );
}

/** Returns the newest value. The chart's last point has none yet when its interval has just begun. */
const last = (values: readonly (number | null)[] = []): number => values.findLast((value) => value !== null) ?? NaN;
const requestsOf = ({ services }: Charts): number =>
  services.reduce((all, { requests }) => all + Math.round(last(requests) * 30), 0);

/** Returns what a chart has where both sources have something. Prometheus also has the 0 before the first export. */
function comparable(charts: ServiceCharts, other: ServiceCharts) {
  const where = charts.requests.map((value, index) => value !== null && other.requests[index] !== null);
  const at = (values: readonly (number | null)[]) => values.filter((_value, index) => where[index]);
  return {
    service: charts.service,
    counted: charts.counted,
    ended: charts.ended,
    requests: at(charts.requests),
    errors: charts.errors.map(({ status, values }) => ({ status, values: at(values) })),
    latency: Object.values(charts.latency).map(at),
    exemplars: charts.exemplars.map(({ traceId, value, isError }) => [traceId, value, isError]).sort(),
  };
}

const valuesOf = ({ name, kind, unit, series }: Instrument) => ({
  ...{ name, kind, unit },
  series: series.map(({ values, sums, bounds, buckets, exemplars }) => ({
    ...{ value: last(values), sum: last(sums), bounds, buckets },
    exemplars: exemplars.map(({ traceId, value }) => [traceId, value]),
  })),
});

test('shows the same counts, percentiles and exemplars from memory and from Prometheus', async () => {
  const inPrometheus = new PrometheusMetrics(
    prometheus?.url ?? '',
    telemetry.metrics,
    () => Date.now() + Math.random(),
  );
  for (const round of [1, 2, 3]) {
    await send(round);
    await new Promise((resolve) => setTimeout(resolve, 700));
  }
  const all = 3 * (20 + 3 + 2);
  const [own, others] = await waitFor('all spans in both', async () => {
    const answers = await Promise.all([telemetry.metrics.charts(15), inPrometheus.charts(15)]);
    await new Promise((resolve) => setTimeout(resolve, 200));
    return answers.every((charts) => requestsOf(charts) === all) ? answers : undefined;
  });
  expect(others.times).toEqual(own.times);
  expect(own.services.map(({ service }) => service)).toEqual(['arcade', 'dice']);
  for (const [index, charts] of own.services.entries()) {
    const other = others.services[index] as ServiceCharts;
    expect(comparable(charts, other).requests.length).toBeGreaterThan(0);
    expect(comparable(other, charts)).toEqual(comparable(charts, other));
  }
  expect(own.services[0]?.errors.map(({ status }) => status)).toEqual(['404', '504']);
  expect([own.state.source, others.state.source]).toEqual(['memory', 'prometheus']);
}, 30_000);

test('shows the same instruments from memory and from Prometheus', async () => {
  const inPrometheus = new PrometheusMetrics(prometheus?.url ?? '', telemetry.metrics, Date.now);
  const expected = [
    {
      name: 'dice.roll.value',
      kind: 'histogram',
      unit: '',
      series: [{ value: 6, sum: 24, bounds: [4], buckets: [3, 3], exemplars: [['a'.repeat(32), 5]] }],
    },
    { name: 'dice.rolls', kind: 'counter', unit: '{roll}', series: [{ value: 21, sum: NaN, exemplars: [] }] },
  ];
  for (const metrics of [telemetry.metrics, inPrometheus]) {
    const { instruments } = await metrics.instruments('dice', 15);
    expect(instruments.map(valuesOf)).toEqual(expected);
  }
});

/** Sends what the Collector had counted some seconds ago of a service's spans, under the names for each source. */
async function sendCounts(seconds: number, counts: Readonly<Record<'SERVER' | 'INTERNAL', number>>): Promise<void> {
  const time = Date.now() - seconds * 1_000;
  const series = Object.entries(counts).map(([kind, count]) => ({
    ...{ kind, time, start: start - 60_000, buckets: [count, 0, 0, 0] },
  }));
  const body = redJson('changed', series);
  telemetry.accept('metrics', body);
  const renamed = body
    .replace(/"(red|service|span|status)\.(\w+)"/g, '"$1_$2"')
    .replace('"service_name"', '"service.name"');
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: renamed };
  expect((await fetch(`${prometheus?.url}/api/v1/otlp/v1/metrics`, init)).status).toBe(200);
}

test('counts the spans that came last, and says when they ended, from memory and from Prometheus', async () => {
  await sendCounts(58, { SERVER: 0, INTERNAL: 0 });
  await sendCounts(53, { SERVER: 5, INTERNAL: 9 });
  await sendCounts(5, { SERVER: 5, INTERNAL: 16 });
  const reported = Date.now() - 5_000;
  const chartsOf = async () => {
    const inPrometheus = new PrometheusMetrics(prometheus?.url ?? '', telemetry.metrics, Date.now);
    const answers = [await telemetry.metrics.charts(15), await inPrometheus.charts(15)];
    return answers.map(({ services }) => services.find(({ service }) => service === 'changed'));
  };
  const before = await chartsOf();
  expect(before.map((charts) => [charts?.counted, charts?.ended])).toEqual([
    ['internal', undefined],
    ['internal', undefined],
  ]);
  ahead = 60_000;
  const ended = (await chartsOf()).map((charts) => charts?.ended ?? 0);
  expect(ended[0]).toBe(ended[1]);
  expect(Math.abs((ended[0] ?? 0) - reported)).toBeLessThanOrEqual(5_000);
});
