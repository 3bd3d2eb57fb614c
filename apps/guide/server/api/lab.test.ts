// Tests the rest of the built guide's API: files, faults, load, traces, and the stream of pod events.
import { jest } from '@jest/globals';
import { podOf } from '../../../testing/api-server.ts';
import { waitFor } from '../../../../support/waiting.ts';
import type { PipelineHop } from '../../contract.ts';
import { GuideHarness } from '../../testing/guide-harness.ts';

jest.setTimeout(40_000);

let harness: GuideHarness;

beforeAll(async () => {
  harness = await GuideHarness.start();
});
beforeEach(() => harness.reset());
afterAll(() => harness.stop());

describe('the route /api/files', () => {
  test('lists what a save restarted, and refuses a save from a second tab with the old version', async () => {
    const {
      body: { version },
    } = await harness.ask('/files');
    const saved = await harness.ask('/files', {
      method: 'PUT',
      body: { version, files: { 'app.ts': 'mine', 'settings.env': '', 'collector.yaml': '{}\n' } },
    });
    expect(saved).toMatchObject({ status: 200, body: { restarted: ['dice'] } });
    const refused = await harness.put('/files', { version, files: { 'app.ts': 'yours' } });
    expect(refused).toMatchObject({
      status: 409,
      body: {
        version: saved.body['version'],
        files: { 'app.ts': 'mine' },
        error: expect.stringContaining('nothing was overwritten') as string,
      },
    });
    expect(harness.api.data('lab-dice')['app.ts']).toBe('mine');
  });

  test('restarts a Collector that runs an older file, if a save changes nothing', async () => {
    const put = (text: string, time: string) =>
      harness.api.put(
        'lab-dice',
        { ...harness.api.data('lab-dice'), 'collector.yaml': text },
        { managedFields: [{ manager: 'kubectl-edit', time, fieldsV1: { 'f:data': { 'f:collector.yaml': {} } } }] },
      );
    const save = async () => {
      const { body } = await harness.ask('/files');
      return (await harness.put('/files', body)).body['restarted'];
    };
    harness.api.pods.set('collector-1', podOf('collector', 'collector-1', { created: '2026-01-01T00:01:00Z' }));
    put('exporters: {}\n', '2026-01-01T00:00:00Z');
    expect(await save()).toEqual([]);
    put('processors: {}\n', '2026-01-01T00:02:00Z');
    expect(await save()).toEqual(['collector']);
    expect(harness.api.restarts).toContain('lab-collector');
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
    ['an unknown file', { version: 'x', files: { '../secret': '' } }, 400, /found "\.\.\/secret"/],
    ['a file that is not text', { version: 'x', files: { 'app.ts': 1 } }, 400, /found number/],
    ['no version', { files: {} }, 400, /"version"/],
    ['a list as the body', [1], 400, /"version"/],
    ['invalid JSON', '{"version":', 400, /expected JSON/],
  ])('refuses a save request with %s, and says why', async (_what, body, status, words) => {
    expect(await harness.ask('/files', { method: 'PUT', body })).toMatchObject({
      status,
      body: { error: expect.stringMatching(words) as string },
    });
    expect(harness.api.restarts).toEqual([]);
  });

  test("names the guide's Role in the error if the Role forbids a save", async () => {
    harness.api.forbidden = ['PATCH /api/v1/namespaces/ns/configmaps/lab-dice'];
    const {
      body: { version },
    } = await harness.ask('/files');
    expect(await harness.put('/files', { version, files: { 'app.ts': 'x' } })).toMatchObject({
      status: 502,
      body: { error: expect.stringContaining('Role does not allow it') as string },
    });
    harness.api.forbidden = [];
  });
});

describe("the API's routes for the lab", () => {
  test('sends a request to dice as the start of a trace', async () => {
    const { body } = await harness.post('/visit', { path: '/server_request?param=x' });
    expect(body).toMatchObject({ status: 200, trace: expect.stringMatching(/^[0-9a-f]{32}$/) as string });
    expect(body['body']).toContain(String(body['trace']));
    const trace = await harness.receiver.trace(String(body['trace']));
    expect(trace.spans).toMatchObject([{ service: 'guide', name: 'GET /server_request', orphan: false }]);
  });

  test('sends a request only after an old pod of dice has gone, if it is asked for the newest', async () => {
    harness.api.pods.set('dice-1', podOf('dice', 'dice-1'));
    harness.api.pods.set('dice-old', podOf('dice', 'dice-old', { created: '2025-12-31T00:00:00Z' }));
    const answer = harness.post('/visit', { path: '/rolldice', newest: true });
    const early = await Promise.race([answer, new Promise((resolve) => setTimeout(() => resolve('waits'), 700))]);
    harness.api.pods.delete('dice-old');
    expect([early, (await answer).status]).toEqual(['waits', 200]);
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
  ])('refuses to send dice a request for the path %j', async (path) => {
    expect((await harness.post('/visit', { path })).status).toBe(400);
  });

  test.each([-1, 121, 0.5, '60', null])('refuses to set the load to %j', async (perMinute) => {
    expect((await harness.put('/load', { perMinute })).status).toBe(400);
  });

  test('sets and reads the load, in extra rounds per minute', async () => {
    expect((await harness.put('/load', { perMinute: 60 })).body).toEqual({ perMinute: 60 });
    expect((await harness.ask('/load')).body).toEqual({ perMinute: 60 });
    await harness.put('/load', { perMinute: 0 });
  });

  test('switches faults on and off, and does not reveal which requests they hit', async () => {
    const { body } = await harness.put('/faults', { name: 'spike', on: true });
    expect(body).toEqual({
      faults: [
        { name: 'spike', title: 'A spike of 400s and 500s', on: true },
        { name: 'timeouts', title: 'Requests that time out at 500 ms', on: false },
      ],
    });
    expect(harness.api.data('lab-faults')).toEqual({ faults: 'spike' });
    expect((await harness.put('/faults', { name: 'fire', on: true })).status).toBe(400);
  });

  test('refuses to switch faults that the instructor has set for the class', async () => {
    harness.api.put('lab-faults', { faults: 'spike' }, { annotations: { 'intro-otel.dev/faults-of': 'class' } });
    expect(await harness.put('/faults', { name: 'spike', on: false })).toMatchObject({
      status: 409,
      body: { error: expect.stringContaining('set by your instructor') as string },
    });
    expect(harness.api.data('lab-faults')).toEqual({ faults: 'spike' });
    harness.api.put('lab-faults', { faults: '' }, {});
  });

  test('reports the hops of the parts that a page asks for, and refuses others', async () => {
    const { body } = await harness.ask('/why?of=charts');
    expect((body['hops'] as PipelineHop[]).map(({ signal, name }) => `${signal} ${name}`)).toEqual([
      'charts collector',
      'charts guide',
    ]);
    for (const part of ['profiles', 'charts,charts', 'charts,', '__proto__'])
      expect(await harness.ask(`/why?of=${part}`)).toMatchObject({
        status: 400,
        body: { error: 'expected "of" to be some of traces, metrics, logs, charts' },
      });
  });

  test('reports the state of each hop of traces, metrics and logs', async () => {
    const { body } = await harness.ask('/why');
    const hops = body['hops'] as PipelineHop[];
    expect(hops.map(({ signal, name, ok }) => `${signal} ${name} ${ok}`)).toEqual(
      expect.arrayContaining([
        'traces sdk true',
        'traces exporter true',
        'traces collector true',
        'traces jaeger true',
      ]),
    );
    expect(hops.filter(({ ok }) => !ok).map(({ signal, name }) => `${signal} ${name}`)).toEqual([
      'metrics exporter',
      'metrics guide',
      'logs guide',
      'charts guide',
    ]);
    harness.api.put('lab-dice', { 'settings.env': 'INSTRUMENTATION=none\n' });
    expect(((await harness.ask('/why')).body['hops'] as object[])[0]).toMatchObject({
      ok: false,
      says: expect.stringContaining('INSTRUMENTATION is none') as string,
      todo: expect.any(String) as string,
    });
  });

  test('searches the instrumentation libraries in the image', async () => {
    const { body } = await harness.ask('/instrumentations?q=express');
    expect(body['instrumentations']).toMatchObject([
      { name: '@opentelemetry/instrumentation-express', version: expect.stringMatching(/^\d/) as string },
    ]);
    expect((await harness.ask('/instrumentations?q=flask')).body).toEqual({ instrumentations: [] });
  });

  test('finds the newest traces of a service since a given time', async () => {
    const since = Date.now() - 1;
    const {
      body: { trace },
    } = await harness.post('/visit', { path: '/visit' });
    await harness.receiver.trace(String(trace));
    expect((await harness.ask(`/traces?service=guide&since=${since}&limit=1`)).body).toMatchObject({
      traces: [{ traceId: trace, services: ['guide'] }],
    });
    expect((await harness.ask(`/traces?service=guide&since=${Date.now() + 1000}`)).body).toEqual({ traces: [] });
    expect((await harness.ask('/traces?service=../x')).status).toBe(400);
    expect((await harness.ask('/traces/..%2Fservices')).status).toBe(400);
  });

  test('returns the traces of all services in pages, and one of them with its log records', async () => {
    const { body } = await harness.post('/visit', { path: '/visit' });
    await harness.receiver.trace(String(body['trace']));
    const { body: page } = await harness.ask('/explore/traces?limit=1');
    expect(page).toMatchObject({ traces: [{ traceId: body['trace'], service: 'guide', errors: 0 }], skipped: 0 });
    const { body: older } = await harness.ask(`/explore/traces?limit=200&until=${Number(page['next'])}`);
    expect(JSON.stringify(older['traces'])).not.toContain(String(body['trace']));
    expect((await harness.ask(`/explore/traces/${String(body['trace'])}`)).body).toMatchObject({
      traceId: body['trace'],
      roots: [{ service: 'guide' }],
      logs: [],
    });
  });

  test.each([
    ['/explore/traces?limit=0', 400, 'expected "limit" to be a whole number from 1 to 200'],
    ['/explore/traces?limit=201', 400, 'expected "limit" to be a whole number from 1 to 200'],
    ['/explore/traces?limit=1&limit=2', 400, 'expected "limit" to be a whole number from 1 to 200'],
    ['/explore/traces?until=yesterday', 400, 'expected "until" to be milliseconds since 1970'],
    ['/explore/traces?until=1e99', 400, 'expected "until" to be milliseconds since 1970'],
    ['/explore/traces/..%2Fservices', 400, 'expected a trace id: 32 hexadecimal digits'],
    [`/explore/traces/${'0'.repeat(31)}1`, 404, `expected trace ${'0'.repeat(31)}1 in Jaeger, found none`],
  ])('answers %s with %i', async (path, status, error) => {
    expect(await harness.ask(path)).toEqual({ status, body: { error } });
  });

  test('makes no traces of API requests that only read', async () => {
    for (const path of [
      '/explore/traces',
      '/course',
      '/course/01-set-up',
      '/files',
      '/faults',
      '/why',
      '/instrumentations',
    ])
      await harness.ask(path);
    const spans = harness.receiver.traces().flatMap((trace) => trace.spans);
    expect(
      spans
        .filter(({ attributes }) => JSON.stringify([attributes['url.path'], attributes['url.full']]).includes('/api'))
        .map(({ name }) => name)
        .filter((name) => !name.includes('rounds')),
    ).toEqual([]);
  });
});

test('streams the state and the log of a new pod', async () => {
  harness.api.pods.set('dice-1', podOf('dice', 'dice-1'));
  const leave = new AbortController();
  const response = await fetch(`${harness.guide.url}/api/run`, { signal: leave.signal });
  expect(response.headers.get('content-type')).toContain('text/event-stream');
  let heard = '';
  void (async () => {
    for await (const chunk of response.body ?? []) heard += Buffer.from(chunk as Uint8Array).toString();
  })().catch(() => undefined);
  await waitFor(
    'a state',
    () => heard.includes('event: state\ndata: {"component":"dice","pod":"dice-1","phase":"running"}') || undefined,
  );
  await waitFor('a follower', () => harness.api.requests.find((request) => request.endsWith('/pods/dice-1/log')));
  harness.api.log('dice-1', 'rolled a 4\n');
  await waitFor(
    'a line',
    () => heard.includes('event: log\ndata: {"component":"dice","pod":"dice-1","line":"rolled a 4"}') || undefined,
  );
  leave.abort();
});
