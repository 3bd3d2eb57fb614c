// Asks "Why is there no telemetry?" about the pinned Collector and the pinned Prometheus, with the chart's
// configurations and a learner's collector.yaml. It needs their programs, and no cluster.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { DiagnosedPart } from '../../apps/guide/contract.ts';
import { CollectorLosses } from '../../apps/guide/server/lab/collector-losses.ts';
import { diagnosePipeline } from '../../apps/guide/server/lab/diagnose-pipeline.ts';
import type { PipelineSources } from '../../apps/guide/server/lab/pipeline-sources.ts';
import { flushAt, parsedReport } from '../../apps/guide/server/pods/dice-report.ts';
import { receiverFor } from '../../apps/guide/server/telemetry/receiver.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import { App, buildOutside } from '../../apps/testing/apps.ts';
import { waitFor } from '../../support/waiting.ts';
import { startCollector } from '../support/otlp/collector.ts';
import type { CollectorProcess } from '../support/otlp/collector.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';
import { WITH_PROMETHEUS, startPrometheus } from '../support/otlp/prometheus.ts';

let telemetry: Telemetry;
let receiver: Server;
/** Takes the place of dice, and of a Jaeger that has no traces. */
const silent = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
const started: LoopbackProcess[] = [];
let prometheus: string;

beforeAll(async () => {
  const process = await startPrometheus();
  started.push(process);
  prometheus = process.url;
}, 60_000);
afterAll(async () => {
  silent.close().closeAllConnections();
  for (const process of started) await process.stop();
});

beforeEach(async () => {
  telemetry = new Telemetry();
  receiver = receiverFor(telemetry).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
});
afterEach(() => receiver.close().closeAllConnections());

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Returns what the diagnosis reads while this Collector runs with this file. */
const sourcesOf = (collector: CollectorProcess, yaml: string): PipelineSources => ({
  ...{ dice: urlOf(silent), jaeger: urlOf(silent), collector: collector.url, prometheus, telemetry },
  settings: { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
  files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
  podLog: () => Promise.resolve(''),
  patience: 2_500,
});

/** Starts a Collector with this file, and returns what is said about each hop behind dice. */
async function hopsWith(yaml: string, parts: readonly DiagnosedPart[]): Promise<string[]> {
  const collector = await startCollector({ guide: urlOf(receiver), prometheus, values: WITH_PROMETHEUS, own: yaml });
  started.push(collector);
  const hops = await diagnosePipeline(sourcesOf(collector, yaml), parts);
  const behind = hops.filter(({ name }) => !['sdk', 'exporter'].includes(name));
  return behind.map(({ signal, name, ok, says }) => `${signal} ${name} ${ok ? 'works' : 'is broken'}: ${says}`);
}

test('follows metrics, logs and charts to their ends, Prometheus among them', async () => {
  expect(await hopsWith('{}', ['metrics', 'logs', 'charts'])).toEqual([
    expect.stringMatching(/^metrics collector works/),
    expect.stringMatching(/^metrics guide works: has the metric/),
    expect.stringMatching(/^metrics prometheus works: has the metric/),
    expect.stringMatching(/^logs collector works/),
    expect.stringMatching(/^logs guide works: has the log record/),
    expect.stringMatching(/^charts collector works: makes the figures/),
    expect.stringMatching(/^charts guide works: gets the figures/),
    expect.stringMatching(/^charts prometheus works: gets the figures/),
  ]);
});

const OWN = `receivers:
  otlp/mine: { protocols: { http: { endpoint: "127.0.0.1:0" } } }
service:
  pipelines:
    traces:
      exporters: [debug]
    metrics:
      exporters: [debug, otlp_http/guide]
    logs:
      receivers: [otlp/mine]
    metrics/red:
      exporters: [debug]
`;

test('names the line of collector.yaml for each signal that does not come to its end', async () => {
  expect(await hopsWith(OWN, ['traces', 'metrics', 'logs', 'charts'])).toEqual([
    'traces collector is broken: collector.yaml, line 6: ' +
      'the pipeline traces exports to debug only, so no traces come to Jaeger',
    'traces jaeger is broken: gets no traces: see the Collector',
    'metrics collector is broken: collector.yaml, line 8: ' +
      'the pipeline metrics exports to debug, otlp_http/guide only, so no metrics come to Prometheus',
    'metrics guide works: has the metric that it has just sent through the Collector',
    'metrics prometheus is broken: gets no metrics: see the Collector',
    expect.stringMatching(/^logs collector is broken: does not take a .* 404.*, line 10: .* otlp\/mine only/),
    'logs guide works: waits for logs of the Collector',
    'charts collector is broken: collector.yaml, line 12: ' +
      'the pipeline metrics/red exports to debug only, so no charts come to the guide',
    'charts guide is broken: gets no charts: see the Collector',
    'charts prometheus works: gets the figures for the charts',
  ]);
}, 30_000);

/** Code that makes telemetry of these bytes: a log record, an attribute of a span, and one of a metric. */
const LONG = `import { logs, metrics, trace } from '@opentelemetry/api';
import express from 'express';
const rolls = metrics.getMeter('dice').createCounter('dice.rolls');
const app = express();
app.get('/long', (request, response) => {
  const text = 'x'.repeat(Number(request.query.bytes));
  if (request.query.signal === 'logs') logs.getLogger('dice').emit({ body: text });
  else if (request.query.signal === 'metrics') rolls.add(1, { text });
  else trace.getTracer('dice').startSpan('long', { attributes: { text } }).end();
  response.send('done');
});
app.listen(process.env.PORT ?? 8080);
`;

test('names the hop that loses telemetry of megabytes, with the count and what to do', async () => {
  const collector = await startCollector({ guide: urlOf(receiver) });
  started.push(collector);
  const { dist, remove } = await buildOutside();
  const file = join(dist, 'dice', 'long.ts');
  writeFileSync(file, LONG);
  const env = {
    INSTRUMENTATION: 'manual',
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_METRIC_EXPORT_INTERVAL: '60000',
  };
  const dice = await (await App.start(dist, 'dice', env, [file])).ready();
  try {
    for (const signal of ['logs', 'traces', 'metrics']) await fetch(`${dice.url}/long?signal=${signal}&bytes=10000000`);
    await flushAt(dice.health);
    await fetch(`${dice.url}/long?signal=logs&bytes=22000000`);
    await flushAt(dice.health);
    const losses = new CollectorLosses({
      metrics: async () => (await fetch(collector.metrics)).text(),
      log: () => Promise.resolve(collector.log()),
    });
    const sources: PipelineSources = {
      ...sourcesOf(collector, ''),
      ...{ prometheus: undefined, patience: 0 },
      report: async () => parsedReport(await (await fetch(`${dice.health}/report`)).text()),
      collectorLosses: () => losses.list(),
    };
    const lost = await waitFor('a loss of each signal', async () => {
      const hops = await diagnosePipeline(sources, ['traces', 'metrics', 'logs']);
      const found = hops.flatMap(({ signal, name, ok, says, todo, losses: all = [] }) =>
        name === 'exporter' && !ok
          ? [[signal, name, `${says}. ${todo}`]]
          : all.map((one) => [signal, name, `${one.says}. ${one.todo}`]),
      );
      return found.length >= 4 ? found : undefined;
    });
    expect(lost).toEqual([
      [
        'traces',
        'collector',
        expect.stringMatching(/^The Collector has dropped 1 span, .*4 MiB.*Jaeger.*LENGTH_LIMIT=/),
      ],
      [
        'metrics',
        'collector',
        expect.stringMatching(/^The Collector has dropped \d+ metric points?, .*4 MiB.*for the guide/),
      ],
      [
        'logs',
        'exporter',
        expect.stringMatching(/^dice could not send 1 log record: .* 400\): http: request body too large/),
      ],
      [
        'logs',
        'collector',
        expect.stringMatching(/^The Collector has dropped 1 log record, .*4 MiB.*\. Cut long texts/),
      ],
    ]);
  } finally {
    await dice.stop();
    remove();
  }
}, 60_000);
