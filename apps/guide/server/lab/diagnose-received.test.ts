// Tests what "Why is there no telemetry?" says about metrics and logs.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { PipelineHop } from '../../contract.ts';
import type { ReceivedSignal } from './delivery.ts';
import { diagnosePipeline } from './diagnose-pipeline.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
import type { PipelineSources } from './pipeline-sources.ts';

let server: Server;
let url: string;
/** The bodies that the Collector has taken, and what the guide has received of them. */
const taken: string[] = [];
const telemetry = new Telemetry();
beforeAll(async () => {
  server = createServer((request, response) => {
    const chunks: string[] = [];
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => chunks.push(chunk))
      .on('end', () => {
        taken.push(chunks.join(''));
        telemetry.accept(request.url === '/v1/logs' ? 'logs' : 'metrics', chunks.join(''));
        response.end('{}');
      });
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

interface Files {
  readonly settings?: string;
  readonly yaml?: string;
}

/** Returns the hops of a signal. The Collector passes on what it takes, unless `more` says otherwise. */
async function hops(
  signal: ReceivedSignal,
  { settings = '', yaml = '' }: Files = {},
  more: Partial<PipelineSources> = {},
): Promise<Partial<Record<PipelineHop['name'], PipelineHop>>> {
  const sources: PipelineSources = {
    dice: url,
    jaeger: url,
    collector: url,
    settings: { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: url },
    files: () => Promise.resolve({ 'app.ts': '', 'settings.env': settings, 'collector.yaml': yaml }),
    podLog: () => Promise.resolve(''),
    patience: 0,
    telemetry,
    ...more,
  };
  return Object.fromEntries((await diagnosePipeline(sources, [signal])).map((hop) => [hop.name, hop]));
}

/** A guide that has received nothing. */
const lost = { telemetry: new Telemetry() };

test.each<[ReceivedSignal, RegExp]>([
  ['metrics', /instruments of the libraries.*leave dice every 60 s/],
  ['logs', /lines of pino.*leave dice every 1 s/],
])(
  'follows %s through each hop to the guide, which keeps nothing of what it has sent for this',
  async (signal, says) => {
    taken.length = 0;
    const found = await hops(signal);
    expect(Object.values(found).map(({ name, ok }) => [name, ok])).toEqual([
      ['sdk', true],
      ['exporter', true],
      ['collector', true],
      ['guide', true],
    ]);
    expect(found.sdk?.says).toMatch(says);
    expect(taken).toEqual([expect.stringContaining('"scope":{"name":"intro-otel.why"}')]);
    expect([telemetry.totals(), telemetry.logs.query().records]).toEqual([[], []]);
  },
);

test.each<[ReceivedSignal, string, 'sdk' | 'exporter', RegExp]>([
  ['metrics', 'INSTRUMENTATION=none', 'sdk', /not even loaded\. Set INSTRUMENTATION=auto/],
  ['metrics', 'OTEL_METRIC_EXPORT_INTERVAL=2', 'sdk', /^settings\.env, line 1: .* every 2 ms.* Write 2000/],
  ['metrics', 'OTEL_METRICS_EXPORTER=none', 'exporter', /is none: nothing is sent to the Collector\. Set .*=otlp/],
  ['logs', 'OTEL_LOGS_EXPORTER=console', 'exporter', /is console: nothing is sent.*console,otlp for both/],
  [
    'logs',
    'OTEL_EXPORTER_OTLP_LOGS_ENDPOINT=http://127.0.0.1:1/v1/logs',
    'exporter',
    /LOGS_ENDPOINT leads to localhost.*Take the line out/,
  ],
])('names what keeps %s in dice with %s, and what to do', async (signal, settings, name, words) => {
  const { ok, says, todo } = (await hops(signal, { settings }))[name] ?? {};
  expect(ok).toBe(false);
  expect(`${says}. ${todo}`).toMatch(words);
});

test('does not blame metrics for what settings.env has about spans or logs', async () => {
  const settings = 'OTEL_TRACES_SAMPLER=always_off\nOTEL_LOGS_EXPORTER=none\nOTEL_TRACES_EXPORTER=consle';
  expect(Object.values(await hops('metrics', { settings })).filter(({ ok }) => !ok)).toEqual([]);
});

test('says at the level manual that the lines of pino are not sent', async () => {
  expect((await hops('logs', { settings: 'INSTRUMENTATION=manual' })).sdk?.says).toMatch(
    /pino are in the pod's log only/,
  );
});

test.each<ReceivedSignal>(['metrics', 'logs'])(
  'says that no %s come to the guide, why, and which line to change, if collector.yaml leaves the guide out',
  async (signal) => {
    const yaml = `service:\n  pipelines:\n    ${signal}:\n      exporters: [debug]\n`;
    const { collector, guide } = await hops(signal, { yaml }, lost);
    expect(collector).toMatchObject({
      ok: false,
      says: `collector.yaml, line 4: the pipeline ${signal} exports to debug only, so no ${signal} come to the guide`,
      todo: 'Write exporters: [debug, otlp_http/guide] there, then Run.',
    });
    expect(guide?.ok).toBe(false);
  },
);

test.each<[string, ReceivedSignal, string, RegExp]>([
  ['another receiver', 'logs', 'receivers: [otlp/mine]', /line 4: the pipeline logs receives from otlp\/mine only/],
  ['a filter', 'metrics', 'processors: [filter]', /line 4: the pipeline metrics lists filter, which drops/],
])('names the line of collector.yaml with %s, if nothing arrives', async (_what, signal, text, says) => {
  const yaml = `service:\n  pipelines:\n    ${signal}:\n      ${text}\n`;
  const { collector, guide } = await hops(signal, { yaml }, lost);
  expect(collector).toMatchObject({ ok: false, says: expect.stringMatching(says) as string });
  expect(guide).toMatchObject({ ok: false, says: `gets no ${signal}: see the Collector` });
});

test('names the line that moves the receiver to another address, if the Collector takes nothing', async () => {
  const yaml = 'receivers:\n  otlp:\n    protocols:\n      http:\n        endpoint: localhost:4318\n';
  const { collector } = await hops('logs', { yaml }, { collector: 'http://127.0.0.1:1' });
  expect(collector?.says).toMatch(
    /ECONNREFUSED.*; collector\.yaml, line 5: the receiver otlp listens at localhost:4318/,
  );
  expect(collector?.todo).toMatch(/^Take its endpoint out/);
});

describe('with Prometheus', () => {
  let prometheus: Server;
  const asked: string[] = [];
  /** Seconds since the epoch at which Prometheus has the newest sample of the probe. */
  let sampled: () => number | undefined;
  let more: Partial<PipelineSources>;
  beforeAll(async () => {
    prometheus = createServer((request, response) => {
      asked.push(new URL(request.url ?? '', url).searchParams.get('query') ?? '');
      const time = sampled();
      const result = time === undefined ? [] : [{ metric: {}, value: [0, String(time)] }];
      response.end(JSON.stringify({ status: 'success', data: { resultType: 'vector', result } }));
    }).listen(0, '127.0.0.1');
    await new Promise((resolve) => prometheus.once('listening', resolve));
    more = { prometheus: `http://127.0.0.1:${(prometheus.address() as AddressInfo).port}` };
  });
  afterAll(() => prometheus.close().closeAllConnections());

  test('follows metrics to Prometheus as well as to the guide, and logs to the guide only', async () => {
    sampled = () => Date.now() / 1_000;
    const found = await hops('metrics', {}, more);
    expect(Object.values(found).map(({ name, ok }) => `${name} ${ok}`)).toEqual([
      'sdk true',
      'exporter true',
      'collector true',
      'guide true',
      'prometheus true',
    ]);
    expect(asked).toContain('timestamp({"intro-otel.why"})');
    expect(Object.keys(await hops('logs', {}, more))).not.toContain('prometheus');
  });

  test.each<[string, string, string]>([
    ['Prometheus only', '[debug, otlp_http/guide]', '[debug, otlp_http/guide, otlp_http/prometheus]'],
    ['Prometheus and the guide', '[debug]', '[debug, otlp_http/guide, otlp_http/prometheus]'],
  ])('names the line that leaves out %s, and writes all that belongs there', async (left, exporters, all) => {
    sampled = () => Date.now() / 1_000 - 60;
    const yaml = `service:\n  pipelines:\n    metrics:\n      exporters: ${exporters}\n`;
    const { collector, prometheus } = await hops(
      'metrics',
      { yaml },
      left.endsWith('guide') ? { ...lost, ...more } : more,
    );
    expect(collector?.says).toMatch(/^collector\.yaml, line 4: the pipeline metrics exports to debug/);
    expect(collector?.todo?.split(' ').sort()).toEqual(`Write exporters: ${all} there, then Run.`.split(' ').sort());
    expect(prometheus).toMatchObject({ ok: false, says: 'gets no metrics: see the Collector' });
  });

  test('says that Prometheus does not answer, and blames nothing else', async () => {
    const found = await hops('metrics', {}, { prometheus: 'http://127.0.0.1:1' });
    const broken = Object.values(found).filter(({ ok }) => !ok);
    expect(broken).toEqual([
      expect.objectContaining({ name: 'prometheus', todo: 'Wait until its pod is ready again.' }),
    ]);
    expect(broken[0]?.says).toMatch(/^does not answer: .*ECONNREFUSED/);
  });
});

test('says that a processor may drop what the Collector takes, with the last error of its log', async () => {
  const podLog = () => Promise.resolve('2026-11-29T13:00:00.000Z\terror\tExporting failed. Dropping data.');
  const { collector, guide } = await hops('metrics', {}, { ...lost, podLog });
  expect(collector).toMatchObject({ ok: false, says: expect.stringContaining('but its log says: 2026') as string });
  expect(collector?.todo).toMatch(
    /service\.pipelines\.metrics .*otlp_http\/guide still.*no processor drop all metrics/,
  );
  expect(guide).toMatchObject({ ok: false, says: 'gets no metrics: see the Collector' });
  expect(guide).not.toHaveProperty('todo');
});

test('says that the Collector takes nothing, if it refuses', async () => {
  const { collector } = await hops('logs', {}, { collector: 'http://127.0.0.1:1' });
  expect(collector).toMatchObject({
    ok: false,
    says: expect.stringMatching(/^does not take a log record: .*ECONNREFUSED/) as string,
  });
});

describe('while a Run replaces the Collector', () => {
  const leaving = { reason: 'its old pod collector-1 is shutting down', passes: true, blocks: false };
  const old = {
    reason: 'its pod started with an older collector.yaml',
    passes: false,
    blocks: true,
    todo: 'Press Run.',
  };
  /** Answers about the Collector one after the other, and then the last one. */
  const answering = (...answers: (typeof leaving | typeof old | undefined)[]) => ({
    outdated: (component: string) =>
      Promise.resolve(component === 'collector' ? (answers.length > 1 ? answers.shift() : answers[0]) : undefined),
  });
  const collectorOf = async (more: Partial<PipelineSources>) => (await hops('metrics', {}, more)).collector;

  test('does not say that the Collector works if a pod of before may have answered', async () => {
    expect(await collectorOf(answering(leaving))).toMatchObject({
      ok: false,
      says: expect.stringMatching(/not only, what your files say: its old pod collector-1 is shutting down$/) as string,
      todo: 'Look again in some seconds.',
    });
    expect(await collectorOf(answering(old))).toMatchObject({ ok: false, todo: 'Press Run.' });
  });

  test('does not say so either if the Run begins during the test', async () => {
    expect(await collectorOf(answering(undefined, leaving))).toMatchObject({ ok: false });
  });

  test('waits until only the new pod answers', async () => {
    expect(await collectorOf({ ...answering(leaving, undefined), patience: 4_000 })).toMatchObject({ ok: true });
  });

  test('says what dice sent for only if it runs with the settings of now', async () => {
    const outdated = (component: string) => Promise.resolve(component === 'dice' ? old : undefined);
    const found = await hops('metrics', {}, { outdated });
    expect([found.sdk?.ok, found.exporter?.ok, found.collector?.ok]).toEqual([false, false, true]);
    expect(found.sdk?.todo).toBe('Press Run.');
    expect(found.exporter).toEqual({
      ...{ signal: 'metrics', name: 'exporter', ok: false, untested: true },
      says: 'not tested: see the SDK',
    });
  });
});

test('says that a lab of an older chart has no receiver', async () => {
  const { guide } = await hops('logs', {}, { telemetry: undefined });
  expect(guide).toMatchObject({ ok: false, says: expect.stringContaining('chart from before version 0.2') as string });
});

test("says that the Collector's new pod does not run", async () => {
  const podTrouble = (component: string) => Promise.resolve(component === 'collector' ? 'line 2: no such' : undefined);
  const { collector, guide } = await hops('metrics', {}, { podTrouble });
  expect(collector).toMatchObject({ ok: false, says: 'its new pod does not run: line 2: no such' });
  expect(guide).toMatchObject({ ok: true });
});
