import { counter, attributes, metricsJson, nanoseconds } from '../../testing/otlp-json.ts';
import type { From } from '../../testing/otlp-json.ts';
import { Telemetry } from './telemetry.ts';

const START = 1_795_979_000_000;
let now: number;
let telemetry: Telemetry;

beforeEach(() => {
  now = START;
  telemetry = new Telemetry({ now: () => now });
});

const point = (value: number, values: Record<string, string | number> = {}, start = START) => ({
  startTimeUnixNano: nanoseconds(start),
  timeUnixNano: nanoseconds(now),
  asInt: String(value),
  attributes: attributes(values),
});

function accept(metric: object, from: From = {}): void {
  telemetry.accept('metrics', metricsJson([metric], from));
}

const instruments = async (service = 'dice') => (await telemetry.metrics.instruments(service, 15)).instruments;

test('shows the value of a counter up to its newest report, and a minute later when it ended', async () => {
  accept(counter('dice.rolls', [point(3)]));
  now += 20_000;
  accept(counter('dice.rolls', [point(5)]));
  const [instrument] = await instruments();
  expect(instrument).toMatchObject({
    service: 'dice',
    scope: 'dice',
    name: 'dice.rolls',
    kind: 'counter',
    unit: '{roll}',
  });
  expect(instrument?.series.map(({ values }) => values.slice(-4))).toEqual([[null, 3, 3, 5]]);
  expect(instrument?.series[0]?.ended).toBeUndefined();
  now += 10_000;
  expect((await instruments())[0]?.series[0]?.values.slice(-5)).toEqual([null, 3, 3, 5, null]);
  now += 50_000;
  expect((await instruments())[0]?.series[0]?.values.slice(-7)).toEqual([5, ...Array<null>(6).fill(null)]);
  expect((await instruments())[0]?.series[0]?.ended).toBe(START + 20_000);
});

test('keeps the newest quantiles of a summary, no more than it began with', async () => {
  const report = (...values: number[]) => {
    const quantileValues = values.map((value, at) => ({ quantile: at / 10, value }));
    const dataPoints = [{ timeUnixNano: nanoseconds(now), count: '4', sum: 9, quantileValues }];
    accept({ name: 'took', summary: { dataPoints } });
    now += 10_000;
  };
  report(1, 2);
  report(3, 4, 5);
  expect((await instruments())[0]?.series[0]?.quantiles).toEqual([
    { quantile: 0, value: 3 },
    { quantile: 0.1, value: 4 },
  ]);
});

test('counts values that are no finite numbers, keeps the others, and names an instrument', async () => {
  const gauge = (name: string, ...values: unknown[]) => ({
    name,
    gauge: {
      dataPoints: values.map((asDouble, at) => ({
        timeUnixNano: nanoseconds(now),
        asDouble,
        attributes: attributes({ at }),
      })),
    },
  });
  accept(gauge('load', 1.5, 'NaN', '-Infinity'));
  accept(gauge('ratio', 'Infinity'));
  expect((await instruments()).map(({ name, series }) => [name, series.length])).toEqual([['load', 1]]);
  expect(telemetry.losses('metrics')).toMatchObject([{ reason: 'number', count: 3, example: 'ratio of dice' }]);
});

test('ends where all processes have reported that still do, so that the last step of their sum is whole', async () => {
  const report = (pod: string, value: number): void =>
    accept(counter('c', [point(value)]), { service: 'prizes', resource: { 'k8s.pod.name': pod } });
  const last = async () => (await instruments('prizes'))[0]?.series[0]?.values.slice(-3);
  report('a', 1);
  report('b', 10);
  now += 10_000;
  report('a', 2);
  expect(await last()).toEqual([null, 11, null]);
  report('b', 20);
  expect(await last()).toEqual([null, 11, 22]);
  now += 20_000;
  report('a', 4);
  expect(await last()).toEqual([22, 22, 24]);
});

test('counts a process once, although the Collector adds attributes of its pod in any order', async () => {
  const pod = { 'k8s.pod.name': 'dice-1', 'k8s.node.name': 'a', 'k8s.pod.uid': 'u' };
  const values = { 'roll.value': 1, player: 'ada' };
  const backwards = <T>(map: Record<string, T>) => Object.fromEntries(Object.entries(map).reverse());
  accept(counter('dice.rolls', [point(3, values)]), { resource: pod });
  now += 10_000;
  accept(counter('dice.rolls', [point(5, backwards(values))]), { resource: backwards(pod) });
  expect((await instruments())[0]?.series.map((series) => series.values.at(-1))).toEqual([5]);
  expect(telemetry.totals()).toMatchObject([{ name: 'dice.rolls', count: 5 }]);
});

test('adds up the increases of a counter with delta temporality', async () => {
  accept(counter('dice.rolls', [point(3)], 1));
  now += 10_000;
  accept(counter('dice.rolls', [point(4)], 1));
  expect((await instruments())[0]?.series[0]?.values.at(-1)).toBe(7);
  expect(telemetry.totals()).toMatchObject([
    { name: 'dice.rolls', temporality: 'delta', count: 7, start: START, time: now },
  ]);
});

test('keeps every export of a process that exports ten times a second within the same memory', async () => {
  accept(counter('dice.rolls', [point(0)]));
  const { bytes } = (await telemetry.metrics.instruments('dice', 15)).state;
  for (let count = 1; count < 1_000; count += 1) {
    now += 100;
    accept(counter('dice.rolls', [point(count)]));
  }
  const { state, instruments: all } = await telemetry.metrics.instruments('dice', 15);
  expect(all[0]?.series[0]?.values.at(-1)).toBe(999);
  expect(state.bytes).toBeLessThan((bytes ?? 0) + 100);
});

test('adds up a series over the processes that report it, such as two versions of an app', async () => {
  accept(counter('c', [point(3, { a: 1 })]), { service: 'prizes', resource: { 'service.version': 'v1' } });
  accept(counter('c', [point(4, { a: 1 }), point(1, { a: 2 })]), {
    service: 'prizes',
    resource: { 'service.version': 'v2' },
  });
  const [instrument] = await instruments('prizes');
  expect(instrument?.series.map(({ attributes: one, values }) => [one, values.at(-1)])).toEqual([
    [{ a: 1 }, 7],
    [{ a: 2 }, 1],
  ]);
});

test('tells the totals of each process apart, over all attribute sets', () => {
  accept(counter('dice.rolls', [point(3, { a: 1 }), point(4, { a: 2 })]), { resource: { 'k8s.pod.name': 'old' } });
  now += 5_000;
  accept(counter('dice.rolls', [point(1, {}, now - 1_000)]), { resource: { 'k8s.pod.name': 'new' } });
  expect(telemetry.totals()).toMatchObject([
    { resource: { 'k8s.pod.name': 'old' }, count: 7, start: START, kind: 'counter', temporality: 'cumulative' },
    { resource: { 'k8s.pod.name': 'new' }, count: 1, start: START + 4_000, time: now },
  ]);
});

test('counts an export that the Collector has cut in pieces as one', () => {
  accept(counter('dice.rolls', [point(3, { a: 1 })]));
  accept(counter('dice.rolls', [point(4, { a: 2 })]));
  expect(telemetry.totals()).toMatchObject([{ count: 7 }]);
});

test('shows count, sum, buckets and exemplars of a histogram', async () => {
  const exemplar = { timeUnixNano: nanoseconds(START), asInt: '5', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  const dataPoints = [
    {
      ...{ ...point(0), count: '2', sum: 8, min: 3, max: 5 },
      ...{ explicitBounds: [4], bucketCounts: ['1', '1'], exemplars: [exemplar] },
    },
  ];
  accept({ name: 'dice.roll.value', histogram: { aggregationTemporality: 2, dataPoints } });
  const [instrument] = await instruments();
  expect(instrument?.kind).toBe('histogram');
  expect(instrument?.series[0]).toMatchObject({
    bounds: [4],
    buckets: [1, 1],
    range: [3, 5],
    exemplars: [{ time: START, value: 5, traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) }],
  });
  expect(instrument?.series[0]?.sums?.at(-1)).toBe(8);
  expect(telemetry.totals()).toMatchObject([{ count: 2, sum: 8 }]);
});

test('has the smallest and the largest value of all processes, unless one of them does not say it', async () => {
  const report = (pod: string, range: object, aggregationTemporality = 1): void => {
    const dataPoints = [{ ...point(0), count: '1', sum: 4, explicitBounds: [4], bucketCounts: ['1', '0'], ...range }];
    accept({ name: 'h', histogram: { aggregationTemporality, dataPoints } }, { resource: { 'k8s.pod.name': pod } });
    now += 1_000;
  };
  const range = async () => (await instruments())[0]?.series[0]?.range;
  report('a', { min: 2, max: 3 });
  report('a', { min: 1, max: 2 });
  expect(await range()).toEqual([1, 3]);
  report('b', { min: 3, max: 4 }, 2);
  expect(await range()).toEqual([1, 4]);
  report('b', {}, 2);
  expect(await range()).toBeUndefined();
});

test.each([
  ['up-down counter', { sum: { dataPoints: [{ asInt: '-3' }] } }, -3],
  ['gauge', { gauge: { dataPoints: [{ asDouble: 1.5 }] } }, 1.5],
  ['histogram', { exponentialHistogram: { dataPoints: [{ count: '2', sum: 3, scale: 0 }] } }, 2],
  ['summary', { summary: { dataPoints: [{ count: '4', sum: 3 }] } }, 4],
])('shows a %s from %j', async (kind, data, value) => {
  accept({ name: 'x', ...data });
  expect((await instruments()).map((one) => [one.kind, one.series[0]?.values.at(-1)])).toEqual([[kind, value]]);
});

test('returns the newest export of an instrument as OTLP JSON', () => {
  accept(counter('dice.rolls', [point(3)]));
  accept(counter('dice.rolls', [point(4)]));
  expect(telemetry.newestExport('dice', 'dice.rolls')).toEqual(
    JSON.parse(metricsJson([counter('dice.rolls', [point(4)])])),
  );
  expect(telemetry.newestExport('dice', '__proto__')).toBeUndefined();
});

test('keeps other instruments, services and known series while one gets thousands of series', async () => {
  accept(counter('orders', [point(1)]), { service: 'prizes' });
  accept(counter('dice.rolls', [point(1, { known: 1 })]));
  for (let batch = 0; batch < 500; batch += 1) {
    const bomb = Array.from({ length: 10 }, (_one, index) => point(1, { 'user.id': batch * 1_000 + index }));
    accept(counter('dice.rolls', bomb));
    accept(counter('other', bomb), { service: `made-up-${String(batch)}` });
  }
  accept(counter('dice.rolls', [point(2, { known: 1 })]));
  accept(counter('dice.late', [point(5)]));
  const all = await instruments();
  expect(all.map(({ name }) => name)).toEqual(['dice.late', 'dice.rolls']);
  const known = all[1]?.series.find((one) => one.attributes['known'] === 1);
  expect([known?.values.at(-1), all[1]?.series.length]).toEqual([1, 100]);
  expect(await instruments('prizes')).toHaveLength(1);
  const { state } = await telemetry.metrics.instruments('dice', 15);
  expect(state.bytes).toBeLessThanOrEqual(state.limit ?? 0);
  expect(state.dropped).toMatchObject([
    { reason: 'series', example: expect.stringMatching(/^\w+.* of .*:/) as string },
  ]);
});

/** Sends many series of many instruments, as code does that puts an id in an attribute. */
function flood(pod: string, instrumentCount = 40): void {
  const points = Array.from({ length: 200 }, (_one, index) => point(1, { 'user.id': index }));
  for (let count = 0; count < instrumentCount; count += 1)
    accept(counter(`flood.${count}`, points), { resource: { 'k8s.pod.name': pod } });
}

test('has room at once for the pod that replaces one with thousands of series, and for the next one', async () => {
  for (const pod of ['a', 'b']) {
    flood(pod);
    const { dropped } = (await telemetry.metrics.instruments('dice', 15)).state;
    const points = Array.from({ length: 6 }, (_one, index) => point(1, { pod, 'roll.value': index }));
    accept(counter('dice.rolls', points), { resource: { 'k8s.pod.name': `after-${pod}` } });
    const { instruments: all, state } = await telemetry.metrics.instruments('dice', 15);
    const series = all.find(({ name }) => name === 'dice.rolls')?.series ?? [];
    expect(series.filter(({ attributes: one }) => one['pod'] === pod)).toHaveLength(6);
    expect(state.dropped).toEqual(dropped);
  }
});

test('gives all room to others 75 seconds after the last export of a process', async () => {
  const stateAfter = async (pod: string) => {
    flood(pod, 10);
    return (await telemetry.metrics.instruments('dice', 15)).state;
  };
  const before = await stateAfter('a');
  now += 76_000;
  const after = await stateAfter('b');
  expect(after.bytes).toBe(before.bytes);
  expect(after.dropped[0]?.count).toBe(2 * (before.dropped[0]?.count ?? 0));
});

test('has room for all that two versions of an app report, and another pod of one of them', async () => {
  const explicitBounds = Array.from({ length: 14 }, (_bound, index) => index);
  const calls = (count: number) =>
    Array.from({ length: count }, (_one, index) => ({
      ...point(1, { 'http.request.method': 'GET', 'http.response.status_code': index, 'server.address': 'lab-prizes' }),
      ...{ count: '1', sum: 1, explicitBounds, bucketCounts: Array.from({ length: 15 }, () => '1') },
    }));
  for (const pod of ['v1-a', 'v2-a', 'v1-b']) {
    const from = { service: 'prizes', resource: { 'k8s.pod.name': `lab-prizes-${pod}`, 'service.version': pod } };
    for (const side of ['client', 'server'])
      accept(
        { name: `http.${side}.request.duration`, histogram: { aggregationTemporality: 2, dataPoints: calls(10) } },
        from,
      );
    for (let gauge = 0; gauge < 10; gauge += 1) {
      const spaces = ['new', 'old', 'code', 'large'].map((name) => point(1, { 'v8js.heap.space.name': name }));
      accept({ name: `v8js.memory.heap.${gauge}`, gauge: { dataPoints: spaces } }, from);
    }
  }
  expect((await telemetry.metrics.instruments('prizes', 15)).state.dropped).toEqual([]);
});

test.each([
  ['far in the past', '1000000000', []],
  ['far in the future', '99999999999999999999', [1]],
  ['missing', undefined, [1]],
])('reads a point whose time is %s', async (_when, timeUnixNano, values) => {
  accept(counter('c', [{ asInt: '1', timeUnixNano }]));
  expect((await instruments()).map(({ series }) => series[0]?.values.at(-1))).toEqual(values);
  expect(telemetry.totals()).toMatchObject([{ count: 1 }]);
});

test('keeps probes apart: they are no instruments and no log records', async () => {
  const probe = { name: 'probe', gauge: { dataPoints: [{ asInt: '123' }] } };
  accept(probe, { service: 'guide', scope: 'intro-otel.why' });
  expect([telemetry.hasProbe('metrics', '123'), telemetry.hasProbe('logs', '123')]).toEqual([true, false]);
  expect(await instruments('guide')).toEqual([]);
});
