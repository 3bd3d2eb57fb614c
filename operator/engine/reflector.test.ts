import { capturedLog } from './testing/captured-log.ts';
import { fakeTimers } from '../../support/testing/fake-timers.ts';
import { ApiError } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { CompactStore } from './store.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import type { ReflectorOptions } from '../../kubernetes/reflector.ts';

type Api = ReflectorOptions<KubeObject>['api'];
/** One step of a watch in a test: the watch sends a line, fails or ends. */
type WatchStep = { readonly line: string } | { readonly error: Error } | 'end';

const pod = (name: string, version: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', uid: name, resourceVersion: String(version) },
});
const event = (type: string, object: object): WatchStep => ({ line: JSON.stringify({ type, object }) });
const bookmark = (version: number): WatchStep => event('BOOKMARK', { metadata: { resourceVersion: String(version) } });
const silent = (): WatchStep => ({ error: Object.assign(new Error('silent'), { code: 'UND_ERR_BODY_TIMEOUT' }) });
const reset = (): WatchStep => ({ error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
const refusal = (code: number): ApiError => new ApiError('GET /', code, {});

/** A fake API server. The test decides what its lists and watches return. */
class ScriptedApi implements Api {
  /** The names of the objects in the next list, and the resourceVersion of the list. */
  listed: { names: string[]; version: number } = { names: ['p'], version: 10 };
  /** Errors with which the next requests fail, one error per request. */
  readonly failures: Error[] = [];
  /** The received requests, each as `list` or `watch VERSION`. */
  readonly requests: string[] = [];
  #pending: WatchStep[] = [];
  #wake = (): void => undefined;

  play(...steps: WatchStep[]): Promise<void> {
    this.#pending.push(...steps);
    this.#wake();
    return timers.advance(0);
  }

  async *pages<T>(): AsyncGenerator<{ items: T[]; resourceVersion: string }, void, void> {
    await this.#request('list');
    const { names, version } = this.listed;
    yield { items: names.map((name) => pod(name, version) as T), resourceVersion: String(version) };
  }

  async watch(
    ...[, { resourceVersion, signal }]: Parameters<Api['watch']>
  ): Promise<AsyncGenerator<string, void, void>> {
    await this.#request(`watch ${resourceVersion}`);
    signal.addEventListener('abort', () => void this.play({ error: new Error('aborted') }), { once: true });
    return this.#lines();
  }

  #request(name: string): Promise<void> {
    this.requests.push(name);
    const failure = this.failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  }

  async *#lines(): AsyncGenerator<string, void, void> {
    for (;;) {
      const next = this.#pending.shift();
      if (next === undefined) await new Promise<void>((resolve) => (this.#wake = resolve));
      else if (next === 'end') return;
      else if ('error' in next) throw next.error;
      else yield next.line;
    }
  }
}

let timers: ReturnType<typeof fakeTimers>;
let api: ScriptedApi;
let store: CompactStore;
let restarts: string[];
let log: ReturnType<typeof capturedLog>;
const running = { controller: new AbortController(), ended: Promise.resolve() };

const names = (): string[] =>
  store
    .list()
    .map(({ metadata }) => metadata.name)
    .sort();

beforeEach(async () => {
  timers = fakeTimers();
  api = new ScriptedApi();
  store = new CompactStore({ kind: KINDS.Pod, fieldManager: 'us', timers });
  restarts = [];
  log = capturedLog();
  running.controller = new AbortController();
  const reflector = new Reflector({
    api,
    store,
    timers,
    log: log.log,
    onRestart: (kind, reason) => restarts.push(`${kind} ${reason}`),
  });
  running.ended = reflector.run(running.controller.signal);
  await timers.advance(0);
});

afterEach(async () => {
  running.controller.abort();
  await timers.advance(0);
  await running.ended;
});

test('stores the listed objects and the changes from watch events', async () => {
  expect([names(), store.fresh, api.requests]).toEqual([['p'], true, ['list', 'watch 10']]);
  await api.play(event('ADDED', pod('q', 11)), event('MODIFIED', pod('p', 12)), event('DELETED', pod('q', 13)));
  expect(names()).toEqual(['p']);
  expect(store.get('a/p')?.metadata.resourceVersion).toBe('12');
});

test('resumes from the last event or bookmark, without a pause, after the API server has ended a watch', async () => {
  await api.play(event('ADDED', pod('q', 11)), bookmark(17), 'end');
  expect([api.requests, restarts]).toEqual([['list', 'watch 10', 'watch 17'], ['Pod closed']]);
});

test('resumes from the last event or bookmark, after a pause, when a watch has broken', async () => {
  await api.play(bookmark(17), reset());
  expect(api.requests).toHaveLength(2);
  await timers.advance(600);
  expect([api.requests, restarts]).toEqual([['list', 'watch 10', 'watch 17'], ['Pod disconnected']]);
});

test.each([
  [
    'that is refused with 410 because its version has expired',
    async () => {
      api.failures.push(refusal(410));
      await api.play('end');
      await timers.advance(5_001);
    },
    'expired',
  ],
  [
    'that sends an ERROR event because its version has expired',
    () => api.play(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })),
    'expired',
  ],
  ['that sends another ERROR event', () => api.play(event('ERROR', { code: 500, message: 'etcd' })), 'error'],
  ['that sends a line that is not JSON', () => api.play({ line: '{"type":' }), 'malformed'],
  ['that sends a line that is not an event', () => api.play({ line: 'null' }), 'malformed'],
  ['that sends an event of unknown type', () => api.play(event('MOVED', pod('p', 11))), 'malformed'],
  ['that sends an object without a name', () => api.play(event('ADDED', { metadata: {} })), 'malformed'],
  ['that sends an event without a resourceVersion', () => api.play(event('BOOKMARK', {})), 'malformed'],
  ['that sends nothing for too long', () => api.play(silent()), 'silent'],
])('lists again after a watch %s, and removes objects that no longer exist', async (_, play, reason) => {
  await api.play(bookmark(16), event('ADDED', pod('q', 17)));
  api.listed = { names: ['r'], version: 20 };
  await play();
  await timers.advance(600);
  expect(restarts.at(-1)).toBe(`Pod ${reason}`);
  expect(api.requests.slice(-2)).toEqual(['list', 'watch 20']);
  expect(names()).toEqual(['r']);
});

test.each([500, 503, 429])(
  'resumes the watch without a new list after the API server has answered %d',
  async (code) => {
    await api.play(bookmark(17));
    api.failures.push(refusal(code));
    await api.play('end');
    await timers.advance(600);
    expect([api.requests, restarts.at(-1)]).toEqual([['list', 'watch 10', 'watch 17', 'watch 17'], 'Pod unavailable']);
  },
);

test('lists again after five failed attempts to resume the watch', async () => {
  api.failures.push(...Array.from({ length: 5 }, () => refusal(504)));
  await api.play(bookmark(17), 'end');
  await timers.advance(30_000);
  expect(api.requests.slice(2)).toEqual([...Array.from({ length: 5 }, () => 'watch 17'), 'list', 'watch 10']);
});

test('doubles the pause after each failure up to 30 s, and resets the pause after an event', async () => {
  const failing = (count: number): void => void api.failures.push(...Array.from({ length: count }, () => refusal(500)));
  const requestsWithin = async (ms: number): Promise<number> => {
    const before = api.requests.length;
    await timers.advance(ms);
    return api.requests.length - before;
  };
  failing(100);
  await api.play(bookmark(17), reset());
  // The pauses are 0.5, 1, 2, 4, 8, 16 and 30 seconds, plus up to 10 %.
  expect(await requestsWithin(35_000)).toBe(6);
  expect(await requestsWithin(330_000)).toBe(10);
  api.failures.length = 0;
  await timers.advance(33_000);
  await api.play(bookmark(18), reset());
  expect(await requestsWithin(600)).toBe(1);
});

test('repeats a failed list request, and removes no object from the store before a list succeeds', async () => {
  api.failures.push(refusal(410), refusal(500));
  await api.play({ line: '?' });
  expect(names()).toEqual(['p']);
  await timers.advance(10_000);
  expect([api.requests.slice(2), names()]).toEqual([['list', 'list', 'list', 'watch 10'], ['p']]);
});

test('pauses before the next watch if watches end at once', async () => {
  await api.play('end');
  await api.play('end', 'end', 'end');
  await timers.advance(400);
  expect(api.requests.length).toBeLessThan(4);
});

describe('the freshness of a store that a reflector fills', () => {
  const hour = 3_600_000;

  test('keeps the store fresh while the watch sends anything, even if only bookmarks', async () => {
    for (let version = 20; version < 30; version++) {
      await timers.advance(60_000);
      await api.play(bookmark(version));
    }
    expect(store.fresh).toBe(true);
  });

  test('keeps the store fresh while watches end normally and are opened again', async () => {
    for (let round = 0; round < 10; round++) {
      await timers.advance(120_000);
      await api.play('end');
    }
    expect(store.fresh).toBe(true);
  });

  test('marks the store as not fresh while the API server fails, and as fresh afterwards', async () => {
    api.failures.push(...Array.from({ length: 100 }, () => refusal(500)));
    await api.play(reset());
    await timers.advance(150_001);
    expect(store.fresh).toBe(false);
    api.failures.length = 0;
    await timers.advance(33_000);
    await api.play(bookmark(17));
    expect(store.fresh).toBe(true);
  });

  test('marks the store as not fresh when the watch sends nothing for an hour', async () => {
    await timers.advance(hour);
    expect(store.fresh).toBe(false);
  });
});

test('logs each failure of a watch with its reason and error', async () => {
  await api.play(silent());
  expect(log.lines).toMatchObject([
    {
      level: 'warn',
      message: 'Watch failed, restarting it',
      fields: { kind: 'Pod', reason: 'silent', failures: 1, err: { message: 'silent' } },
    },
  ]);
});

test('runs no timer while the watch waits for events', () => expect(timers.pending).toBe(0));

test('stops when the signal is aborted, even during a pause after a failure', async () => {
  api.failures.push(refusal(500));
  await api.play(reset());
  running.controller.abort();
  await timers.advance(0);
  await expect(running.ended).resolves.toBeUndefined();
  expect(timers.pending).toBe(0);
});
