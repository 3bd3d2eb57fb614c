// Sends spans, metrics and log records through the pinned Collector, with the chart's configuration, to a server in
// place of the guide. It needs the Collector's program, and no cluster.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { RED_METRICS } from '../../lab/names.ts';
import { metricsFromOtlp } from '../../otlp/metrics.ts';
import { eventually } from '../../support/waiting.ts';
import { startCollector } from '../support/otlp/collector.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string; readonly boolValue?: boolean };
}

interface Point {
  readonly attributes: readonly Attribute[];
  readonly asInt?: string;
  readonly count?: string;
  readonly explicitBounds?: readonly number[];
  readonly bucketCounts?: readonly string[];
  readonly exemplars?: readonly { readonly traceId: string; readonly spanId: string; readonly asDouble: number }[];
}

interface Metric {
  readonly name: string;
  readonly unit?: string;
  readonly sum?: { readonly dataPoints: readonly Point[]; readonly aggregationTemporality: number };
  readonly histogram?: { readonly dataPoints: readonly Point[]; readonly aggregationTemporality: number };
}

interface Exported {
  readonly resourceMetrics?: readonly {
    readonly resource: { readonly attributes?: readonly Attribute[] };
    readonly scopeMetrics: readonly {
      readonly scope: { readonly name: string };
      readonly metrics: readonly Metric[];
    }[];
  }[];
  readonly resourceLogs?: readonly object[];
}

/** What a server in place of the guide has received, by the path of the request. Newest last. */
interface Guide {
  readonly url: string;
  readonly received: { readonly path: string; readonly type: string; readonly body: Exported }[];
  readonly server: Server;
}

async function startGuide(): Promise<Guide> {
  const received: Guide['received'] = [];
  const server = createServer((request, response) => {
    void json(request).then((body) => {
      received.push({ path: request.url ?? '', type: request.headers['content-type'] ?? '', body: body as Exported });
      response.setHeader('content-type', 'application/json').end('{}');
    });
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, received, server };
}

interface MadeSpan {
  readonly name: string;
  readonly milliseconds: number;
  readonly status?: number | string;
  readonly failed?: boolean;
  /** 2, a server, by default. */
  readonly kind?: number;
}

const statusAttribute = (status: number | string) => ({
  key: 'http.response.status_code',
  value: typeof status === 'number' ? { intValue: status } : { stringValue: status },
});

/** Sends spans of a service, each in a trace of its own. @returns the trace ids */
async function send(collector: LoopbackProcess, service: string, spans: readonly MadeSpan[]): Promise<string[]> {
  const now = BigInt(Date.now()) * 1_000_000n;
  const made = spans.map(({ name, milliseconds, status, failed = false, kind = 2 }) => ({
    traceId: randomBytes(16).toString('hex'),
    spanId: randomBytes(8).toString('hex'),
    name,
    kind,
    startTimeUnixNano: String(now),
    endTimeUnixNano: String(now + BigInt(milliseconds) * 1_000_000n),
    status: { code: failed ? 2 : 0 },
    attributes: status === undefined ? [] : [statusAttribute(status)],
  }));
  const attributes = [
    { key: 'service.name', value: { stringValue: service } },
    { key: 'k8s.pod.name', value: { stringValue: randomBytes(4).toString('hex') } },
  ];
  await post(collector, 'traces', {
    resourceSpans: [{ resource: { attributes }, scopeSpans: [{ scope: { name: 'test' }, spans: made }] }],
  });
  return made.map(({ traceId }) => traceId);
}

async function post({ url }: LoopbackProcess, signal: string, body: object): Promise<void> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${url}/v1/${signal}`, { method: 'POST', headers, body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`expected 200 from ${signal}, found ${answer.status}: ${await answer.text()}`);
}

const resourcesIn = (guide: Guide) => guide.received.flatMap(({ body }) => body.resourceMetrics ?? []);

/** Returns the newest points of a metric that the Collector made from spans. */
function newest(guide: Guide, name: string): readonly Point[] {
  const metrics = resourcesIn(guide).flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics: all }) => all));
  const metric = metrics.findLast((one) => one.name === name);
  return (metric?.histogram ?? metric?.sum)?.dataPoints ?? [];
}

const attribute = (point: Point, key: string): unknown =>
  Object.values(point.attributes.find((one) => one.key === key)?.value ?? {})[0];

let guide: Guide;
let collector: LoopbackProcess | undefined;

beforeEach(async () => {
  guide = await startGuide();
});
afterEach(async () => {
  await collector?.stop();
  guide.server.closeAllConnections();
  guide.server.close();
});

test('makes metrics of requests, errors and latency from spans, with the traces of some as exemplars', async () => {
  collector = await startCollector({ guide: guide.url });
  const ids = await send(collector, 'shop', [
    { name: 'GET /a', milliseconds: 3, status: 200 },
    { name: 'GET /a', milliseconds: 500, status: 504, failed: true },
    { name: 'GET /a', milliseconds: 501, status: 504, failed: true },
  ]);
  await eventually(
    () =>
      expect(
        newest(guide, RED_METRICS.calls)
          .map(({ asInt }) => asInt)
          .sort(),
      ).toEqual(['1', '2']),
    { within: 10_000 },
  );
  const failed = newest(guide, RED_METRICS.duration).find(
    (point) => attribute(point, 'http.response.status_code') === '504',
  );
  expect(failed?.attributes.map(({ key, value }) => [key, ...Object.values(value)])).toEqual([
    ['service.name', 'shop'],
    ['span.kind', 'SPAN_KIND_SERVER'],
    ['status.code', 'STATUS_CODE_ERROR'],
    ['http.response.status_code', '504'],
  ]);
  const { explicitBounds = [], bucketCounts = [] } = failed ?? {};
  const index = explicitBounds.indexOf(500);
  expect(bucketCounts.slice(index, index + 2)).toEqual(['1', '1']);
  const points = resourcesIn(guide).flatMap(({ scopeMetrics }) =>
    scopeMetrics.flatMap(({ metrics }) => metrics.flatMap(({ histogram }) => histogram?.dataPoints ?? [])),
  );
  expect(new Set(points.flatMap(({ exemplars = [] }) => exemplars.map(({ traceId }) => traceId)))).toEqual(
    new Set(ids),
  );
});

test('goes on counting when a pod is replaced, and names only the service in the resource', async () => {
  collector = await startCollector({ guide: guide.url });
  for (let pod = 0; pod < 3; pod++) await send(collector, 'shop', [{ name: 'GET /a', milliseconds: 1 }]);
  await eventually(() => expect(newest(guide, RED_METRICS.calls).map(({ asInt }) => asInt)).toEqual(['3']), {
    within: 10_000,
  });
  expect(
    resourcesIn(guide)
      .at(-1)
      ?.resource.attributes?.map(({ key }) => key),
  ).toEqual(['service.name']);
});

test('counts every span as before, whatever names a learner gives to thousands of them', async () => {
  collector = await startCollector({ guide: guide.url });
  for (const last of [1_500, 1_501]) {
    const spans = Array.from({ length: last === 1_500 ? 1_500 : 1 }, (_, index) => ({ name: `GET /${last + index}` }));
    await send(
      collector,
      'bomb',
      spans.map((span) => ({ ...span, milliseconds: 1 })),
    );
    await eventually(() => expect(newest(guide, RED_METRICS.calls).map(({ asInt }) => asInt)).toEqual([String(last)]), {
      within: 10_000,
    });
  }
});

/** Returns how many spans of a status the Collector has counted, or of all. */
const countOf = (status?: string): number =>
  newest(guide, RED_METRICS.calls)
    .filter((point) => status === undefined || attribute(point, 'http.response.status_code') === status)
    .reduce((sum, { asInt }) => sum + Number(asInt), 0);

test('goes on counting each status that has a name, whatever statuses a learner sends', async () => {
  collector = await startCollector({ guide: guide.url });
  const each = { name: 'GET /a', milliseconds: 1 };
  const kinds = [1, 2, 3, 4, 5];
  const bomb = kinds.flatMap((kind) => Array.from({ length: 1_000 }, (_, status) => ({ ...each, kind, status })));
  const failed = bomb.map((span) => ({ ...span, failed: true }));
  const texts = Array.from({ length: 300 }, (_, at) => ({ ...each, status: `id-${at}` }));
  for (const some of [bomb, failed, texts]) await send(collector, 'bomb', some);
  const before = bomb.length + failed.length + texts.length;
  await eventually(() => expect(countOf()).toBe(before), { within: 20_000 });
  // Spans of kind server, internal and consumer, with and without status ERROR.
  expect(['404', '503', '4xx', '5xx'].map(countOf)).toEqual([6, 6, 6 * (100 - 29), 6 * (100 - 11)]);
  const statuses = [404, '404', 503, 499, 200, 700];
  await send(
    collector,
    'bomb',
    statuses.map((status) => ({ ...each, status })),
  );
  await eventually(() => expect(countOf()).toBe(before + statuses.length), { within: 20_000 });
  expect(['404', '503', '4xx', '200', '700'].map(countOf)).toEqual([8, 7, 6 * (100 - 29) + 1, 0, 0]);
  const points = newest(guide, RED_METRICS.calls);
  expect(points.filter((point) => attribute(point, 'otel.metric.overflow') === true)).toEqual([]);
  expect(points.length).toBeLessThan(150);
});

test('sends metrics and log records to the guide as JSON', async () => {
  collector = await startCollector({ guide: guide.url });
  const resource = { attributes: [{ key: 'service.name', value: { stringValue: 'dice' } }] };
  const gauge = { name: 'faces', gauge: { dataPoints: [{ asInt: '6' }] } };
  await post(collector, 'metrics', { resourceMetrics: [{ resource, scopeMetrics: [{ metrics: [gauge] }] }] });
  const record = { body: { stringValue: 'rolled' } };
  await post(collector, 'logs', { resourceLogs: [{ resource, scopeLogs: [{ logRecords: [record] }] }] });
  await eventually(
    () =>
      expect(new Set(guide.received.map(({ path, type }) => `${path} ${type}`))).toEqual(
        new Set(['/v1/metrics application/json', '/v1/logs application/json']),
      ),
    { within: 10_000 },
  );
  expect(JSON.stringify(guide.received)).toMatch(/"faces".*"rolled"|"rolled".*"faces"/s);
});

test('passes on values that are no finite numbers, which the guide counts', async () => {
  collector = await startCollector({ guide: guide.url });
  const dataPoints = ['NaN', 'Infinity', '-Infinity', 1.5].map((asDouble, at) => ({
    timeUnixNano: `${Date.now()}000000`,
    asDouble,
    attributes: [{ key: 'at', value: { intValue: at } }],
  }));
  const metrics = [{ name: 'ratio', gauge: { dataPoints } }];
  await post(collector, 'metrics', { resourceMetrics: [{ resource: {}, scopeMetrics: [{ metrics }] }] });
  const found = () => guide.received.flatMap(({ body }) => metricsFromOtlp(body)).find(({ name }) => name === 'ratio');
  await eventually(() => expect(found()).toMatchObject({ notFinite: 3, points: [{ value: 1.5 }] }), { within: 10_000 });
});

/** Files of learners that change pipelines, or that define a connector of the same type. */
const OWN_FILES = {
  'settings of an older course': 'exporters: { debug: { verbosity: detailed } }',
  'exporters of traces': 'service: { pipelines: { traces: { exporters: [debug] } } }',
  'exporters of metrics and logs':
    'service: { pipelines: { metrics: { exporters: [debug] }, logs: { exporters: [debug] } } }',
  'a sampler': `
processors: { probabilistic_sampler: { sampling_percentage: 1 } }
service: { pipelines: { traces: { processors: [probabilistic_sampler] } } }`,
  'a connector of their own': `
connectors: { spanmetrics: { histogram: { exponential: {} }, namespace: mine } }
service:
  pipelines:
    traces: { exporters: [otlp_http/jaeger, spanmetrics] }
    metrics: { receivers: [otlp, spanmetrics] }`,
  'pipelines of their own': `
connectors: { spanmetrics: }
service:
  pipelines:
    traces/mine: { receivers: [otlp], exporters: [spanmetrics] }
    metrics/mine: { receivers: [spanmetrics], exporters: [debug] }`,
};

test.each(Object.entries(OWN_FILES))('counts every span, whatever else a file with %s does', async (_name, own) => {
  collector = await startCollector({ guide: guide.url, own });
  await send(
    collector,
    'shop',
    Array.from({ length: 50 }, () => ({ name: 'GET /a', milliseconds: 1 })),
  );
  await eventually(() => expect(newest(guide, RED_METRICS.calls).map(({ asInt }) => asInt)).toEqual(['50']), {
    within: 10_000,
  });
});
