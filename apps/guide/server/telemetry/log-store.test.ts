import { attributes, logsJson, nanoseconds } from '../../testing/otlp-json.ts';
import type { From } from '../../testing/otlp-json.ts';
import { Telemetry } from './telemetry.ts';

const START = 1_795_979_000_000;
let now: number;
let telemetry: Telemetry;

beforeEach(() => {
  now = START;
  telemetry = new Telemetry({ now: () => now });
});

const record = (text: string, more: object = {}) => ({
  timeUnixNano: nanoseconds(now),
  severityNumber: 9,
  severityText: 'info',
  body: { stringValue: text },
  ...more,
});

const accept = (records: readonly object[], from: From = {}): void => telemetry.accept('logs', logsJson(records, from));

const bodies = (query: Parameters<typeof telemetry.logs.query>[0]): string[] =>
  telemetry.logs.query(query).records.map(({ body }) => body);

test('returns a record with all its parts', () => {
  const ids = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16) };
  accept([record('hi', { ...ids, eventName: 'roll', attributes: attributes({ sides: 6 }) })], {
    resource: { 'k8s.pod.name': 'dice-1' },
  });
  expect(telemetry.logs.query()).toMatchObject({
    records: [
      {
        id: 1,
        time: now,
        service: 'dice',
        scope: 'pino',
        severity: 'info',
        severityText: 'info',
        body: 'hi',
        eventName: 'roll',
        attributes: { sides: 6 },
        resource: { 'service.name': 'dice', 'k8s.pod.name': 'dice-1' },
        ...ids,
      },
    ],
    last: 1,
    services: ['dice'],
    state: { signal: 'logs', source: 'memory', latest: now, since: START, dropped: [] },
  });
});

test('finds records by service, severity, text and trace, and returns those after an id', () => {
  const traceId = 'a'.repeat(32);
  accept([record('one'), record('two', { severityNumber: 17, traceId })]);
  accept([record('three', { attributes: attributes({ name: 'Ünlü' }) }), record('four', { eventName: 'Roll.done' })], {
    service: 'prizes',
  });
  expect(bodies({})).toEqual(['one', 'two', 'three', 'four']);
  expect(bodies({ service: 'prizes' })).toEqual(['three', 'four']);
  expect(bodies({ severity: 'warn' })).toEqual(['two']);
  expect(bodies({ severity: 'unspecified' })).toHaveLength(4);
  expect(bodies({ text: 'ÜNL' })).toEqual(['three']);
  expect(bodies({ text: 'roll.' })).toEqual(['four']);
  expect(bodies({ traceId })).toEqual(['two']);
  expect(bodies({ after: 2 })).toEqual(['three', 'four']);
  expect(bodies({ limit: 1 })).toEqual(['four']);
});

test('sorts the records of a trace by time, from all services', () => {
  const traceId = 'c'.repeat(32);
  accept([record('later', { traceId, timeUnixNano: nanoseconds(now + 5) })]);
  accept([record('sooner', { traceId })], { service: 'arcade' });
  expect(bodies({ traceId })).toEqual(['sooner', 'later']);
});

test('keeps the newest records of each service, and counts those that left for them', () => {
  accept([record('keep me')], { service: 'prizes' });
  for (let batch = 0; batch < 100; batch += 1)
    accept(
      Array.from({ length: 100 }, (_one, index) => record(`line ${String(batch * 100 + index)} ${'x'.repeat(100)}`)),
      { resource: { 'k8s.pod.name': `dice-${String(batch)}` } },
    );
  const { records, last, state } = telemetry.logs.query({ service: 'dice' });
  expect([records.length, last]).toEqual([500, 10_001]);
  expect(records.map(({ id }) => id)).toEqual(Array.from({ length: 500 }, (_one, index) => 9_502 + index));
  expect(records.at(-1)?.body).toMatch(/^line 9999 x/);
  expect(bodies({ service: 'prizes' })).toEqual(['keep me']);
  expect(state.dropped).toMatchObject([
    { signal: 'logs', hop: 'guide', reason: 'age', count: expect.any(Number) as number, example: 'records of dice' },
  ]);
  expect(state.bytes).toBeLessThanOrEqual(state.limit ?? 0);
});

test('finds every record that the ring still holds, whatever their sizes', () => {
  let sizes = 1;
  const length = () => (sizes = (sizes * 48_271) % 2_147_483_647) % 9_000;
  for (let index = 1; index <= 3_000; index += 1) {
    accept([record(`${String(index)} ${'ü'.repeat(length())}`)]);
    if (index % 50 > 0) continue;
    const ids = telemetry.logs.query().records.map(({ id, body }) => [id, Number(body.split(' ', 1)[0])]);
    expect(ids.at(-1)).toEqual([index, index]);
    expect(ids.every(([id, number]) => id === number)).toBe(true);
    expect(ids.length).toBeGreaterThan(20);
  }
});

test('keeps the body of a record with too many attributes, and says that it lost them', () => {
  const many = Object.fromEntries(Array.from({ length: 2_000 }, (_one, index) => [`key-${String(index)}`, 'value']));
  accept([record('hi', { attributes: attributes(many) })]);
  expect(telemetry.logs.query()).toMatchObject({
    records: [{ body: 'hi', attributes: {} }],
    state: { dropped: [{ reason: 'cut', count: 1, example: expect.stringContaining('of dice') as string }] },
  });
});

test('drops a record whose resource is too large for the ring', () => {
  accept([record('hi')], { resource: { note: 'x'.repeat(100_000) } });
  expect(telemetry.logs.query()).toMatchObject({ records: [], state: { dropped: [{ reason: 'size', count: 1 }] } });
});

test('uses the time of arrival for a record without a time', () => {
  accept([{ body: { stringValue: 'hi' } }]);
  expect(telemetry.logs.query().records).toMatchObject([{ time: now, severity: 'unspecified', body: 'hi' }]);
});

test('shows a body that is a map as JSON', () => {
  accept([{ body: { kvlistValue: { values: attributes({ roll: 6 }) } } }]);
  expect(bodies({})).toEqual(['{"roll":6}']);
});

test('keeps probes apart', () => {
  accept([record('probe', { attributes: attributes({ 'probe.id': 'abc' }) })], { scope: 'intro-otel.why' });
  expect(telemetry.hasProbe('logs', 'abc')).toBe(true);
  expect(telemetry.logs.query().records).toEqual([]);
});
