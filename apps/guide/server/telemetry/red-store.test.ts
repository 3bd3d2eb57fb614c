import { redJson } from '../../testing/otlp-json.ts';
import type { RedSeries } from '../../testing/otlp-json.ts';
import type { ServiceCharts } from '../../explore-contract.ts';
import { Telemetry } from './telemetry.ts';

const START = 1_795_979_000_000;
let now: number;
let telemetry: Telemetry;

beforeEach(() => {
  now = START;
  telemetry = new Telemetry({ now: () => now });
});

/** Five seconds later, the Collector sends these series. */
function flush(service: string, ...series: Partial<RedSeries>[]): void {
  now += 5_000;
  const defaults = { start: START, time: now, buckets: [] };
  telemetry.accept(
    'metrics',
    redJson(
      service,
      series.map((one) => ({ ...defaults, ...one })),
    ),
  );
}

async function charts(service: string): Promise<ServiceCharts> {
  const { services } = await telemetry.metrics.charts(15);
  const found = services.find((one) => one.service === service);
  if (!found)
    throw new Error(`expected charts of ${service}, found ${JSON.stringify(services.map((one) => one.service))}`);
  return found;
}

const last = (values: readonly (number | null)[]): number | null => values.at(-1) ?? null;

/** Returns how many requests there were in the last 30 seconds. */
const lastCount = (values: readonly (number | null)[]): number => Math.round((last(values) ?? NaN) * 30);

test('counts requests from the first export on, by second', async () => {
  flush('arcade', { buckets: [2, 3, 0, 0] });
  expect(lastCount((await charts('arcade')).requests)).toBe(5);
  flush('arcade', { buckets: [2, 4, 0, 0] });
  expect(lastCount((await charts('arcade')).requests)).toBe(6);
});

test('does not count what a series had counted before the guide started', async () => {
  flush('arcade', { start: START - 60_000, buckets: [500, 0, 0, 0] });
  flush('arcade', { start: START - 60_000, buckets: [510, 0, 0, 0] });
  expect(lastCount((await charts('arcade')).requests)).toBe(10);
});

test('counts a series that joins later in full, so that a fault shows with the first export that has it', async () => {
  flush('prizes', { buckets: [5, 0, 0, 0], status: 200 });
  flush('prizes', { buckets: [5, 0, 0, 0], status: 200 }, { start: now + 1, buckets: [0, 0, 0, 3], status: 500 });
  const { errors, latency, measuredTo } = await charts('prizes');
  expect(errors.map(({ status, values }) => [status, lastCount(values)])).toEqual([['500', 3]]);
  expect([last(latency.p99), measuredTo]).toEqual([500, 500]);
});

test('never shows a negative rate when the Collector restarts and counts anew', async () => {
  flush('arcade', { buckets: [100, 0, 0, 0] });
  flush('arcade', { start: now + 1, buckets: [4, 0, 0, 0] });
  flush('arcade', { start: now - 4_999, buckets: [3, 0, 0, 0] });
  const { requests } = await charts('arcade');
  expect(requests.filter((value) => value !== null && value < 0)).toEqual([]);
  expect(lastCount(requests)).toBe(100 + 4 + 3);
});

test.each([
  [{ status: 404 }, ['404']],
  [{ status: 503, isError: true }, ['503']],
  [{ status: 200, isError: true }, ['error']],
  [{ isError: true }, ['error']],
  [{ status: 200 }, []],
  [{ status: 700 }, []],
])('shows requests with %j in the error rows %j', async (series, statuses) => {
  flush('arcade', { buckets: [1, 0, 0, 0], ...series });
  expect((await charts('arcade')).errors.map(({ status }) => status)).toEqual(statuses);
});

test('counts server and consumer spans, and internal spans only of a service without them', async () => {
  const internal = { kind: 'INTERNAL', buckets: [7, 0, 0, 0] };
  flush('dice', internal, { kind: 'CLIENT', buckets: [9, 0, 0, 0] });
  expect(await charts('dice')).toMatchObject({ counted: 'internal' });
  expect(lastCount((await charts('dice')).requests)).toBe(7);
  const fresh = { start: now + 1, buckets: [1, 0, 0, 0] };
  flush('dice', internal, { kind: 'SERVER', ...fresh }, { kind: 'CONSUMER', ...fresh });
  expect(await charts('dice')).toMatchObject({ counted: 'server' });
  expect(lastCount((await charts('dice')).requests)).toBe(2);
});

/** Returns what dice's chart counts after each of some exports, which have counted so many spans of each kind. */
const countedAfter = async (exports: readonly { readonly server: number; readonly internal: number }[]) => {
  const counted: string[] = [];
  for (const { server, internal } of exports) {
    flush('dice', { kind: 'INTERNAL', buckets: [internal, 0, 0, 0] }, { buckets: [server, 0, 0, 0] });
    counted.push((await charts('dice')).counted);
  }
  return counted;
};

test('counts internal spans from 40 seconds after the last server span, and server spans again at once', async () => {
  const manual = Array.from({ length: 9 }, (_one, index) => ({ server: 2, internal: 10 + index }));
  const counted = await countedAfter([{ server: 2, internal: 9 }, ...manual, { server: 3, internal: 19 }]);
  expect(counted).toEqual([...Array.from({ length: 8 }, () => 'server'), 'internal', 'internal', 'server']);
});

test('goes on counting server spans if internal spans of the last request come later, and then nothing', async () => {
  const quiet = Array.from({ length: 20 }, () => ({ server: 2, internal: 9 }));
  expect(new Set(await countedAfter([{ server: 2, internal: 8 }, ...quiet]))).toEqual(new Set(['server']));
});

test('has exemplars of internal spans once it counts them', async () => {
  const exemplars = [{ value: 5, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }];
  flush('dice', { buckets: [1, 0, 0, 0] });
  now += 60_000;
  flush('dice', { kind: 'INTERNAL', start: now, buckets: [1, 0, 0, 0], exemplars }, { buckets: [1, 0, 0, 0] });
  expect((await charts('dice')).exemplars).toMatchObject([{ attributes: { 'span.kind': 'SPAN_KIND_INTERNAL' } }]);
});

test.each([
  ['still reports the series', [{ buckets: [3, 0, 0, 0] }]],
  ['does not report the series any longer', []],
])('says when the last request was reported, if the Collector %s', async (_what, series) => {
  flush('dice', { buckets: [3, 0, 0, 0] });
  const reported = now;
  for (let count = 1; count < 6; count += 1) flush('dice', ...series);
  expect((await charts('dice')).ended).toBeUndefined();
  for (let count = 1; count < 6; count += 1) flush('dice', ...series);
  expect((await charts('dice')).ended).toBe(reported);
});

test('has no charts of a service with client spans only', async () => {
  flush('visitors', { kind: 'CLIENT', buckets: [9, 0, 0, 0] });
  expect((await telemetry.metrics.charts(15)).services).toEqual([]);
});

test('estimates percentiles within a bucket, over all spans of the service', async () => {
  flush('arcade', { name: 'a', buckets: [50, 30, 0, 0] }, { name: 'b', buckets: [0, 10, 10, 0] });
  const { p50, p95, p99 } = (await charts('arcade')).latency;
  expect([p50, p95, p99].map(last)).toEqual([10, 300, 460]);
});

test('has null where nothing was measured', async () => {
  flush('arcade', { buckets: [1, 0, 0, 0] });
  now += 60_000;
  const { requests, latency } = await charts('arcade');
  expect([requests[0], last(requests), last(latency.p50)]).toEqual([null, null, null]);
});

test('returns evenly spaced times that end with the newest export', async () => {
  flush('arcade', { buckets: [1, 0, 0, 0] });
  const { times, step } = await telemetry.metrics.charts(5);
  expect([times.length, step, times.at(-1)]).toEqual([60, 5_000, Math.ceil(now / 5_000) * 5_000]);
});

test('keeps exemplars of failed and of slow requests longer than others', async () => {
  const exemplar = (value: number, index: number) => ({
    value,
    traceId: String(index).padStart(32, 'a'),
    spanId: String(index).padStart(16, 'b'),
  });
  flush('arcade', { status: 500, buckets: [1, 0, 0, 0], exemplars: [exemplar(5, 1)] });
  for (let index = 2; index < 100; index += 1)
    flush('arcade', { status: 200, buckets: [1, 0, 0, 0], exemplars: [exemplar(index === 20 ? 900 : 5, index)] });
  const { exemplars } = await charts('arcade');
  expect(exemplars.find(({ isError }) => isError)).toMatchObject({
    value: 5,
    traceId: exemplar(5, 1).traceId,
    attributes: { 'http.response.status_code': 500 },
  });
  expect(exemplars.map(({ value }) => value)).toContain(900);
  expect(exemplars.length).toBeLessThan(60);
});

test('has exemplars only of the spans that it counts', async () => {
  const exemplar = (index: number) => ({ value: 5, traceId: 'a'.repeat(32), spanId: String(index).padStart(16, 'b') });
  flush('arcade', { kind: 'INTERNAL', buckets: [1, 0, 0, 0], exemplars: [exemplar(1)] });
  expect((await charts('arcade')).exemplars).toHaveLength(1);
  const both = { start: now + 1, buckets: [1, 0, 0, 0] };
  flush('arcade', { kind: 'SERVER', ...both, exemplars: [exemplar(2)] });
  flush('arcade', { kind: 'INTERNAL', ...both, exemplars: [exemplar(3)] });
  expect((await charts('arcade')).exemplars.map(({ spanId }) => spanId)).toEqual([exemplar(2).spanId]);
});

test('has room for all series of a service that the Collector makes', async () => {
  const named = [
    ...Array.from({ length: 19 }, (_one, at) => 400 + at),
    421,
    422,
    423,
    424,
    425,
    426,
    428,
    429,
    431,
    451,
  ];
  const statuses = [...named, ...[0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11].map((at) => 500 + at), '4xx', '5xx'];
  const series = ['SERVER', 'CONSUMER', 'INTERNAL'].flatMap((kind) => [
    ...statuses.map((status) => ({ kind, status, isError: true })),
    ...[true, false].map((isError) => ({ kind, isError })),
  ]);
  flush('arcade', ...series.map((one) => ({ ...one, buckets: Array<number>(13).fill(1) })));
  expect((await telemetry.metrics.charts(15)).state.dropped).toEqual([]);
  expect((await charts('arcade')).errors).toHaveLength(43);
});

test('drops new series of a service when its memory is full, and keeps those that are still reported', async () => {
  const many = Array.from({ length: 3_000 }, (_one, index) => ({
    name: `GET /${String(index)}`,
    buckets: [1, 0, 0, 0],
  }));
  flush('dice', ...many.slice(0, 10));
  flush('arcade', { buckets: [1, 0, 0, 0] });
  flush('dice', ...many);
  flush('dice', ...many.map((one) => ({ ...one, buckets: [2, 0, 0, 0] })));
  flush('arcade', { buckets: [6, 0, 0, 0] });
  const { state } = await telemetry.metrics.charts(15);
  expect(state.dropped).toMatchObject([
    {
      signal: 'metrics',
      reason: 'series',
      count: expect.any(Number) as number,
      example: expect.stringContaining('dice') as string,
    },
  ]);
  expect(lastCount((await charts('arcade')).requests)).toBe(5);
  expect(lastCount((await charts('dice')).requests)).toBeGreaterThan(20);
});

test('gives the room of series that nobody reports any longer to new ones', async () => {
  const many = (from: number) =>
    Array.from({ length: 3_000 }, (_one, index) => ({ name: `GET /${String(from + index)}`, buckets: [1, 0, 0, 0] }));
  flush('dice', ...many(0));
  const [before] = (await telemetry.metrics.charts(15)).state.dropped;
  now += 120_000;
  flush('dice', ...many(10_000).slice(0, 100));
  expect((await telemetry.metrics.charts(15)).state.dropped[0]?.count).toBe(before?.count);
});

test('counts the services that it has no room for, without a bound for their names', async () => {
  const send = (name: string): void => {
    flush(name, { buckets: [1, 0, 0, 0] });
    now -= 5_000;
  };
  for (let index = 0; index < 120; index++) send(`svc-${index}`);
  const { services, leftOut = 0 } = await telemetry.metrics.charts(15);
  expect([services.length > 0, leftOut > 0, services.length + leftOut]).toEqual([true, true, 120]);
  for (let index = 0; index < 300; index++) send(`${index} of ${'x'.repeat(5_000)}`);
  expect((await telemetry.metrics.charts(15)).leftOut).toBeLessThanOrEqual(200);
  now += 16 * 60_000;
  expect((await telemetry.metrics.charts(15)).leftOut).toBeUndefined();
});

test('counts points that the Collector merged, because it had no room for another series, as dropped', async () => {
  telemetry.accept(
    'metrics',
    redJson('dice', [{ start: START, time: now, buckets: [1, 0, 0, 0] }]).replace(
      '"key":"span.kind","value":{"stringValue":"SPAN_KIND_SERVER"}',
      '"key":"otel.metric.overflow","value":{"boolValue":true}',
    ),
  );
  expect((await telemetry.metrics.charts(15)).state.dropped).toMatchObject([{ reason: 'series', count: 1 }]);
});
