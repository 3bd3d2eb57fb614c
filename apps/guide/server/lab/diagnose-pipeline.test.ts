// Tests the two hops in dice: what "Why is there no telemetry?" says about settings.env and about dice's own report.
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Recorder } from '../../../telemetry/report.ts';
import type { Report } from '../../../telemetry/report.ts';
import type { PipelineHop } from '../../contract.ts';
import { reportNotes } from './dice-state.ts';
import { diagnosePipeline } from './diagnose-pipeline.ts';
import type { PipelineSources } from './pipeline-sources.ts';

let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close().closeAllConnections());

function reportWith(change: (recorder: Recorder) => void, level = 'manual'): Report {
  const recorder = new Recorder();
  recorder.level = level;
  change(recorder);
  return recorder.report({ port: 8080, listening: [] });
}

async function hops(
  settings: string,
  report?: Report,
  more: Partial<PipelineSources> = {},
): Promise<Record<string, PipelineHop>> {
  const found = await diagnosePipeline(
    {
      dice: url,
      jaeger: url,
      settings: {
        INSTRUMENTATION: 'auto',
        OTEL_EXPORTER_OTLP_ENDPOINT: url,
        OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      },
      files: () => Promise.resolve({ 'app.ts': '', 'settings.env': settings, 'collector.yaml': '' }),
      podLog: () => Promise.resolve(''),
      report: () => Promise.resolve(report),
      patience: 0,
      ...more,
    },
    ['traces'],
  );
  return Object.fromEntries(found.map((hop) => [hop.name, hop]));
}

/** What Collector 0.144.0 logs about a pipeline with the exporter otlphttp/jaeger. */
const FORMER_NAME = '"otlphttp" alias is deprecated; use "otlp_http" instead';

/** A report with a span of dice that started long ago. */
const forgotten = (scope: string): Report => {
  const report = reportWith((recorder) => recorder.spanStarted('1', 'do_roll', scope));
  return { ...report, spans: { ...report.spans, open: report.spans.open.map((span) => ({ ...span, oldest: 9_000 })) } };
};

test.each<[string, string, Report | undefined, RegExp, RegExp]>([
  ['INSTRUMENTATION=none', 'INSTRUMENTATION=none', undefined, /not even loaded/, /INSTRUMENTATION=auto/],
  [
    'an unknown level',
    'INSTRUMENTATION=automatic',
    undefined,
    /^settings\.env, line 1: INSTRUMENTATION is/,
    /=auto\. Then press Run/,
  ],
  [
    'a line without =',
    '\nINSTRUMENTATION: auto',
    undefined,
    /^settings\.env, line 2: the line is not NAME=value/,
    /=auto/,
  ],
  [
    'a misspelt sampler',
    'OTEL_TRACE_SAMPLER=always_on',
    undefined,
    /no variable OTEL_TRACE_SAMPLER/,
    /OTEL_TRACES_SAMPLER\?/,
  ],
  [
    'a ratio of 0',
    'OTEL_TRACES_SAMPLER=traceidratio\nOTEL_TRACES_SAMPLER_ARG=0',
    undefined,
    /ARG is 0: no trace is kept/,
    /0\.5 for half/,
  ],
  [
    'a sampler that drops all',
    'OTEL_TRACES_SAMPLER=always_off',
    undefined,
    /no span is recorded/,
    /Take OTEL_TRACES_SAMPLER out/,
  ],
  [
    'a forgotten span.end()',
    'INSTRUMENTATION=manual',
    forgotten('dice'),
    /never ended: do_roll \(once\)/,
    /span\.end\(\).*finally/,
  ],
  [
    'an exception in a handler',
    'INSTRUMENTATION=manual',
    reportWith((recorder) => recorder.exceptions.add('ReferenceError: nope is not defined', 18)),
    /ReferenceError: nope is not defined \(app\.ts, line 18\)/,
    /Fix that first/,
  ],
  ['no span at all', 'INSTRUMENTATION=manual', reportWith(() => undefined), /has started no span/, /startActiveSpan/],
])('names %s as the reason in the SDK', async (...[, settings, report, says, todo]) => {
  const { sdk } = await hops(settings, report);
  expect(sdk).toMatchObject({ ok: false, says: expect.stringMatching(says) as string });
  expect(sdk?.todo).toMatch(todo);
});

test.each<[string, string, Report | undefined, RegExp]>([
  [
    'half of the traces',
    'OTEL_TRACES_SAMPLER=traceidratio\nOTEL_TRACES_SAMPLER_ARG=0.5',
    undefined,
    /keeps 50 % of the traces, so one may be missing/,
  ],
  [
    'a refused attribute',
    '',
    reportWith((recorder) => recorder.refused.add('roll.value: expected a text', 7), 'auto'),
    /refused a call: roll\.value: expected a text \(app\.ts, line 7\)/,
  ],
  [
    'an interval of metrics that makes no sense, because no span depends on it',
    'OTEL_METRIC_EXPORT_INTERVAL=2',
    undefined,
    /No span is missing because of it, but settings\.env, line 1: .* every 2 ms.* Write 2000 for 2 s/,
  ],
  [
    'an exception at the level auto, which makes spans all the same',
    '',
    reportWith((recorder) => recorder.exceptions.add('ReferenceError: nope is not defined', 3), 'auto'),
    /throws while it answers: ReferenceError: nope is not defined \(app\.ts, line 3\)/,
  ],
])('mentions %s, and calls the SDK working', async (_what, settings, report, says) => {
  expect((await hops(settings, report))['sdk']).toMatchObject({
    ok: true,
    says: expect.stringMatching(says) as string,
  });
});

test('blames no span that has not ended of a library, nor one of a request that is still answered', async () => {
  expect((await hops('', forgotten('@opentelemetry/instrumentation-http')))['sdk']?.ok).toBe(true);
  const young = reportWith((recorder) => recorder.spanStarted('1', 'do_roll', 'dice'));
  expect((await hops('INSTRUMENTATION=manual', young))['sdk']?.ok).toBe(true);
});

test.each<[string, string, RegExp, RegExp]>([
  ['the exporter console', 'OTEL_TRACES_EXPORTER=console', /nothing is sent to the Collector/, /otlp/],
  [
    'the exporter console, and not a typo of metrics above it,',
    'OTEL_METRICS_EXPORTER=consle\nOTEL_TRACES_EXPORTER=console',
    /^OTEL_TRACES_EXPORTER is console: nothing is sent/,
    /^Set OTEL_TRACES_EXPORTER=otlp/,
  ],
  [
    'a misspelt exporter variable',
    'OTEL_EXPORTER_OTLP_ENPOINT=http://x:4318',
    /no variable OTEL_EXPORTER_OTLP_ENPOINT/,
    /ENDPOINT\?/,
  ],
  [
    'a path that the SDK adds',
    'OTEL_EXPORTER_OTLP_ENDPOINT=http://x:4318/v1/traces',
    /adds \/v1\/traces/,
    /http:\/\/x:4318 only/,
  ],
  [
    'grpc on port 4318',
    'OTEL_EXPORTER_OTLP_PROTOCOL=grpc\nOTEL_EXPORTER_OTLP_ENDPOINT=http://x:4318',
    /grpc is sent to port 4318/,
    /4317/,
  ],
])('names %s as the reason in the exporter', async (_what, settings, says, todo) => {
  const { exporter } = await hops(settings);
  expect(exporter).toMatchObject({ ok: false, says: expect.stringMatching(says) as string });
  expect(exporter?.todo).toMatch(todo);
});

test.each<[string, Report | undefined, string, boolean]>([
  [
    'no error, if dice reports one of its exporter of metrics in its log only',
    reportWith(() => undefined, 'auto'),
    'timed out',
    true,
  ],
  [
    'no error of metrics, if dice reports nothing',
    undefined,
    'PeriodicExportingMetricReader: metrics export timed out',
    true,
  ],
  ['an error in the log, which may be about spans, if dice reports nothing', undefined, 'connect ECONNREFUSED', false],
])('names %s', async (_what, report, error, ok) => {
  const { exporter } = await hops('', report, { podLog: () => Promise.resolve(`OpenTelemetry error: ${error}\n`) });
  expect(exporter).toMatchObject({ ok });
  expect(exporter?.says).toMatch(ok ? /reports no trouble/ : /which may be about spans: .*connect ECONNREFUSED/);
});

test('names the cause of an error that the exporter in dice reports', async () => {
  const report = reportWith((recorder) => recorder.lost('traces', 'export', 'Not Found (HTTP status 404)', 3), 'auto');
  expect((await hops('', report))['exporter']).toMatchObject({
    ok: false,
    says: 'dice could not send 3 spans: Not Found (HTTP status 404)',
  });
});

test("says that the Collector's new pod does not run, with the place of the mistake", async () => {
  const podTrouble = (component: string) =>
    Promise.resolve(component === 'collector' ? 'collector.yaml, line 2: the exporter logging was removed' : undefined);
  expect((await hops('', undefined, { podTrouble }))['collector']).toEqual({
    signal: 'traces',
    name: 'collector',
    ok: false,
    finding: 'collector/not-running',
    says: 'its new pod does not run: collector.yaml, line 2: the exporter logging was removed',
    todo: expect.stringContaining('the old pod of the Collector still works') as string,
  });
});

const pipeline = (text: string): string => `service:\n  pipelines:\n    traces:\n      ${text}\n`;

test.each<[string, string, RegExp, RegExp]>([
  [
    'exporters without Jaeger',
    pipeline('exporters: [debug]'),
    /^collector\.yaml, line 4: the pipeline traces exports to debug only, so no traces come to Jaeger$/,
    /^Write exporters: \[debug, otlp_http\/jaeger\] there, then Run\.$/,
  ],
  [
    'another receiver',
    pipeline('receivers: [otlp/mine]'),
    /^collector\.yaml, line 4: the pipeline traces receives from otlp\/mine only, and not from otlp/,
    /^Write receivers: \[otlp, otlp\/loopback\] there/,
  ],
  [
    'a sampler of less than one percent',
    `processors:\n  probabilistic_sampler:\n    sampling_percentage: 0.5\n` +
      pipeline('processors: [probabilistic_sampler]'),
    /^collector\.yaml, line 3: probabilistic_sampler has sampling_percentage: 0\.5, which keeps 0\.5 % of the traces$/,
    /write 50/,
  ],
  [
    'a filter',
    pipeline('processors: [batch, filter/mine]'),
    /^collector\.yaml, line 4: the pipeline traces lists filter\/mine, which drops what its conditions describe$/,
    /^Take filter\/mine out of the list/,
  ],
])('blames the Collector and names the line, if no test span arrives with %s', async (_what, yaml, says, todo) => {
  const files = () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml });
  const { collector, jaeger } = await hops('', undefined, { collector: url, files });
  expect(collector).toMatchObject({ ok: false, says: expect.stringMatching(says) as string });
  expect(collector?.todo).toMatch(todo);
  expect(jaeger).toMatchObject({ ok: false, says: 'gets no traces: see the Collector' });
});

test.each([
  ['an exporter under its former name', pipeline('exporters: [otlphttp/jaeger]')],
  ['processors that drop nothing', pipeline('processors: [memory_limiter, attributes/mine]')],
  ['a file without pipelines', 'processors: {}\n'],
])('asks where to look and blames no line, if no test span arrives with %s', async (_what, yaml) => {
  const files = () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml });
  const { collector, jaeger } = await hops('', undefined, { collector: url, files });
  expect([collector?.ok, jaeger?.ok]).toEqual([true, false]);
  expect(jaeger?.todo).toMatch(/^Look at service\.pipelines\.traces in collector\.yaml/);
});

/** Answers as Jaeger does that has every trace. Its search for a page fails with this text. */
const withAllTraces =
  (failure: string): RequestListener =>
  ({ url: path = '' }, response) => {
    const [, traceId] = /^\/api\/v3\/traces\/(\w+)$/.exec(path) ?? [];
    if (traceId === undefined) return void response.writeHead(500).end(failure);
    const spans = [{ traceId, spanId: 'b'.repeat(16) }];
    response.end(JSON.stringify({ result: { resourceSpans: [{ scopeSpans: [{ spans }] }] } }));
  };

test.each([
  [
    'says that',
    'json: unsupported value: +Inf',
    /^has the span .*, but its pages can't list the traces of dice: .* \+Inf$/,
  ],
  ['does not say that', 'out of memory', /^has the span that the guide has just sent through the Collector$/],
])("%s Jaeger's pages can't show a number if its search fails with %s", async (_what, failure, says) => {
  const jaeger = createServer(withAllTraces(failure)).listen(0, '127.0.0.1');
  await once(jaeger, 'listening');
  const { port } = jaeger.address() as AddressInfo;
  const found = await hops('', undefined, { collector: url, jaeger: `http://127.0.0.1:${port}`, patience: 1_000 });
  jaeger.close().closeAllConnections();
  expect(found['jaeger']).toMatchObject({ ok: true, says: expect.stringMatching(says) as string });
});

test("does not take the Collector's warning about the former name of an exporter for its trouble", async () => {
  const warning = `2026-11-29T13:00:00.000Z\twarn\tbuilders/builders.go:40\t${FORMER_NAME}`;
  const { collector } = await hops('', undefined, { collector: url, podLog: () => Promise.resolve(warning) });
  expect(collector).toMatchObject({ ok: true, says: expect.not.stringContaining('deprecated') as string });
});

test('explains a failed check by what dice has reported since it began, and by spans that never ended', () => {
  const report = reportWith((recorder) => recorder.refused.add('roll.value: expected a text', 7));
  expect(reportNotes(report, 1_000)).toEqual(['The SDK refused a call: roll.value: expected a text (app.ts, line 7).']);
  expect(reportNotes(report, -1)).toEqual([]);
  expect(reportNotes(forgotten('dice'), 1_000)).toEqual([
    'Started and never ended: do_roll. A span is sent when it ends.',
  ]);
  expect(reportNotes(undefined, 1_000)).toEqual([]);
});

test('notes nothing that the verdict has found already', async () => {
  const refused = reportWith((recorder) => recorder.refused.add('roll.value: expected a text', 7));
  expect(reportNotes(refused, 1_000, 'it refused roll.value: expected a text')).toEqual([]);
  const { sdk } = await hops('INSTRUMENTATION=manual', forgotten('dice'));
  expect(reportNotes(forgotten('dice'), 1_000, sdk?.says)).toEqual([]);
});

test('names the line of an exception that the verdict has found without one, and what to do', () => {
  const report = reportWith((recorder) => recorder.exceptions.add('ReferenceError: inject is not defined', 7));
  expect(reportNotes(report, 1_000, 'status 500: ReferenceError: inject is not defined')).toEqual([
    'Your code throws while it answers: ReferenceError: inject is not defined (app.ts, line 7). ' +
      'Write propagation.inject(context.active(), headers).',
  ]);
  expect(reportNotes(report, 1_000, 'throws ReferenceError: inject is not defined (app.ts, line 7)')).toEqual([]);
});

test('names a mistake in settings.env with its place, and says only once what to do', async () => {
  const { sdk } = await hops('INSTRUMENTATION=auto\nOTEL_TRACE_SAMPLER=always_on');
  expect(sdk).toMatchObject({
    says: 'settings.env, line 2: there is no variable OTEL_TRACE_SAMPLER',
    todo: 'Did you mean OTEL_TRACES_SAMPLER? Then press Run.',
  });
});
