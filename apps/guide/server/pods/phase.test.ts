// Tests what the page says about a pod with the learner's files and dice's own report.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { podOf } from '../../../testing/api-server.ts';
import { Recorder } from '../../../telemetry/report.ts';
import type { Report } from '../../../telemetry/report.ts';
import type { PodState } from '../../contract.ts';
import { diceReport, parsedReport } from './dice-report.ts';
import { stateOf } from './phase.ts';
import type { Evidence } from './phase.ts';

const created = '2026-01-01T00:00:00Z';
const starting = { ready: false };
const ended = (message: string) => ({ ready: false, state: { terminated: { exitCode: 1, reason: 'Error', message } } });

function report(stage: Report['stage'], ...listening: Report['listening']): Report {
  const recorder = new Recorder();
  recorder.stage = stage;
  return recorder.report({ port: 8080, listening });
}

/** Returns the state of a dice that is `age` seconds old. */
function dice(container: object, age: number, evidence: Partial<Evidence>): PodState {
  const pod = podOf('dice', 'dice-1', { created, container });
  return stateOf('dice', pod, { log: [], ...evidence }, Date.parse(created) + age * 1000);
}

test.each<[string, number, Evidence['report'], PodState['phase'], RegExp]>([
  ['has not opened its port for health checks', 20, 'refused', 'starting', /still starting, 20 s .* slow just now/],
  [
    'is loading its code',
    20,
    report('loading'),
    'starting',
    /app\.ts is still being loaded, 20 s .* slow, or an await/,
  ],
  ['does not answer yet', 20, 'silent', 'starting', /does not answer yet, 20 s .* slow, or app\.ts has a loop/],
  [
    'has not answered for long',
    40,
    'silent',
    'failed',
    /busy for 40 s: a loop that never ends, or a very slow machine/,
  ],
  ['listens on no port', 13, report('loaded'), 'failed', /run to its end and has opened no port/],
  [
    'listens on another port',
    3,
    report('loaded', { address: '::', port: 3000 }),
    'failed',
    /listens on port 3000, expected 8080: write app\.listen\(process\.env\.PORT/,
  ],
  [
    'listens on loopback only',
    3,
    report('loaded', { address: '127.0.0.1', port: 8080 }),
    'failed',
    /listens on 127\.0\.0\.1:8080 only, where no other pod reaches it/,
  ],
])('says that dice %s after %d s', (...[, age, report, phase, message]) => {
  expect(dice(starting, age, { report })).toMatchObject({ phase, message: expect.stringMatching(message) as string });
});

test.each<[string, number, Evidence['report']]>([
  ['is new', 5, 'silent'],
  [
    'listens on all addresses',
    20,
    report('loaded', { address: '127.0.0.1', port: 8080 }, { address: '10.0.0.7', port: 8080 }),
  ],
  ['has only just run its code', 5, report('loaded')],
])('blames nothing while dice %s', (_what, age, found) => {
  expect(dice(starting, age, { report: found })).toEqual({ component: 'dice', pod: 'dice-1', phase: 'starting' });
});

test('names the port that dice itself has opened, if the code can not listen there and goes on', () => {
  const refused = report('loaded');
  const exceptions = [{ message: 'Error: listen EADDRINUSE: address already in use :::8081', count: 1, ago: 9 }];
  const files = { 'app.ts': 'const app = express();\napp.listen(8081, () => log.info("here"));\n' };
  expect(dice(starting, 3, { report: { ...refused, exceptions }, files })).toMatchObject({
    phase: 'failed',
    line: 2,
    message: expect.stringMatching(/^port 8081 is in use: dice answers health checks there\. Listen on/) as string,
  });
});

test('does not count the time that dice has served when dice stops answering', () => {
  const { phase, message } = dice({ ready: false, started: true }, 900, { report: 'silent' });
  expect(phase).toBe('failed');
  expect(message).toMatch(/takes no connections now, although it did: a loop that never ends, or a machine/);
});

test('names settings.env and its line when dice ends because of INSTRUMENTATION', () => {
  const message = 'INSTRUMENTATION is "automatic": expected one of none, auto, manual\n';
  const files = { 'settings.env': '# mine\nINSTRUMENTATION=automatic\n' };
  expect(dice(ended(message), 20, { files })).toMatchObject({
    phase: 'failed',
    file: 'settings.env',
    line: 2,
    message: 'INSTRUMENTATION is "automatic": expected one of none, auto, manual. Write INSTRUMENTATION=auto.',
  });
});

test('names a mistake in settings.env although dice runs', () => {
  const files = { 'settings.env': 'INSTRUMENTATION: auto\n' };
  expect(dice({ ready: true }, 20, { files })).toMatchObject({ phase: 'running', file: 'settings.env', line: 1 });
});

test('searches the line of a missing package in app.ts', () => {
  const log = [
    "dice can't start: its code /app/dice/app.ts has an error.",
    "Error [ERR_MODULE_NOT_FOUND]: Cannot find package '@opentelemetry/sdk-node' imported from /app/dice/app.ts",
  ];
  const files = { 'app.ts': "// one\nimport { NodeSDK } from '@opentelemetry/sdk-node';\n" };
  expect(dice(ended(''), 20, { log, files })).toMatchObject({
    line: 2,
    message: expect.stringMatching(/^your code can't run, at line 2: the package @opentelemetry\/sdk-node/) as string,
  });
});

describe('the Collector', () => {
  function collector(container: object, age: number, evidence: Evidence): PodState {
    const pod = podOf('collector', 'c-1', { created, container });
    return stateOf('collector', pod, evidence, Date.parse(created) + age * 1000);
  }

  test('has its error explained with the line in collector.yaml', () => {
    const log = [
      'Error: failed to get config: cannot unmarshal the configuration: decoding failed due to the following error(s):',
      '',
      "'exporters' the logging exporter has been deprecated, use the debug exporter instead",
    ];
    const files = { 'collector.yaml': '# mine\nexporters:\n  logging: {}\n' };
    expect(collector(ended(''), 20, { log, files })).toMatchObject({
      phase: 'failed',
      file: 'collector.yaml',
      line: 3,
      message: expect.stringMatching(/logging was removed\. It is called debug today/) as string,
    });
  });

  test('has lines reported that it ignores, although it runs', () => {
    const files = { 'collector.yaml': '{}\nprocessors:\n  batch: {}\n' };
    expect(collector({ ready: true }, 20, { log: [], files })).toMatchObject({ phase: 'running', line: 1 });
  });

  test('says that it runs older files, before what is wrong with those of now', () => {
    const files = { 'collector.yaml': '{}\nprocessors:\n  batch: {}\n' };
    const outdated = { reason: 'its pod c-1 started with an older collector.yaml', passes: false, blocks: true };
    const restart = { ...outdated, todo: 'Press Run.', file: 'collector.yaml' } as const;
    expect(collector({ ready: true }, 20, { log: [], files, outdated: restart })).toMatchObject({
      phase: 'running',
      file: 'collector.yaml',
      message: 'its pod c-1 started with an older collector.yaml. Press Run.',
    });
    // A seat's operator restarts it without being asked.
    expect(collector({ ready: true }, 20, { log: [], outdated })).not.toHaveProperty('message');
  });

  test('is slow before it has failed', () => {
    expect(collector(starting, 20, { log: [] })).toMatchObject({ phase: 'starting' });
    expect(collector(starting, 40, { log: [] })).toMatchObject({ phase: 'failed' });
  });
});

describe('the report of dice', () => {
  test.each<[string, (port: number) => string, unknown]>([
    ['is cut to size', () => JSON.stringify({ sampler: 'x'.repeat(9_000), refused: Array(99).fill({}) }), 'cut'],
    ['is no report if it is not JSON', () => 'nope', undefined],
  ])('%s', async (_what, body, expected) => {
    const server = createServer((_request, response) => response.end(body(0))).listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as AddressInfo;
    const found = await diceReport(podOf('dice', 'dice-1'), port);
    server.close().closeAllConnections();
    if (expected === undefined) return expect(found).toBeUndefined();
    expect(found).toMatchObject({ sampler: 'x'.repeat(300), refused: { length: 20 } });
  });

  test('is refused while dice has not opened the port', async () => {
    expect(await diceReport(podOf('dice', 'dice-1'), 1)).toBe('refused');
  });

  test.each([
    'null',
    '[]',
    '{"spans":3,"listening":{"length":9},"exceptions":[null,{"line":-1,"message":{}}]}',
    '{"recovered":{"logs":-1,"traces":"1","x":1}}',
  ])('has the right types whatever the process answers: %s', (body) => {
    const found = parsedReport(body);
    expect(found?.listening).toEqual([]);
    expect(found?.recovered).toEqual({});
    expect(found?.exceptions.every(({ message, line }) => message === '' && line === undefined)).toBe(true);
  });
});
