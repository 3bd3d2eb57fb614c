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

test('says that a processor may drop what the Collector takes, with the last error of its log', async () => {
  const podLog = () => Promise.resolve('2026-11-29T13:00:00.000Z\terror\tExporting failed. Dropping data.');
  const { collector, guide } = await hops('metrics', {}, { ...lost, podLog });
  expect(collector).toMatchObject({ ok: false, says: expect.stringContaining('but its log says: 2026') as string });
  expect(guide?.todo).toMatch(/service\.pipelines\.metrics .*otlp_http\/guide still.*no processor drop all metrics/);
});

test('says that the Collector takes nothing, if it refuses', async () => {
  const { collector } = await hops('logs', {}, { collector: 'http://127.0.0.1:1' });
  expect(collector).toMatchObject({
    ok: false,
    says: expect.stringMatching(/^does not take a log record: .*ECONNREFUSED/) as string,
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
