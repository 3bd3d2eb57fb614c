import { setTimeout as sleep } from 'node:timers/promises';
import { json, raw, serve } from './testing/http-server.ts';
import type { Answering, HttpServer } from './testing/http-server.ts';
import { ApiError, NotLeadingError } from './api.ts';
import type { HttpApi } from './client.ts';
import { pooledApi } from './transport-undici.ts';
import type { PooledApiOptions, RequestReport } from './transport-undici.ts';
import { KINDS } from './kinds.ts';
import type { KubeObject } from './object.ts';
import type { Timers } from '../support/timers.ts';

const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm', namespace: 'a' } };
const live = { ...map, metadata: { ...map.metadata, resourceVersion: '7' } };

let server: HttpServer;
let api: HttpApi;
let answers: Answering[];
let renewals: number;
const reports: RequestReport[] = [];
const waits: number[] = [];
/** Timers that don't wait: each call happens at once. They record in `waits` how long each call should have waited. */
const timers: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    waits.push(ms);
    setImmediate(call);
    return () => undefined;
  },
};

async function start(options: Partial<PooledApiOptions> = {}): Promise<void> {
  server = await serve((request, response) => (answers.shift() ?? json(200, live))(request, response));
  const authorization = (renew = false): Promise<string> => Promise.resolve(`Bearer ${renew ? ++renewals : renewals}`);
  api = pooledApi({
    config: { server: `${server.url}/behind`, tls: {}, namespace: 'a', authorization },
    userAgent: 'tester/1',
    fieldManager: 'us',
    timers,
    onRequest: (report) => reports.push(report),
    ...options,
  });
}

async function stop(): Promise<void> {
  await api.close();
  server.close();
}

beforeEach(() => {
  answers = [];
  renewals = reports.length = waits.length = 0;
});

afterEach(stop);

/** Returns the requests that the fake API server has received, each as its method and URL. */
const lines = (): string[] => server.received.map(({ method, url }) => `${method} ${url}`);

describe('requests of the client', () => {
  beforeEach(() => start());

  test('sends the token and the user agent to an API server whose URL has a path', async () => {
    expect(await api.get(KINDS.ConfigMap, 'm', 'a')).toEqual(live);
    expect(server.received).toMatchObject([
      {
        url: '/behind/api/v1/namespaces/a/configmaps/m',
        headers: { authorization: 'Bearer 0', 'user-agent': 'tester/1' },
      },
    ]);
  });

  test('sends the name of the field manager with each write request', async () => {
    await api.create(map);
    await api.apply(map);
    await api.apply(map, 'status');
    await api.mergePatch(KINDS.ConfigMap, map.metadata, { data: null });
    const path = '/behind/api/v1/namespaces/a/configmaps';
    const applied = 'fieldManager=us&force=true&fieldValidation=Ignore';
    expect(lines()).toEqual([
      `POST ${path}?fieldManager=us`,
      `PATCH ${path}/m?${applied}`,
      `PATCH ${path}/m/status?${applied}`,
      `PATCH ${path}/m?fieldManager=us`,
    ]);
    expect(server.received.map(({ headers }) => headers['content-type'])).toEqual([
      'application/json',
      'application/apply-patch+yaml',
      'application/apply-patch+yaml',
      'application/merge-patch+json',
    ]);
    expect(server.received.map(({ body }) => JSON.parse(body) as object)).toEqual([map, map, map, { data: null }]);
  });

  test('reads a missing object as undefined, and deletes a missing object without an error', async () => {
    answers = [json(404, { reason: 'NotFound' }), json(404, { reason: 'NotFound' })];
    expect(await api.get(KINDS.ConfigMap, 'm', 'a')).toBeUndefined();
    await api.delete(KINDS.ConfigMap, map.metadata, { uid: 'u', gracePeriodSeconds: 0 });
    expect(JSON.parse(server.received[1]?.body ?? '')).toEqual({
      propagationPolicy: 'Background',
      preconditions: { uid: 'u' },
      gracePeriodSeconds: 0,
    });
  });

  test('returns a new token for a ServiceAccount, with its expiry time', async () => {
    answers = [json(201, { status: { token: 't', expirationTimestamp: '2026-01-01T00:00:00Z' } })];
    expect(await api.token({ name: 's', namespace: 'a' }, 600)).toEqual({
      token: 't',
      expiresAt: '2026-01-01T00:00:00Z',
    });
    expect(server.received).toMatchObject([
      {
        url: '/behind/api/v1/namespaces/a/serviceaccounts/s/token',
        body: expect.stringContaining('"expirationSeconds":600') as string,
      },
    ]);
  });

  test("throws an error with the API server's message and the path of the request", async () => {
    answers = [
      json(409, { reason: 'Conflict', message: 'changed' }),
      raw(502, '<html>bad gateway</html>'),
      raw(500, ''),
    ];
    await expect(api.apply(map)).rejects.toMatchObject({ code: 409, status: { reason: 'Conflict' } });
    await expect(api.apply(map)).rejects.toThrow(
      'PATCH /api/v1/namespaces/a/configmaps/m was answered 502 : <html>bad gateway</html>',
    );
    await expect(api.list(KINDS.Pod)).rejects.toThrow('GET /api/v1/pods was answered 500 : the answer was empty');
  });

  test('retries a throttled request a few times, each time after the wait in the Retry-After header', async () => {
    answers = [
      json(429, {}, { 'retry-after': '2' }),
      json(503, {}, { 'retry-after': '3600' }),
      json(429, {}, { 'retry-after': '0' }),
    ];
    await expect(api.apply(map)).resolves.toEqual(live);
    expect(waits.map((ms) => Math.floor(ms / 1000))).toEqual([2, 10, 0]);
    answers = Array.from({ length: 9 }, () => json(429, {}, { 'retry-after': '1' }));
    await expect(api.apply(map)).rejects.toMatchObject({ code: 429 });
    expect(server.received).toHaveLength(4 + 5);
  });

  test('does not retry a request after a 503 response without a Retry-After header', async () => {
    answers = [json(503, {})];
    await expect(api.apply(map)).rejects.toMatchObject({ code: 503 });
    expect(server.received).toHaveLength(1);
  });

  test('sends a request a second time, with a new token, after a 401 response', async () => {
    answers = [json(401, {})];
    await api.get(KINDS.ConfigMap, 'm', 'a');
    expect(server.received.map(({ headers }) => headers.authorization)).toEqual(['Bearer 0', 'Bearer 1']);
    answers = [json(401, {}), json(401, {})];
    await expect(api.get(KINDS.ConfigMap, 'm', 'a')).rejects.toMatchObject({ code: 401 });
  });

  test('reports the method of each finished request, and its status code or `<error>`', async () => {
    answers = [json(500, {}), (_request, response) => response.destroy()];
    await expect(api.get(KINDS.ConfigMap, 'm', 'a')).rejects.toBeInstanceOf(ApiError);
    await expect(api.apply(map)).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
    await api.apply(map);
    expect(reports.map(({ method, code }) => `${method} ${code}`)).toEqual(['GET 500', 'PATCH <error>', 'PATCH 200']);
    expect(reports[0]).toMatchObject({ host: new URL(server.url).host, seconds: expect.closeTo(0, 0) as number });
  });
});

describe('lists that the client reads', () => {
  const item = (name: string): object => ({ metadata: { name } });
  const page = (names: string[], next?: string): Answering =>
    json(200, { items: names.map(item), metadata: { resourceVersion: '5', continue: next } });

  beforeEach(() => start());

  test('reads a list page by page, and adds the kind to each item', async () => {
    answers = [page(['a', 'b'], 'next page'), page(['c'])];
    expect(await api.list(KINDS.ConfigMap, { labelSelector: 'a=b,c', fieldSelector: 'd=e' })).toEqual(
      ['a', 'b', 'c'].map((name) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })),
    );
    const query = 'labelSelector=a%3Db%2Cc&fieldSelector=d%3De&limit=500';
    expect(lines()).toEqual([
      `GET /behind/api/v1/configmaps?${query}`,
      `GET /behind/api/v1/configmaps?${query}&continue=next%20page`,
    ]);
  });

  test('reads a list again from its first page when a later page has expired', async () => {
    answers = [page(['a'], 'x'), json(410, { reason: 'Expired' }), page(['b'], 'y'), page(['c'])];
    expect((await api.list(KINDS.ConfigMap)).map(({ metadata }) => metadata.name)).toEqual(['b', 'c']);
  });

  test('returns an empty list when the API server sends null instead of items', async () => {
    answers = [json(200, { items: null, metadata: { resourceVersion: '5' } })];
    expect(await api.list(KINDS.Pod, { namespace: 'a' })).toEqual([]);
  });
});

describe('the option mayWrite', () => {
  test('sends reads, but no writes, while `mayWrite` returns false', async () => {
    await start({ mayWrite: () => false });
    await api.get(KINDS.ConfigMap, 'm', 'a');
    for (const write of [
      () => api.create(map),
      () => api.apply(map),
      () => api.mergePatch(KINDS.ConfigMap, map.metadata, {}),
      () => api.delete(KINDS.ConfigMap, map.metadata),
    ]) {
      await expect(write()).rejects.toBeInstanceOf(NotLeadingError);
    }
    expect(server.received).toHaveLength(1);
  });

  test('sends no write if `mayWrite` becomes false while the write waits for a connection or a retry', async () => {
    let leads = true;
    await start({ mayWrite: () => leads, connections: 1 });
    answers = [
      (request, response) => {
        leads = false;
        json(429, {}, { 'retry-after': '1' })(request, response);
      },
    ];
    const writes = await Promise.allSettled([api.apply(map), api.apply(map)]);
    expect(writes.map((write) => write.status === 'rejected' && write.reason instanceof NotLeadingError)).toEqual([
      true,
      true,
    ]);
    expect(server.received).toHaveLength(1);
  });

  test('sends no write if `mayWrite` becomes false while a connection opens, but sends the next write', async () => {
    const answersOfTheFence = [true, false]; // asked when it is a request's turn, and when it is sent
    await start({ mayWrite: () => answersOfTheFence.shift() ?? true });
    await expect(api.apply(map)).rejects.toBeInstanceOf(NotLeadingError);
    expect(server.received).toHaveLength(0);
    await api.apply(map);
    expect(server.received).toHaveLength(1);
  });
});

test('sends at most as many requests at the same time as there are connections', async () => {
  await start({ connections: 2 });
  let [now, most] = [0, 0];
  answers = Array.from({ length: 6 }, (): Answering => (request, response) => {
    most = Math.max(most, ++now);
    setTimeout(() => {
      now--;
      json(200, live)(request, response);
    }, 10);
  });
  await Promise.all(answers.map(() => api.apply(map)));
  expect([most, server.received.length]).toEqual([2, 6]);
});

test('fails a request after the timeout when the API server sends nothing or stops half way', async () => {
  await start({ timeout: 100 });
  answers = [() => undefined, (_request, response) => void response.writeHead(200).write('{')];
  await expect(api.apply(map)).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
  await expect(api.apply(map)).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
});

test('aborts running requests when the client is closed', async () => {
  await start();
  answers = [() => undefined];
  const write = api.apply(map);
  await sleep(20);
  await Promise.all([expect(write).rejects.toThrow(/destroyed/), api.close()]);
});

describe('a watch', () => {
  const controller = new AbortController();
  const options = { resourceVersion: '5', timeoutSeconds: 60, silence: 100, signal: controller.signal };
  /**
   * Returns a handler that sends the given pieces of a response one after another. Then it ends the response, unless
   * `end` is false.
   */
  const pieces =
    (all: (string | Buffer)[], end = true): Answering =>
    (_request, response) =>
      void (async () => {
        response.writeHead(200).flushHeaders();
        for (const piece of all) {
          response.write(piece);
          await sleep(5);
        }
        if (end) response.end();
      })();

  async function linesOfWatch(): Promise<string[]> {
    const found: string[] = [];
    for await (const line of await api.watch(KINDS.Pod, options)) found.push(line);
    return found;
  }

  beforeEach(() => start());

  test('asks the API server to send bookmarks in a watch, and to end the watch after the given time', async () => {
    answers = [pieces([])];
    await linesOfWatch();
    expect(lines()).toEqual([
      'GET /behind/api/v1/pods?watch=1&allowWatchBookmarks=true&resourceVersion=5&timeoutSeconds=60',
    ]);
  });

  test('returns the whole lines of a watch, even if they arrive in smaller or larger chunks', async () => {
    const snowman = Buffer.from('"☃"\n');
    answers = [pieces(['1\n2\n', '3', '4', '5\n6\n7', '\n', snowman.subarray(0, 2), snowman.subarray(2), 'cut off'])];
    expect(await linesOfWatch()).toEqual(['1', '2', '345', '6', '7', '"☃"']);
  });

  test('fails a watch when no data arrives for too long', async () => {
    answers = [pieces(['1\n'], false)];
    await expect(linesOfWatch()).rejects.toMatchObject({ code: 'UND_ERR_BODY_TIMEOUT' });
  });

  test("throws the API server's error when the API server refuses a watch", async () => {
    answers = [json(410, { reason: 'Expired' })];
    await expect(linesOfWatch()).rejects.toMatchObject({ code: 410 });
  });

  test('ends a watch when its signal is aborted', async () => {
    answers = [pieces(['1\n'], false)];
    const watch = await api.watch(KINDS.Pod, { ...options, silence: 60_000 });
    await watch.next();
    controller.abort();
    await expect(watch.next()).rejects.toMatchObject({ name: 'AbortError' });
  });

  test('opens a separate connection for each watch, so that watches block no other requests', async () => {
    await stop();
    await start({ connections: 1 });
    answers = [pieces([], false), pieces([], false)];
    const signal = new AbortController().signal;
    await Promise.all([api.watch(KINDS.Pod, { ...options, signal }), api.watch(KINDS.Node, { ...options, signal })]);
    expect(await api.apply<KubeObject>(map)).toEqual(live);
  });
});
