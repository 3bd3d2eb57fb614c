// Asks "Why is there no telemetry?" about the pinned Collector and the pinned Prometheus, with the chart's
// configurations and a learner's collector.yaml. It needs their programs, and no cluster.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TelemetrySignal } from '../../apps/guide/contract.ts';
import { diagnosePipeline } from '../../apps/guide/server/lab/diagnose-pipeline.ts';
import { receiverFor } from '../../apps/guide/server/telemetry/receiver.ts';
import { Telemetry } from '../../apps/guide/server/telemetry/telemetry.ts';
import { startCollector } from '../support/otlp/collector.ts';
import type { LoopbackProcess } from '../support/otlp/process.ts';
import { WITH_PROMETHEUS, startPrometheus } from '../support/otlp/prometheus.ts';

const telemetry = new Telemetry();
const receiver = receiverFor(telemetry).listen(0, '127.0.0.1');
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
  for (const server of [receiver, silent]) server.close().closeAllConnections();
  for (const process of started) await process.stop();
});

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

/** Starts a Collector with this file, and returns what is said about each hop behind dice. */
async function hopsWith(yaml: string, signals: readonly TelemetrySignal[]): Promise<string[]> {
  const collector = await startCollector({ guide: urlOf(receiver), prometheus, values: WITH_PROMETHEUS, own: yaml });
  started.push(collector);
  const hops = await diagnosePipeline(
    {
      ...{ dice: urlOf(silent), jaeger: urlOf(silent), collector: collector.url, prometheus, telemetry },
      settings: { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: collector.url },
      files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
      podLog: () => Promise.resolve(''),
      patience: 2_500,
    },
    signals,
  );
  const behind = hops.filter(({ name }) => !['sdk', 'exporter'].includes(name));
  return behind.map(({ signal, name, ok, says }) => `${signal} ${name} ${ok ? 'works' : 'is broken'}: ${says}`);
}

test('follows metrics and logs to their ends, Prometheus among them', async () => {
  expect(await hopsWith('{}', ['metrics', 'logs'])).toEqual([
    expect.stringMatching(/^metrics collector works/),
    expect.stringMatching(/^metrics guide works: has the metric/),
    expect.stringMatching(/^metrics prometheus works: has the metric/),
    expect.stringMatching(/^logs collector works/),
    expect.stringMatching(/^logs guide works: has the log record/),
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
`;

test('names the line of collector.yaml for each signal that does not come to its end', async () => {
  expect(await hopsWith(OWN, ['traces', 'metrics', 'logs'])).toEqual([
    'traces collector is broken: collector.yaml, line 6: ' +
      'the pipeline traces exports to debug only, so no traces come to Jaeger',
    'traces jaeger is broken: gets no traces: see the Collector',
    'metrics collector is broken: collector.yaml, line 8: ' +
      'the pipeline metrics exports to debug, otlp_http/guide only, so no metrics come to Prometheus',
    'metrics guide works: has the metric that it has just sent through the Collector',
    'metrics prometheus is broken: gets no metrics: see the Collector',
    expect.stringMatching(/^logs collector is broken: does not take a .* 404.*, line 10: .* otlp\/mine only/),
    'logs guide works: waits for logs of the Collector',
  ]);
});
