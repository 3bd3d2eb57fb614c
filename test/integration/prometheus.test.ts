// Sends spans and metrics through the pinned Collector to the pinned Prometheus, and asks Prometheus and Jaeger for the
// metrics. All three have the chart's configurations. It needs their programs, and no cluster.
import { randomBytes } from 'node:crypto';
import { eventually } from '../../support/waiting.ts';
import { startCollector } from '../support/otlp/collector.ts';
import { startJaeger } from '../support/otlp/jaeger.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';
import { WITH_PROMETHEUS, startPrometheus } from '../support/otlp/prometheus.ts';

let prometheus: LoopbackProcess | undefined;
let jaeger: LoopbackProcess | undefined;
let collector: LoopbackProcess | undefined;

beforeAll(async () => {
  prometheus = await startPrometheus();
  const { url } = prometheus;
  [jaeger, collector] = await Promise.all([
    startJaeger(undefined, url),
    // Nothing listens in place of the guide. So the test also shows that Prometheus gets everything then.
    startCollector({ guide: 'http://127.0.0.1:9', prometheus: url, values: WITH_PROMETHEUS }),
  ]);
}, 60_000);
afterAll(async () => {
  for (const started of [collector, jaeger, prometheus]) await started?.stop();
});

async function post(signal: string, body: object): Promise<void> {
  const init = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
  const answer = await fetch(`${collector?.url}/v1/${signal}`, init);
  expect([answer.status, await answer.text()]).toEqual([200, '{"partialSuccess":{}}']);
}

const resource = (service: string, pod: string): object => ({
  attributes: Object.entries({ 'service.name': service, 'k8s.pod.name': pod }).map(([key, stringValue]) => ({
    key,
    value: { stringValue },
  })),
});

const traceId = randomBytes(16).toString('hex');

/** Sends a span of a server that failed after 510 ms. */
async function sendSpan(): Promise<void> {
  const end = BigInt(Date.now()) * 1_000_000n;
  const span = {
    traceId,
    spanId: randomBytes(8).toString('hex'),
    name: 'POST /rounds',
    kind: 2,
    startTimeUnixNano: String(end - 510_000_000n),
    endTimeUnixNano: String(end),
    status: { code: 2 },
    attributes: [{ key: 'http.response.status_code', value: { intValue: 504 } }],
  };
  await post('traces', { resourceSpans: [{ resource: resource('arcade', 'a'), scopeSpans: [{ spans: [span] }] }] });
}

interface Answer {
  readonly data: readonly object[] | { readonly result: readonly { metric: object; value: [number, string] }[] };
}

async function query(path: string, parameters: Record<string, string>): Promise<Answer> {
  const answer = await fetch(`${prometheus?.url}/api/v1/${path}?${String(new URLSearchParams(parameters))}`);
  return (await answer.json()) as Answer;
}

/** Returns the labels and the value of each series. */
async function samples(expression: string): Promise<[object, string][]> {
  const { data } = await query('query', { query: expression });
  return 'result' in data ? data.result.map(({ metric, value }) => [metric, value[1]]) : [];
}

test('gives metrics from spans names with underscores, and counts the first span of a kind', async () => {
  await sendSpan();
  const labels = {
    http_response_status_code: '504',
    service_name: 'arcade',
    span_kind: 'SPAN_KIND_SERVER',
    status_code: 'STATUS_CODE_ERROR',
  };
  await eventually(
    async () => {
      expect(await samples('red_calls')).toEqual([
        [{ __name__: 'red_calls', job: 'arcade', 'service.name': 'arcade', ...labels }, '1'],
      ]);
      expect(await samples('monitor_calls')).toEqual([
        [expect.objectContaining({ ...labels, span_name: 'POST /rounds' }), '1'],
      ]);
      expect(await samples('increase(red_duration_count[1m]) > 0')).toEqual([
        [expect.objectContaining(labels), expect.anything()],
      ]);
    },
    { within: 20_000 },
  );
  expect(await samples('red_duration_bucket{le="500"}')).toEqual([[expect.anything(), '0']]);
  expect(await samples('red_duration_bucket{le="750"}')).toEqual([[expect.anything(), '1']]);
});

test('keeps the trace of a span as an exemplar', async () => {
  const range = { start: String(Date.now() / 1000 - 60), end: String(Date.now() / 1000 + 60) };
  const { data } = await query('query_exemplars', { query: 'red_duration_bucket', ...range });
  expect(JSON.stringify(data)).toContain(traceId);
});

test('keeps the names of the metrics of apps, and tells pods of one service apart', async () => {
  const at = String(BigInt(Date.now()) * 1_000_000n);
  const sum = (value: number): object => ({
    name: 'dice.rolls',
    sum: {
      aggregationTemporality: 2,
      isMonotonic: true,
      dataPoints: [{ asInt: value, timeUnixNano: at, startTimeUnixNano: at, attributes: [] }],
    },
  });
  for (const [index, pod] of ['dice-a', 'dice-b'].entries())
    await post('metrics', {
      resourceMetrics: [{ resource: resource('dice', pod), scopeMetrics: [{ metrics: [sum(index + 1)] }] }],
    });
  await eventually(
    async () =>
      expect(await samples('{"dice.rolls"}')).toEqual([
        [expect.objectContaining({ 'service.name': 'dice', 'k8s.pod.name': 'dice-a' }), '1'],
        [expect.objectContaining({ 'service.name': 'dice', 'k8s.pod.name': 'dice-b' }), '2'],
      ]),
    { within: 10_000 },
  );
});

test.each(['calls', 'errors', 'latencies'])("shows %s on Jaeger's page Monitor", async (kind) => {
  const parameters = new URLSearchParams({
    service: 'arcade',
    groupByOperation: 'true',
    quantile: '0.95',
    lookback: '60000',
    step: '5000',
    ratePer: '60000',
    spanKind: 'server',
  });
  await eventually(
    async () => {
      const answer = await fetch(`${jaeger?.url}/api/metrics/${kind}?${String(parameters)}`);
      const text = await answer.text();
      expect([answer.status, text]).toEqual([200, expect.stringContaining('"POST /rounds"')]);
    },
    { within: 10_000 },
  );
});
