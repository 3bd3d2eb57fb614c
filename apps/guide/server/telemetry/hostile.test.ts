// Sends any JSON, and OTLP JSON with any values, to what the guide keeps of metrics and logs.
import fc from 'fast-check';
import { attributes, logsJson, metricsJson, nanoseconds } from '../../testing/otlp-json.ts';
import { Telemetry } from './telemetry.ts';

const names = fc.constantFrom('__proto__', 'constructor', 'toString', 'service.name', 'a', '', 'ü😀', 'x'.repeat(300));
const numbers = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '',
    '-1',
    '18446744073709551615',
    '99999999999999999999',
    1e308,
    -0.5,
  ),
  fc.integer(),
  fc.double(),
);
const times = fc.oneof(
  fc.constantFrom('0', '1', '-5', '99999999999999999999', {}),
  fc.constant(nanoseconds(Date.now())),
);

const fields = fc.constantFrom(
  ...['resourceMetrics', 'scopeMetrics', 'metrics', 'resource', 'scope', 'attributes', 'key', 'value', 'name', 'unit'],
  ...['sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary', 'dataPoints', 'aggregationTemporality'],
  ...['resourceLogs', 'scopeLogs', 'logRecords', 'body', 'stringValue', 'intValue', 'arrayValue', 'kvlistValue'],
);

/** Anything that JSON can hold, more often with the names of OTLP's fields. */
const anything = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, depthSize: 'small' },
    fc.constantFrom(null, true, 0, -1, '', 'text'),
    numbers,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.oneof(fields, names), tie('value'), { maxKeys: 5 }),
  ),
}));

const someAttributes = fc.oneof(
  anything.value,
  fc.array(fc.record({ key: fc.oneof(names, numbers), value: fc.record({ stringValue: names }) }), { maxLength: 4 }),
);
const point = fc.record(
  {
    ...{ asInt: numbers, asDouble: numbers, count: numbers, sum: numbers, scale: numbers, zeroCount: numbers },
    ...{ startTimeUnixNano: times, timeUnixNano: times, attributes: someAttributes },
    bucketCounts: fc.array(numbers, { maxLength: 4 }),
    explicitBounds: fc.array(numbers, { maxLength: 3 }),
    positive: fc.record({ offset: numbers, bucketCounts: fc.array(numbers, { maxLength: 80 }) }),
    exemplars: fc.array(fc.record({ asDouble: numbers, timeUnixNano: times, traceId: names, spanId: names }), {
      maxLength: 2,
    }),
  },
  { requiredKeys: [] },
);
const type = fc.constantFrom('sum', 'gauge', 'histogram', 'exponentialHistogram', 'summary');
const metric = fc
  .tuple(names, type, fc.array(point, { maxLength: 4 }), fc.integer({ min: 0, max: 3 }), fc.boolean())
  .map(([name, kind, dataPoints, aggregationTemporality, isMonotonic]) => ({
    name,
    [kind]: { dataPoints, aggregationTemporality, isMonotonic },
  }));

const ofServer = attributes({ 'span.kind': 'SPAN_KIND_SERVER' });

/** Returns a metric as if the Collector had made it from spans of servers. */
const asRed = (one: object): object =>
  JSON.parse(JSON.stringify({ ...one, name: 'red.duration' }), (key, value: unknown) =>
    key === 'dataPoints' && Array.isArray(value)
      ? value.map((each: object) => ({ ...each, attributes: ofServer }))
      : value,
  ) as object;

const record = fc.record(
  {
    ...{ timeUnixNano: times, severityNumber: numbers, severityText: anything.value, body: anything.value },
    ...{ eventName: anything.value, attributes: someAttributes, traceId: names, spanId: numbers },
  },
  { requiredKeys: [] },
);

/** Asks for everything that the pages ask for. The answers must be JSON, and stay within the limits. */
async function expectAnswers(telemetry: Telemetry): Promise<void> {
  const charts = await telemetry.metrics.charts(15);
  const services = ['dice', '__proto__', 'constructor', '', 'unknown_service'];
  const instruments = await Promise.all(services.map((service) => telemetry.metrics.instruments(service, 15)));
  const answers = [charts, ...instruments, telemetry.logs.query({ text: 'x' }), telemetry.totals()];
  expect(JSON.stringify(answers).length).toBeLessThan(20e6);
  for (const { bytes = 0, limit = 0 } of [charts.state, telemetry.logs.query().state])
    expect(bytes >= 0 && bytes <= limit).toBe(true);
  for (const { requests } of charts.services) expect(requests.every((value) => (value ?? 0) >= 0)).toBe(true);
}

test('takes any JSON without an error', async () => {
  const telemetry = new Telemetry();
  fc.assert(
    fc.property(anything.value, fc.constantFrom('metrics' as const, 'logs' as const), (document, signal) => {
      telemetry.accept(signal, JSON.stringify(document ?? null));
    }),
    { numRuns: 500 },
  );
  await expectAnswers(telemetry);
});

test('takes metrics with any values without an error, and never shows a negative rate', async () => {
  const telemetry = new Telemetry();
  const red = { scope: 'spanmetricsconnector' };
  fc.assert(
    fc.property(fc.array(metric, { maxLength: 3 }), (metrics) => {
      telemetry.accept('metrics', metricsJson(metrics));
      telemetry.accept('metrics', metricsJson(metrics.map(asRed), red));
    }),
    { numRuns: 300 },
  );
  await expectAnswers(telemetry);
});

test('takes log records with any values without an error', async () => {
  const telemetry = new Telemetry();
  fc.assert(
    fc.property(fc.array(record, { maxLength: 4 }), (records) => telemetry.accept('logs', logsJson(records))),
    { numRuns: 300 },
  );
  await expectAnswers(telemetry);
});

test.each([
  ['arrays', (deep: object): object => ({ arrayValue: { values: [deep] } })],
  ['maps', (deep: object): object => ({ kvlistValue: { values: [{ key: 'a', value: deep }] } })],
])('takes a log record with 20,000 %s in each other', (_what, around) => {
  const telemetry = new Telemetry();
  const [before = '', after = ''] = JSON.stringify(around({ here: 1 })).split('{"here":1}');
  const body = `${before.repeat(20_000)}{}${after.repeat(20_000)}`;
  telemetry.accept('logs', logsJson([{ body: { stringValue: 'here' } }]).replace('{"stringValue":"here"}', body));
  expect(telemetry.logs.query().records).toHaveLength(1);
});
