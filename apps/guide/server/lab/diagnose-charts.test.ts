// Tests what "Why is there no telemetry?" says about the charts, and where each finding stands.
import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { DiagnosedPart, PipelineHop } from '../../contract.ts';
import type { Dropped } from '../../explore-contract.ts';
import { redJson } from '../../testing/otlp-json.ts';
import { Telemetry } from '../telemetry/telemetry.ts';
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

const hops = (
  parts: readonly DiagnosedPart[],
  yaml = '',
  more: Partial<PipelineSources> = {},
): Promise<PipelineHop[]> =>
  diagnosePipeline(
    {
      ...{ dice: url, jaeger: url, collector: url, telemetry: new Telemetry(), patience: 0 },
      settings: { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: url },
      files: () => Promise.resolve({ 'app.ts': '', 'settings.env': '', 'collector.yaml': yaml }),
      podLog: () => Promise.resolve(''),
      ...more,
    },
    parts,
  );

const inWords = ({ name, ok, says }: PipelineHop): string => `${name} ${ok}: ${says}`;

test('follows the figures for the charts to the guide', async () => {
  const telemetry = new Telemetry();
  telemetry.accept('metrics', redJson('dice', [{ kind: 'SERVER', time: Date.now(), start: 0, buckets: [1, 0, 0, 0] }]));
  expect((await hops(['charts'], '', { telemetry })).map(inWords)).toEqual([
    `collector true: makes the figures for the charts of the spans that it takes at ${url}`,
    'guide true: gets the figures for the charts',
  ]);
});

test.each<[string, string, number, RegExp, RegExp]>([
  [
    'the exporters of metrics/red',
    'service:\n  pipelines:\n    metrics/red:\n      exporters: [debug]\n',
    4,
    /the pipeline metrics\/red exports to debug only, so no charts come to the guide$/,
    /^Write exporters: \[debug, otlp_http\/guide\] there/,
  ],
  [
    'the receivers of traces/red',
    'service:\n  pipelines:\n    traces/red:\n      receivers: [otlp/mine]\n',
    4,
    /the pipeline traces\/red receives from otlp\/mine only/,
    /^Write receivers: \[otlp, otlp\/loopback\] there/,
  ],
  [
    'the exporter to the guide',
    'exporters:\n  otlp_http/guide:\n    endpoint: http://elsewhere:4318\n',
    2,
    /the file changes otlp_http\/guide, which the lab has set up, and no charts come to the guide$/,
    /^Take otlp_http\/guide out below exporters/,
  ],
  [
    'the connector',
    'connectors:\n  spanmetrics/red:\n    namespace: mine\n',
    2,
    /the file changes spanmetrics\/red/,
    /^Take spanmetrics\/red out below connectors/,
  ],
  [
    'the processors of traces/red',
    'service:\n  pipelines:\n    traces/red:\n      processors: [filter]\n',
    4,
    /the pipeline traces\/red lists filter, which drops/,
    /^Take filter out of the list/,
  ],
])('names the line that changes %s, if no charts come', async (...[, yaml, line, says, todo]) => {
  const [collector, guide] = await hops(['charts'], yaml);
  const place = `collector.yaml, line ${line}`;
  expect(collector).toMatchObject({ name: 'collector', ok: false, place, says: expect.stringMatching(says) as string });
  expect(collector?.says.startsWith(`${place}: `)).toBe(true);
  expect(collector?.todo).toMatch(todo);
  expect(guide).toEqual({
    ...{ signal: 'charts', name: 'guide', ok: false, finding: collector?.finding },
    says: 'gets no charts: see the Collector',
  });
});

test('says that figures do not arrive, if no file is to blame', async () => {
  const [collector, guide] = await hops(['charts']);
  expect([collector?.ok, guide?.ok]).toEqual([true, false]);
  expect(guide?.todo).toMatch(
    /^Look at service\.pipelines\.metrics\/red in collector\.yaml: is otlp_http\/guide still/,
  );
});

test('says once what is wrong with a Collector that does not run, and where', async () => {
  const podTrouble = (component: string) => Promise.resolve(component === 'collector' ? 'line 2: no such' : undefined);
  const found = await hops(['traces', 'metrics', 'logs', 'charts'], '', { podTrouble });
  expect(found.filter(({ name }) => name === 'collector').map(({ says, todo }) => [says, typeof todo])).toEqual([
    ['its new pod does not run: line 2: no such', 'string'],
    ...Array.from({ length: 3 }, () => ['as for traces: see there', 'undefined']),
  ]);
});

test('says once why dice does not run the newest files, with what to do, and tests no exporter', async () => {
  const reason = 'app.ts, line 3: nope is not defined';
  const found = await hops(['traces', 'logs'], '', {
    podTrouble: (component) => Promise.resolve(component === 'dice' ? reason : undefined),
    outdated: (component) =>
      Promise.resolve(component === 'dice' ? { reason, passes: false, blocks: true } : undefined),
  });
  const inDice = found.filter(({ name }) => name === 'sdk' || name === 'exporter');
  expect(inDice.map(({ signal, name, says }) => `${signal} ${name}: ${says}`)).toEqual([
    `traces sdk: ${reason}`,
    'traces exporter: not tested: see the SDK',
    'logs sdk: as for traces: see there',
    'logs exporter: not tested: see the SDK',
  ]);
  expect(inDice.map(({ todo }) => todo?.slice(0, 10))).toEqual(['Fix app.ts', undefined, undefined, undefined]);
});

test('points to the Collector, and not to settings.env, if nothing listens at the endpoint of the lab', async () => {
  const gone = 'http://127.0.0.1:1';
  const settings = { INSTRUMENTATION: 'auto', OTEL_EXPORTER_OTLP_ENDPOINT: gone };
  const found = await hops(['traces'], '', { settings, collector: gone });
  const exporter = found.find(({ name }) => name === 'exporter');
  expect(exporter).toMatchObject({
    ok: false,
    says: expect.stringContaining('takes no connections: see there') as string,
  });
  expect(exporter).not.toHaveProperty('todo');
  expect(found.find(({ name }) => name === 'collector')?.todo).toMatch(/^Is its pod running\?/);
});

test('adds what a hop has lost, of late or earlier, and still says that it works', async () => {
  const lost = { signal: 'traces', hop: 'collector', reason: 'size', to: 'Jaeger' } as const;
  const losses: Dropped[] = [
    { ...lost, count: 3, last: Date.now() - 5_000 },
    { ...lost, count: 4, last: Date.now() - 600_000 },
    { ...lost, count: 5 },
    { ...lost, signal: 'logs', count: 6 },
  ];
  const podLog = () => Promise.resolve('');
  const found = await hops(['traces'], '', { podLog, collectorLosses: () => Promise.resolve(losses) });
  const collector = found.find(({ name }) => name === 'collector');
  expect(collector?.ok).toBe(true);
  expect(collector?.losses?.map(({ says, isRecent }) => [/\d+ spans/.exec(says)?.[0], isRecent])).toEqual([
    ['3 spans', true],
    ['4 spans', false],
    ['5 spans', false],
  ]);
});
