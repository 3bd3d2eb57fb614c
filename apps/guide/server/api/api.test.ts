// The guide's API, as the built guide serves it: in a cluster (of the test's own), and outside of any.
import { createServer } from 'node:http';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import type { AddressInfo } from 'node:net';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { ApiServer, podOf } from '../../../testing/api-server.ts';
import { App, buildOutside } from '../../../testing/apps.ts';
import { certificate } from '../../../testing/certificate.ts';
import { eventually } from '../../../testing/eventually.ts';
import { FakeJaeger } from '../../../testing/jaeger.ts';
import { Receiver } from '../../../testing/receiver.ts';

jest.setTimeout(40_000);

const built = await buildOutside();
const account = mkdtempSync(join(tmpdir(), 'intro-otel-account-'));
const opened: Server[] = [];

async function serve(answer: RequestListener): Promise<string> {
  const server = createServer(answer).listen(0, '127.0.0.1');
  opened.push(server);
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

let api: ApiServer;
let receiver: Receiver;
let jaeger: FakeJaeger;
let guide: App;
let alone: App;
let dice: string;
let settings: Record<string, string>;

beforeAll(async () => {
  const { key, cert } = certificate(account);
  api = await ApiServer.start({ key, cert });
  writeFileSync(join(account, 'token'), api.token);
  writeFileSync(join(account, 'key'), 'k'.repeat(32));
  receiver = await Receiver.start();
  jaeger = await FakeJaeger.start([receiver]);
  dice = await serve((request, response) =>
    response.end(JSON.stringify({ url: request.url, trace: request.headers.traceparent })),
  );
  const env = {
    ARCADE_URL: dice,
    DICE_URL: dice,
    PRIZES_URL: 'http://lab-prizes:8080',
    JAEGER_URL: jaeger.url,
    JAEGER_BASE_PATH: '/jaeger',
    OPEN_WITHIN_MS: '0',
    INSTRUMENTATION: 'auto',
    RELEASE: 'lab',
    POD_NAMESPACE: 'ns',
    GUIDE_KEY_FILE: join(account, 'key'),
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '20',
    OTEL_METRICS_EXPORTER: 'none',
  };
  settings = env;
  guide = await App.start(built.dist, 'guide', {
    ...env,
    KUBERNETES_SERVICE_HOST: '127.0.0.1',
    KUBERNETES_SERVICE_PORT: String(api.port),
    SERVICE_ACCOUNT_DIR: account,
  });
  alone = await App.start(built.dist, 'guide', env);
  await Promise.all([guide.ready(), alone.ready()]);
});

beforeEach(() => {
  api.put('lab-dice', { 'app.ts': 'one', 'settings.env': '', 'collector.yaml': '{}\n' });
  api.put('lab-progress', { passed: '0', total: '11', steps: '{}' });
  api.put('lab-faults', { faults: '' });
  api.pods.clear();
  api.restarts.length = 0;
});

afterAll(async () => {
  await Promise.all([guide.stop(), alone.stop()]);
  [api, receiver, jaeger].forEach((server) => server.stop());
  opened.forEach((server) => server.close().closeAllConnections());
  rmSync(account, { recursive: true, force: true });
  built.remove();
});

const own = { 'x-intro-otel': '1', 'content-type': 'application/json' };
interface Said {
  status: number;
  body: Record<string, unknown>;
}

async function ask(
  path: string,
  {
    method = 'GET',
    body,
    headers = own,
    at = guide,
  }: { method?: string; body?: unknown; headers?: Record<string, string>; at?: App } = {},
): Promise<Said> {
  const answer = await fetch(`${at.url}/api${path}`, {
    method,
    headers,
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.text();
  return { status: answer.status, body: JSON.parse(text) as Record<string, unknown> };
}

describe('the course', () => {
  test('is eleven steps, none of them passed at first', async () => {
    const { body } = await ask('/course');
    expect(body).toMatchObject({ passed: 0, total: 11, editing: true });
    expect(body['steps']).toHaveLength(11);
    expect((body['steps'] as object[])[3]).toEqual({
      id: '04-automatic',
      number: 4,
      title: 'Automatic instrumentation',
      minutes: 10,
      state: 'open',
    });
  });

  test('a step has its text, questions and commands, for this release and namespace', async () => {
    const { body } = await ask('/course/08-context');
    expect(body).toMatchObject({ id: '08-context', files: ['app.ts'], questions: [], state: 'open' });
    expect(body['html']).toContain('<code>traceparent</code>');
    expect((body['commands'] as string[]).at(-1)).toBe(
      'kubectl -n ns exec deploy/lab-guide -- node /app/course.js check 08-context',
    );
    expect(JSON.stringify(body)).not.toMatch(/\$RELEASE|\$NAMESPACE/);
  });

  test('starting a step writes what it brings along, once, and keeps what that replaces', async () => {
    expect((await ask('/course/08-context/start', { method: 'POST', body: {} })).body).toMatchObject({
      state: 'started',
    });
    expect(api.data('lab-dice')['app.ts']).toContain("const prizes = 'http://lab-prizes:8080/prizes/6';");
    expect(api.data('lab-dice')['before-08-context.app.ts']).toBe('one');
    expect(api.restarts).toEqual(['lab-dice']);
    api.put('lab-dice', { 'app.ts': 'my work', 'settings.env': '', 'collector.yaml': '' });
    await ask('/course/08-context/start', { method: 'POST', body: {} });
    expect(api.data('lab-dice')['app.ts']).toBe('my work');
    await ask('/course/08-context/reset', { method: 'POST', body: {} });
    expect(api.data('lab-dice')['app.ts']).toContain('Nothing goes along');
  });

  test('skipping to a step gives the files as they should be by then', async () => {
    expect((await ask('/course/09-metrics-and-logs/skip', { method: 'POST', body: {} })).body).toMatchObject({
      state: 'started',
    });
    expect(api.data('lab-dice')['app.ts']).toContain('propagation.inject(context.active(), headers)');
    expect(api.data('lab-dice')['settings.env']).toContain('INSTRUMENTATION=manual');
    expect(api.data('lab-dice')['collector.yaml']).not.toContain('probabilistic_sampler');
  });

  test('a check that passes is counted, and proven', async () => {
    const { body } = await ask('/course/01-set-up/check', { method: 'POST', body: {} });
    expect(body).toEqual({ passed: true, traceId: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect((await ask('/course/01-set-up')).body).toMatchObject({ state: 'passed', traceId: body['traceId'] });
    expect(api.data('lab-progress')).toMatchObject({ passed: '1', total: '11' });
    const forged = api.data('lab-progress')['steps']?.replace('01-set-up', '02-read-a-trace') ?? '';
    api.put('lab-progress', { passed: '1', total: '11', steps: forged });
    expect((await ask('/course/02-read-a-trace')).body).toMatchObject({ state: 'unverified' });
    await ask('/course/reset', { method: 'POST', body: {} });
    expect((await ask('/course')).body).toMatchObject({ passed: 0 });
  });

  test('a check tells that the new pod does not run, though the one before it still serves', async () => {
    api.pods.set(
      'dice-2',
      podOf('dice', 'dice-2', { container: { ready: false, state: { terminated: { exitCode: 1 } } } }),
    );
    api.log(
      'dice-2',
      "dice can't start: its code /app/dice/app.ts has an error.\n/app/dice/app.ts:3\nSyntaxError: Unexpected token\n",
    );
    const { body } = await ask('/course/03-opentelemetry/check', { method: 'POST', body: { answers: { pick: '' } } });
    expect(body).toMatchObject({
      passed: false,
      hop: 'pod',
      found: 'your code does not parse, at line 3: SyntaxError: Unexpected token',
    });
  });

  test('a check that fails tells that Jaeger was started again since the step began, be it in the same second', async () => {
    await ask('/course/03-opentelemetry/reset', { method: 'POST', body: {} });
    const hintWith = async (seconds: number): Promise<unknown> => {
      const created = `${new Date(Date.now() + seconds * 1000).toISOString().slice(0, 19)}Z`; // as Kubernetes tells it
      api.pods.set('jaeger-1', podOf('jaeger', 'jaeger-1', { created }));
      return (await ask('/course/03-opentelemetry/check', { method: 'POST', body: { answers: { pick: '' } } })).body[
        'hint'
      ];
    };
    expect(await hintWith(0)).toMatch(/Jaeger was started again at \d\d:\d\d:\d\d UTC, since this step began/);
    expect(await hintWith(-2)).not.toMatch(/Jaeger was started again/);
  });

  test.each(['/course/12-more', '/course/..%2F..%2Fpackage', '/course/files'])('%s is no step', async (path) => {
    expect((await ask(path)).status).toBe(404);
  });
});

describe('files', () => {
  test('a save is told what it restarted, and the second of two tabs that nothing was overwritten', async () => {
    const {
      body: { version },
    } = await ask('/files');
    const saved = await ask('/files', {
      method: 'PUT',
      body: { version, files: { 'app.ts': 'mine', 'settings.env': '', 'collector.yaml': '{}\n' } },
    });
    expect(saved).toMatchObject({ status: 200, body: { restarted: ['dice'] } });
    const refused = await ask('/files', { method: 'PUT', body: { version, files: { 'app.ts': 'yours' } } });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        version: saved.body['version'],
        files: { 'app.ts': 'mine' },
        error: expect.stringContaining('nothing was overwritten') as string,
      },
    });
    expect(api.data('lab-dice')['app.ts']).toBe('mine');
  });

  test.each([
    [
      'a file that is too large',
      { version: 'x', files: { 'app.ts': 'x'.repeat(256 * 1024 + 1) } },
      413,
      /at most 256 kB/,
    ],
    [
      'a body that is far too large',
      { version: 'x', files: { 'app.ts': 'x'.repeat(3 * 1024 * 1024) } },
      413,
      /at most 256 kB/,
    ],
    ['another file', { version: 'x', files: { '../secret': '' } }, 400, /found "\.\.\/secret"/],
    ['a file that is no text', { version: 'x', files: { 'app.ts': 1 } }, 400, /found number/],
    ['no version', { files: {} }, 400, /"version"/],
    ['a list', [1], 400, /"version"/],
    ['what is no JSON', '{"version":', 400, /expected JSON/],
  ])('%s is refused in words', async (_what, body, status, words) => {
    expect(await ask('/files', { method: 'PUT', body })).toMatchObject({
      status,
      body: { error: expect.stringMatching(words) as string },
    });
    expect(api.restarts).toEqual([]);
  });

  test('a Role that does not allow it is named', async () => {
    api.forbidden = ['PATCH /api/v1/namespaces/ns/configmaps/lab-dice'];
    const {
      body: { version },
    } = await ask('/files');
    expect(await ask('/files', { method: 'PUT', body: { version, files: { 'app.ts': 'x' } } })).toMatchObject({
      status: 502,
      body: { error: expect.stringContaining('Role does not allow it') as string },
    });
    api.forbidden = [];
  });
});

describe('another site', () => {
  test.each([
    ['without the header', { 'content-type': 'application/json' }],
    ['as a form', { 'x-intro-otel': '1', 'content-type': 'text/plain' }],
    ['from elsewhere', { ...own, origin: 'http://evil.example' }],
    ['from a sandbox', { ...own, origin: 'null' }],
  ])("can't change anything %s", async (_how, headers) => {
    for (const path of ['/files', '/load', '/faults'])
      expect((await ask(path, { method: 'PUT', body: {}, headers })).status).toBe(403);
    for (const path of ['/course/reset', '/course/04-automatic/start', '/visit'])
      expect((await ask(path, { method: 'POST', body: {}, headers })).status).toBe(403);
  });

  test("can't play rounds either, but this one can", async () => {
    expect((await ask('/rounds', { method: 'POST', headers: { origin: 'http://evil.example' } })).status).toBe(403);
    expect((await ask('/rounds', { method: 'POST', headers: { origin: guide.url } })).status).toBe(200);
  });
});

describe('the lab', () => {
  test('dice is visited as the start of a trace', async () => {
    const { body } = await ask('/visit', { method: 'POST', body: { path: '/server_request?param=x' } });
    expect(body).toMatchObject({ status: 200, trace: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(body['body']).toContain(String(body['trace']));
    const trace = await receiver.trace(String(body['trace']));
    expect(trace.spans).toMatchObject([{ service: 'guide', name: 'GET /server_request', orphan: false }]);
  });

  test.each([
    'http://evil.example/',
    '//evil.example/',
    '/../x',
    '/visit/../../x',
    '@evil',
    '',
    1,
    '/visit#x',
    '/server_request?param=\r\nx',
  ])('the path %j is not asked for', async (path) => {
    expect((await ask('/visit', { method: 'POST', body: { path } })).status).toBe(400);
  });

  test.each([-1, 121, 0.5, '60', null])('a load of %j is refused', async (perMinute) => {
    expect((await ask('/load', { method: 'PUT', body: { perMinute } })).status).toBe(400);
  });

  test('the load can be set, and read', async () => {
    expect((await ask('/load', { method: 'PUT', body: { perMinute: 60 } })).body).toEqual({ perMinute: 60 });
    expect((await ask('/load')).body).toEqual({ perMinute: 60 });
    await ask('/load', { method: 'PUT', body: { perMinute: 0 } });
  });

  test('faults are switched, and what they hit is not told', async () => {
    const { body } = await ask('/faults', { method: 'PUT', body: { name: 'spike', on: true } });
    expect(body).toEqual({
      faults: [
        { name: 'spike', title: 'A spike of 400s and 500s', on: true },
        { name: 'timeouts', title: 'Requests that time out at 500 ms', on: false },
      ],
    });
    expect(api.data('lab-faults')).toEqual({ faults: 'spike' });
    expect((await ask('/faults', { method: 'PUT', body: { name: 'fire', on: true } })).status).toBe(400);
  });

  test("faults that the instructor has set for the class are not the lab's to switch, and that is said", async () => {
    api.put('lab-faults', { faults: 'spike' }, { annotations: { 'intro-otel.dev/faults-of': 'class' } });
    expect(await ask('/faults', { method: 'PUT', body: { name: 'spike', on: false } })).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('set by your instructor') as string },
    });
    expect(api.data('lab-faults')).toEqual({ faults: 'spike' });
    api.put('lab-faults', { faults: '' }, {});
  });

  test('why there is no trace is told hop by hop', async () => {
    const { body } = await ask('/why');
    expect((body['hops'] as { name: string; ok: boolean }[]).map(({ name, ok }) => [name, ok])).toEqual([
      ['sdk', true],
      ['exporter', true],
      ['collector', true],
      ['jaeger', true],
    ]);
    api.put('lab-dice', { 'settings.env': 'INSTRUMENTATION=none\n' });
    expect(((await ask('/why')).body['hops'] as object[])[0]).toMatchObject({
      ok: false,
      says: expect.stringContaining('INSTRUMENTATION is none') as string,
      todo: expect.any(String) as string,
    });
  });

  test('the libraries that the image holds are searched', async () => {
    const { body } = await ask('/instrumentations?q=express');
    expect(body['instrumentations']).toMatchObject([
      { name: '@opentelemetry/instrumentation-express', version: expect.stringMatching(/^\d/) as string },
    ]);
    expect((await ask('/instrumentations?q=flask')).body).toEqual({ instrumentations: [] });
  });

  test('the newest traces of a service since a moment', async () => {
    const since = Date.now() - 1;
    const {
      body: { trace },
    } = await ask('/visit', { method: 'POST', body: { path: '/visit' } });
    await receiver.trace(String(trace));
    expect((await ask(`/traces?service=guide&since=${since}&limit=1`)).body).toMatchObject({
      traces: [{ traceId: trace, services: ['guide'] }],
    });
    expect((await ask(`/traces?service=guide&since=${Date.now() + 1000}`)).body).toEqual({ traces: [] });
    expect((await ask('/traces?service=../x')).status).toBe(400);
    expect((await ask('/traces/..%2Fservices')).status).toBe(400);
  });

  test('looking on makes no traces', async () => {
    for (const path of ['/course', '/course/01-set-up', '/files', '/faults', '/why', '/instrumentations'])
      await ask(path);
    const spans = receiver.traces().flatMap((trace) => trace.spans);
    expect(
      spans
        .filter(({ attributes }) => JSON.stringify([attributes['url.path'], attributes['url.full']]).includes('/api'))
        .map(({ name }) => name)
        .filter((name) => !name.includes('rounds')),
    ).toEqual([]);
  });
});

test('a run is told live: the state of the new pod, and its log', async () => {
  api.pods.set('dice-1', podOf('dice', 'dice-1'));
  const leave = new AbortController();
  const response = await fetch(`${guide.url}/api/run`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let heard = '';
  void (async () => {
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
  })().catch(() => undefined);
  await eventually(
    'a state',
    () => heard.includes('event: state\ndata: {"component":"dice","pod":"dice-1","phase":"running"}') || undefined,
  );
  await eventually('a follower', () => api.requests.find((request) => request.endsWith('/pods/dice-1/log')));
  api.log('dice-1', 'rolled a 4\n');
  await eventually(
    'a line',
    () => heard.includes('event: log\ndata: {"component":"dice","pod":"dice-1","line":"rolled a 4"}') || undefined,
  );
  leave.abort();
});

describe('outside of a cluster', () => {
  test('the course can be read, and editing is off', async () => {
    expect((await ask('/course', { at: alone })).body).toMatchObject({ editing: false, total: 11 });
    for (const path of ['/files', '/run', '/faults'])
      expect(await ask(path, { at: alone })).toMatchObject({
        status: 503,
        body: { error: expect.stringContaining('editing is off') as string },
      });
  });

  test('a check still works', async () => {
    expect((await ask('/course/01-set-up/check', { method: 'POST', body: {}, at: alone })).body).toMatchObject({
      passed: true,
    });
    expect((await ask('/course/01-set-up', { at: alone })).body).toMatchObject({ state: 'passed' });
  });
});

describe('at a terminal', () => {
  async function run(program: string, args: string[], env: Record<string, string> = {}): Promise<App> {
    const app = await App.run(built.dist, [join(built.dist, `${program}.js`), ...args], {
      ...settings,
      PORT: new URL(guide.url).port,
      ...env,
    });
    await app.exited();
    return app;
  }

  test('the course is listed, started and checked', async () => {
    expect((await run('course', ['list'])).stdout).toMatch(/^open {8}01-set-up .*[\s\S]*0 of 11 steps passed\n$/);
    expect((await run('course', ['start', '4'])).stdout).toContain('04-automatic: Automatic instrumentation (started)');
    expect(api.data('lab-dice')['settings.env']).toContain('INSTRUMENTATION=none');
    const passed = await run('course', ['check', '01-set-up']);
    expect([passed.exitCode, passed.stdout]).toEqual([
      0,
      expect.stringMatching(/^passed 01-set-up, by trace [0-9a-f]{32}\n$/),
    ]);
    const failed = await run('course', ['check', '3', 'pick=']);
    expect([failed.exitCode, failed.stdout]).toEqual([
      1,
      expect.stringMatching(/^not yet \(shape\)\nexpected: .*\nfound: .*\nhint: /),
    ]);
  });

  test('the files of a step are printed as they should be when it is done', async () => {
    expect((await run('course', ['solution', '08-context', 'app.ts'])).stdout).toContain(
      "'http://lab-prizes:8080/prizes/6'",
    );
    expect((await run('course', ['solution', '8', '../step.json'])).stderr).toMatch(
      /^expected one of app.ts, settings.env, collector.yaml, found/,
    );
  });

  test('what it can do is said where it is asked for something else', async () => {
    for (const args of [[], ['help'], ['constructor']])
      expect(await run('course', args)).toMatchObject({
        exitCode: 1,
        stderr: expect.stringMatching(/^expected one of:\n {2}list/) as string,
      });
    expect((await run('course', ['start', '12'])).stderr).toMatch(/^expected a step, found "12": 01-set-up, /);
  });

  test('why there is no trace is walked, and the exit code tells', async () => {
    const well = await run('why', []);
    expect([well.exitCode, well.stdout.match(/^ok /gm)?.length]).toEqual([0, 4]);
    const ill = await run('why', [], { JAEGER_URL: 'http://127.0.0.1:1' });
    expect([ill.exitCode, ill.stdout]).toEqual([1, expect.stringMatching(/^SILENT {2}jaeger .*ECONNREFUSED/m)]);
  });
});

describe('the proxy', () => {
  /** As a client that does not tidy its paths would ask. */
  function raw(target: string): Promise<string> {
    const { hostname, port } = new URL(guide.url);
    return new Promise((resolve, reject) => {
      let text = '';
      const socket = connect(Number(port), hostname, () =>
        socket.write(`GET ${target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
      );
      socket
        .on('data', (chunk) => {
          text += chunk.toString();
        })
        .on('end', () => resolve(text))
        .on('error', reject);
    });
  }

  test.each([
    '/apps/dice//evil.example/x',
    '/apps/dice/http://evil.example/',
    'http://evil.example/apps/dice/x',
    '/apps/dice/..//evil.example',
    '/apps/dice/@evil.example/',
    '/apps/dice/\\evil.example',
  ])('%s stays within the lab', async (target) => {
    const answer = await raw(target);
    expect(answer).toMatch(/^HTTP\/1\.1 (200|400|404)/);
    if (answer.startsWith('HTTP/1.1 200')) expect(answer).toContain('"url":');
  });

  test.each(['/apps/evil.example/', '/apps/__proto__/', 'http://evil.example/', '/apps/../jaeger/../../etc/passwd'])(
    '%s is nothing that the guide has',
    async (target) => {
      expect(await raw(target)).toMatch(/^HTTP\/1\.1 (200 OK[\s\S]*intro-otel|40[04])/);
    },
  );
});
