// Tests the messages about the pods that run the learner's code and configuration.
import { readFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { ApiServer, podOf } from '../../../testing/api-server.ts';
import { waitFor } from '../../../../support/waiting.ts';
import { startFailure } from '../../../dice/failure.ts';
import { Kube } from '../kube.ts';
import { Lines } from './lines.ts';
import { crashOf, failureIn, stateOf } from './phase.ts';
import { PodWatcher, newest } from './watcher.ts';
import type { PodEvent } from '../../contract.ts';

const created = '2026-01-01T00:00:00Z';
const soon = Date.parse(created) + 1_000;
const later = Date.parse(created) + 60_000;
const pod = (container: object) => podOf('dice', 'dice-1', { created, container });
const ended = (terminated: object) => pod({ ready: false, state: { terminated } });
const syntaxError = [
  "dice can't start: its code /app/dice/app.ts has an error.",
  '/app/dice/app.ts:3',
  'const app = express(;',
  '                    ^',
  'SyntaxError: Unexpected token',
  '',
];

/**
 * The text that Node prints when the learner's code throws in a request. Kubernetes keeps this text in the container's
 * status.
 */
const thrown = {
  exitCode: 1,
  reason: 'Error',
  finishedAt: created,
  message:
    '/app/dice/..2026_11_22_16_00_00.123/app.ts:12\n  throw new Error("later");\n  ^\n\nError: later\n' +
    '    at Timeout._onTimeout (/app/dice/..2026_11_22_16_00_00.123/app.ts:12:9)\n',
};

test('finds the last crash of dice, how long it is ago, and none of long ago', () => {
  const crashed = pod({ restartCount: 2, lastState: { terminated: thrown } });
  expect(crashOf('dice', crashed, {}, later)).toEqual({
    says: 'it runs again after 2 crashes: your code throws an error, at line 12: Error: later',
    ago: 60_000,
  });
  expect(crashOf('dice', crashed, {}, soon + 3_600_000)).toBeUndefined();
  expect(crashOf('dice', pod({}), {}, later)).toBeUndefined();
});

describe("stateOf, which derives a pod's state", () => {
  test.each([
    [
      'being created',
      pod({ ready: false, state: { waiting: { reason: 'ContainerCreating' } } }),
      [],
      soon,
      { phase: 'starting' },
    ],
    ['just started', pod({ ready: false }), [], soon, { phase: 'starting' }],
    ['serving', pod({}), [], later, { phase: 'running' }],
    ['shutting down', podOf('dice', 'dice-1', { deleted: true }), [], later, { phase: 'gone' }],
    [
      'code that does not parse',
      ended({ exitCode: 1, reason: 'Error' }),
      syntaxError,
      later,
      { phase: 'failed', line: 3, message: 'your code does not parse, at line 3: SyntaxError: Unexpected token' },
    ],
    [
      'code that throws, while Kubernetes waits to restart it',
      pod({
        ready: false,
        state: { waiting: { reason: 'CrashLoopBackOff' } },
        lastState: { terminated: { exitCode: 1 } },
      }),
      ["dice can't start: its code /app/dice/app.ts has an error.", 'Error: no', '    at /app/dice/app.ts:7:7'],
      later,
      { phase: 'failed', line: 7, message: 'your code throws an error, at line 7: Error: no' },
    ],
    [
      'code that loops forever',
      pod({ ready: false }),
      [],
      later,
      { phase: 'failed', message: expect.stringContaining('a loop that never ends, or no app.listen') as string },
    ],
    [
      'code that looped and was stopped',
      ended({ exitCode: 137, reason: 'Error' }),
      [],
      later,
      { phase: 'failed', message: expect.stringContaining('no longer answered') as string },
    ],
    [
      'out of memory',
      {
        ...ended({ exitCode: 137, reason: 'OOMKilled' }),
        spec: { containers: [{ name: 'dice', resources: { limits: { memory: '160Mi' } } }] },
      },
      [],
      later,
      { phase: 'failed', message: expect.stringContaining('killed for using more than 160 MiB') as string },
    ],
    [
      'a call of process.exit without a place',
      ended({ exitCode: 0, reason: 'Completed' }),
      ['{"level":30,"msg":"bye"}'],
      later,
      { phase: 'failed', message: expect.stringContaining('process.exit') as string },
    ],
    [
      'a call of process.exit with its place',
      ended({ exitCode: 3, reason: 'Error' }),
      ['dice ends: your code calls process.exit(3)', '    at /app/dice/app.ts:9:7'],
      later,
      {
        phase: 'failed',
        line: 9,
        message: expect.stringMatching(/^your code calls process\.exit\(3\), at line 9\. /) as string,
      },
    ],
    [
      'code that threw, just restarted',
      pod({ ready: false, lastState: { terminated: thrown } }),
      ['{"level":30,"msg":"hello"}'],
      soon,
      { phase: 'failed', line: 12, message: 'your code throws an error, at line 12: Error: later' },
    ],
    [
      'code that threw, serving again',
      pod({ restartCount: 1, lastState: { terminated: thrown } }),
      [],
      soon,
      {
        phase: 'running',
        line: 12,
        message: 'it runs again after a crash: your code throws an error, at line 12: Error: later',
      },
    ],
    [
      'code that threw long ago',
      pod({ restartCount: 1, lastState: { terminated: thrown } }),
      [],
      soon + 3_600_000,
      { phase: 'running' },
    ],
    [
      'a node restart',
      pod({ restartCount: 1, lastState: { terminated: { exitCode: 255, reason: 'Unknown', finishedAt: created } } }),
      [],
      soon,
      { phase: 'running' },
    ],
    [
      'a missing image',
      pod({ ready: false, state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }),
      [],
      soon,
      { phase: 'failed', message: expect.stringContaining('ErrImagePull not found') as string },
    ],
  ])('reports the state of a pod in this case: %s', (...[, given, log, now, expected]) => {
    expect(stateOf('dice', given, { log }, now)).toEqual({ component: 'dice', pod: 'dice-1', ...expected });
  });

  test("repeats the Collector's own error message about a wrong configuration", () => {
    const log = [
      'Error: invalid configuration: service::pipelines::traces: references exporter "nowhere" which is not configured',
    ];
    expect(
      stateOf(
        'collector',
        podOf('collector', 'c', { container: { ready: false, state: { terminated: { exitCode: 1 } } } }),
        { log },
        later,
      ),
    ).toMatchObject({ phase: 'failed', message: expect.stringContaining('the exporter nowhere') as string });
  });

  test('picks the newest pod, but a pod that is shutting down only if there is no other pod', () => {
    const old = podOf('dice', 'old', { created: '2026-01-01T00:00:00Z' });
    const young = podOf('dice', 'young', { created: '2026-01-01T00:01:00Z' });
    const leaving = podOf('dice', 'leaving', { created: '2026-01-01T00:02:00Z', deleted: true });
    expect(newest([old, leaving, young])?.metadata.name).toBe('young');
    expect(newest([leaving])?.metadata.name).toBe('leaving');
  });
});

test.each([
  ['const a: number = 1;\n\nconst b = (;\n', 3, /does not parse/],
  ['\nthrow new Error("no dice");\n', 2, /throws an error.*no dice/],
  ['setTimeout(() => { throw new Error("later"); }, 1);\n', 1, /throws an error.*later/],
])("finds the line of the error in Node's real output for the code %j", (code, line, message) => {
  // Prints what the type stripper prints, with the path that the file has in the pod.
  const script = code.includes('setTimeout')
    ? `const { Script } = require('vm');
       new Script(${JSON.stringify(code)}, { filename: '/app/dice/app.ts' }).runInThisContext();`
    : `const { stripTypeScriptTypes } = require('module');
       const { Script } = require('vm');
       try {
         const code = stripTypeScriptTypes(${JSON.stringify(code)}, { sourceUrl: 'file:///app/dice/app.ts' });
         new Script(code, { filename: '/app/dice/app.ts' }).runInThisContext();
       } catch (error) {
         process.stderr.write(error.stack);
         process.exit(1);
       }`;
  const { stderr } = spawnSync(process.execPath, ['--no-warnings', '-e', script], { encoding: 'utf8', env: {} });
  const log = code.includes('setTimeout') ? stderr : startFailure('/app/dice/app.ts', stderr);
  expect(failureIn(log.split('\n'))).toMatchObject({ line, message: expect.stringMatching(message) as string });
});

describe('Lines, which limits a log', () => {
  function linesOf(chunks: string[], bounds = { perSecond: 3, width: 10 }): string[] {
    const heard: string[] = [];
    const lines = new Lines(
      (line) => heard.push(line),
      bounds,
      () => 1_000,
    );
    chunks.forEach((chunk) => lines.write(Buffer.from(chunk)));
    lines.end();
    return heard;
  }

  test('emits whole lines of a log, wherever the chunks of the stream end', () => {
    expect(linesOf(['on', 'e\ntwo', '\nthree'])).toEqual(['one', 'two', 'three']);
  });

  test('counts the lines over the limit, and emits the newest of these lines', () => {
    const numbers = Array.from({ length: 100 }, (_, index) => String(index + 1));
    expect(linesOf([numbers.map((number) => `${number}\n`).join('')])).toEqual([
      '1',
      '2',
      '3',
      '… 87 lines left out: more than 3 a second',
      ...numbers.slice(-10),
    ]);
    expect(linesOf(['1\n2\n3\n4\n5\n'])).toEqual(['1', '2', '3', '4', '5']);
  });

  test('cuts log lines that are too long', () => {
    expect(linesOf(['123456789012345\nok\n'])).toEqual(['1234567890…', 'ok']);
  });

  test('uses little memory for a log of 100 MB, whether it has one line or many', () => {
    let heard = 0;
    const lines = new Lines(() => {
      heard += 1;
    });
    const before = process.memoryUsage().heapUsed;
    const [blob, short] = [Buffer.alloc(1024 * 1024, 'x'), Buffer.from('line\n'.repeat(20_000))];
    for (let megabyte = 0; megabyte < 50; megabyte += 1) lines.write(blob);
    for (let tenth = 0; tenth < 50; tenth += 1) lines.write(short);
    lines.end();
    expect(heard).toBeLessThan(2_000);
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(64 * 1024 * 1024);
  });
});

describe("PodWatcher, which follows a component's newest pod", () => {
  let api: ApiServer;
  beforeAll(async () => {
    api = await ApiServer.start();
  });
  afterAll(() => api.stop());

  test("sends the new pod's state, log and crash to each listener, even to one that joins later", async () => {
    const watcher = new PodWatcher(new Kube(api.config), 'lab');
    const [early, late]: PodEvent[][] = [[], []];
    api.pods.set('dice-1', podOf('dice', 'dice-1', { created: '2026-01-01T00:00:00Z' }));
    api.log('dice-1', 'hello\n');
    const stop = watcher.listen((event) => early?.push(event));
    const logged = (events: PodEvent[] | undefined) =>
      events?.flatMap((event) => (event.type === 'log' ? [event.data.line] : []));
    await waitFor('a line', () => logged(early)?.includes('hello') || undefined);

    api.pods.set('dice-2', podOf('dice', 'dice-2', { created: '2026-01-01T00:01:00Z' }));
    await waitFor('the old pod to be gone', () =>
      early?.find(
        ({ type, data }) => type === 'state' && data.pod === 'dice-1' && 'phase' in data && data.phase === 'gone',
      ),
    );
    await waitFor('a follower', () => api.requests.find((request) => request.endsWith('/pods/dice-2/log')));
    api.log('dice-2', syntaxError.join('\n'));
    await waitFor('what it says', () => logged(early)?.includes('SyntaxError: Unexpected token') || undefined);
    api.pods.set(
      'dice-2',
      podOf('dice', 'dice-2', {
        created: '2026-01-01T00:01:00Z',
        container: { ready: false, state: { terminated: { exitCode: 1 } } },
      }),
    );
    await waitFor('the crash', () => early?.find(({ data }) => 'line' in data && data.line === 3));

    const leave = watcher.listen((event) => late?.push(event));
    expect(late?.map(({ data }) => ('phase' in data ? data.phase : 'line' in data && data.line))).toEqual(
      expect.arrayContaining(['failed', 'SyntaxError: Unexpected token']),
    );
    stop();
    leave();
    const asked = api.requests.length;
    await new Promise((resolve) => setTimeout(resolve, 900));
    expect(api.requests.length).toBeLessThanOrEqual(asked + 1);
  });

  test('reports dice as running a moment after its pod is ready, when the old pod gets no more requests', async () => {
    const watcher = new PodWatcher(new Kube(api.config), 'lab');
    const states: { phase: string; message: string | undefined; at: number }[] = [];
    api.pods.clear();
    api.pods.set('old', podOf('dice', 'old', { created: '2026-01-01T00:00:00Z', deleted: true }));
    api.pods.set('new', podOf('dice', 'new', { created: '2026-01-01T00:01:00Z' }));
    const stop = watcher.listen(
      ({ data }) =>
        'phase' in data &&
        data.pod === 'new' &&
        states.push({ phase: data.phase, message: data.message, at: Date.now() }),
    );
    await waitFor('the state running', () => states.find(({ phase }) => phase === 'running'));
    stop();
    const [first, last] = states;
    expect(states).toMatchObject([
      { phase: 'starting', message: 'the new pod is ready, the old one is shutting down' },
      { phase: 'running', message: undefined },
    ]);
    expect((last?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(690);
    expect(api.pods.has('old')).toBe(true);
  });

  test('reports the Collector as running only after the old pod, which still serves, is gone', async () => {
    const watcher = new PodWatcher(new Kube(api.config), 'lab');
    const events: PodEvent[] = [];
    api.pods.set('old', podOf('collector', 'old', { created: '2026-01-01T00:00:00Z', deleted: true }));
    api.pods.set('new', podOf('collector', 'new', { created: '2026-01-01T00:01:00Z' }));
    const stop = watcher.listen((event) => events.push(event));
    const phases = () => events.flatMap(({ data }) => ('phase' in data && data.pod === 'new' ? [data.phase] : []));
    await waitFor('a state', () => phases().length || undefined);
    api.pods.delete('old');
    await waitFor('the state running', () => phases().includes('running') || undefined);
    stop();
    expect(phases()).toEqual(['starting', 'running']);
  });
});

test("searches dice's log for the error text that dice really prints when it can't start", () => {
  expect(readFileSync(new URL('../../../dice/failure.ts', import.meta.url), 'utf8')).toContain("dice can't start: ");
});
