// Tests what "Why is there no telemetry?" says about what dice lost, by its exporter and by a crash.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Recorder } from '../../../telemetry/report.ts';
import type { Report } from '../../../telemetry/report.ts';
import { diagnosePipeline } from './diagnose-pipeline.ts';
import type { PipelineSources } from './pipeline-sources.ts';

const server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
beforeAll(() => once(server, 'listening'));
afterAll(() => server.close().closeAllConnections());

/** Returns the hop of traces with this name. */
async function hop(name: 'sdk' | 'exporter', more: Partial<PipelineSources>) {
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const sources = {
    ...{ dice: url, jaeger: url, patience: 0 },
    settings: { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: url },
    files: () => Promise.resolve(undefined),
    podLog: () => Promise.resolve(''),
  };
  return (await diagnosePipeline({ ...sources, ...more }, ['traces'])).find((one) => one.name === name);
}

test('finds an exporter working that has sent something since it failed, and says what it lost', async () => {
  const recorder = new Recorder();
  recorder.level = 'auto';
  recorder.lost('traces', 'export', 'connect ENETUNREACH', 20);
  const report = recorder.report({ port: 8080, listening: [] });
  const losses = report.losses.map((loss) => ({ ...loss, ago: 9_000 }));
  const after = (recovered: Report['recovered']) =>
    hop('exporter', { report: () => Promise.resolve({ ...report, losses, recovered }) });
  expect(await after({ traces: 10_000 })).toMatchObject({ ok: false });
  expect(await after({ logs: 1_000 })).toMatchObject({ ok: false });
  expect(await after({ traces: 1_000 })).toMatchObject({
    ok: true,
    losses: [{ says: 'dice could not send 20 spans: connect ENETUNREACH', isRecent: true }],
  });
});

test.each([
  [30_000, true],
  [300_000, false],
])('says that a crash of dice %d ms ago lost what dice had not sent', async (ago, isRecent) => {
  const crash = { says: 'it runs again after a crash: out of memory', ago };
  const sources = { crash: () => Promise.resolve(crash) };
  const says = 'it runs again after a crash: out of memory. What dice had not sent by then is lost';
  expect(await hop('sdk', sources)).toMatchObject({ ok: true, losses: [{ says, isRecent }] });
  expect((await hop('exporter', sources))?.losses).toBeUndefined();
});
