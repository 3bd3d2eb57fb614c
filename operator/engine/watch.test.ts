import { capturedLog } from './testing/captured-log.ts';
import { fakeTimers } from '../../support/testing/fake-timers.ts';
import { ApiError } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { CompactStore } from './store.ts';
import { Reflector } from './watch.ts';
import type { ReflectorOptions } from './watch.ts';

type Api = ReflectorOptions<KubeObject>['api'];
/** What happens on a watch: a line comes, it fails, it ends. */
type Happening = { readonly line: string } | { readonly error: Error } | 'end';

const pod = (name: string, version: number): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, namespace: 'a', uid: name, resourceVersion: String(version) },
});
const event = (type: string, object: object): Happening => ({ line: JSON.stringify({ type, object }) });
const bookmark = (version: number): Happening => event('BOOKMARK', { metadata: { resourceVersion: String(version) } });
const silent = (): Happening => ({ error: Object.assign(new Error('silent'), { code: 'UND_ERR_BODY_TIMEOUT' }) });
const reset = (): Happening => ({ error: Object.assign(new Error('reset'), { code: 'ECONNRESET' }) });
const refusal = (code: number): ApiError => new ApiError('GET /', code, {});

/** An API server whose lists and watches a test plays by hand. */
class Stage implements Api {
  /** What the next list gives, and its version. */
  listed: { names: string[]; version: number } = { names: ['p'], version: 10 };
  /** Thrown by the next requests, one each. */
  readonly failures: Error[] = [];
  /** `list`, or `watch FROM`, for each request. */
  readonly requests: string[] = [];
  private played: Happening[] = [];
  private wake = (): void => undefined;

  play(...happenings: Happening[]): Promise<void> {
    this.played.push(...happenings);
    this.wake();
    return timers.advance(0);
  }

  async *pages<T>(): AsyncGenerator<{ items: T[]; resourceVersion: string }, void, void> {
    await this.request('list');
    const { names, version } = this.listed;
    yield { items: names.map((name) => pod(name, version) as T), resourceVersion: String(version) };
  }

  async watch(
    ...[, { resourceVersion, signal }]: Parameters<Api['watch']>
  ): Promise<AsyncGenerator<string, void, void>> {
    await this.request(`watch ${resourceVersion}`);
    signal.addEventListener('abort', () => void this.play({ error: new Error('aborted') }), { once: true });
    return this.lines();
  }

  private request(what: string): Promise<void> {
    this.requests.push(what);
    const failure = this.failures.shift();
    return failure ? Promise.reject(failure) : Promise.resolve();
  }

  private async *lines(): AsyncGenerator<string, void, void> {
    for (;;) {
      const next = this.played.shift();
      if (next === undefined) await new Promise<void>((resolve) => (this.wake = resolve));
      else if (next === 'end') return;
      else if ('error' in next) throw next.error;
      else yield next.line;
    }
  }
}

let timers: ReturnType<typeof fakeTimers>;
let stage: Stage;
let store: CompactStore;
let restarts: string[];
let log: ReturnType<typeof capturedLog>;
const ended = { controller: new AbortController(), run: Promise.resolve() };

const names = (): string[] =>
  store
    .list()
    .map(({ metadata }) => metadata.name)
    .sort();

beforeEach(async () => {
  timers = fakeTimers();
  stage = new Stage();
  store = new CompactStore({ kind: KINDS.Pod, fieldManager: 'us', timers });
  restarts = [];
  log = capturedLog();
  ended.controller = new AbortController();
  const reflector = new Reflector({
    api: stage,
    store,
    timers,
    log: log.log,
    onRestart: (kind, why) => restarts.push(`${kind} ${why}`),
  });
  ended.run = reflector.run(ended.controller.signal);
  await timers.advance(0);
});

afterEach(async () => {
  ended.controller.abort();
  await timers.advance(0);
  await ended.run;
});

test('what was listed and then came by events is in the store', async () => {
  expect([names(), store.fresh, stage.requests]).toEqual([['p'], true, ['list', 'watch 10']]);
  await stage.play(event('ADDED', pod('q', 11)), event('MODIFIED', pod('p', 12)), event('DELETED', pod('q', 13)));
  expect(names()).toEqual(['p']);
  expect(store.get('a/p')?.metadata.resourceVersion).toBe('12');
});

test('a watch that the server ends goes on at once from the last event, bookmarks included', async () => {
  await stage.play(event('ADDED', pod('q', 11)), bookmark(17), 'end');
  expect([stage.requests, restarts]).toEqual([['list', 'watch 10', 'watch 17'], ['Pod closed']]);
});

test('a watch that breaks goes on from the last event, after a moment', async () => {
  await stage.play(bookmark(17), reset());
  expect(stage.requests).toHaveLength(2);
  await timers.advance(600);
  expect([stage.requests, restarts]).toEqual([['list', 'watch 10', 'watch 17'], ['Pod disconnected']]);
});

test.each([
  [
    'whose version has expired, as an answer',
    async () => {
      stage.failures.push(refusal(410));
      await stage.play('end');
      await timers.advance(5_001);
    },
    'expired',
  ],
  [
    'whose version has expired, as an event',
    () => stage.play(event('ERROR', { kind: 'Status', code: 410, reason: 'Expired' })),
    'expired',
  ],
  ['with an event of an error', () => stage.play(event('ERROR', { code: 500, message: 'etcd' })), 'error'],
  ['with a line that is no JSON', () => stage.play({ line: '{"type":' }), 'malformed'],
  ['with a line that is no event', () => stage.play({ line: 'null' }), 'malformed'],
  ['with an event of a kind unknown', () => stage.play(event('MOVED', pod('p', 11))), 'malformed'],
  ['with an object without a name', () => stage.play(event('ADDED', { metadata: {} })), 'malformed'],
  ['with an event without a version', () => stage.play(event('BOOKMARK', {})), 'malformed'],
  ['that is silent', () => stage.play(silent()), 'silent'],
])('a watch %s leaves a doubt: all is listed again, and what is no longer there goes', async (_, happens, why) => {
  await stage.play(bookmark(16), event('ADDED', pod('q', 17)));
  stage.listed = { names: ['r'], version: 20 };
  await happens();
  await timers.advance(600);
  expect(restarts.at(-1)).toBe(`Pod ${why}`);
  expect(stage.requests.slice(-2)).toEqual(['list', 'watch 20']);
  expect(names()).toEqual(['r']);
});

test.each([500, 503, 429])('a server that answers %d to a watch leaves no doubt of what is known', async (code) => {
  await stage.play(bookmark(17));
  stage.failures.push(refusal(code));
  await stage.play('end');
  await timers.advance(600);
  expect([stage.requests, restarts.at(-1)]).toEqual([['list', 'watch 10', 'watch 17', 'watch 17'], 'Pod unavailable']);
});

test('a watch that is refused time after time is no longer believed in: all is listed again', async () => {
  stage.failures.push(...Array.from({ length: 5 }, () => refusal(504)));
  await stage.play(bookmark(17), 'end');
  await timers.advance(30_000);
  expect(stage.requests.slice(2)).toEqual([...Array.from({ length: 5 }, () => 'watch 17'), 'list', 'watch 10']);
});

test('failures are waited for longer and longer, up to half a minute, until there is a sign of life', async () => {
  const failing = (count: number): void =>
    void stage.failures.push(...Array.from({ length: count }, () => refusal(500)));
  const requestsWithin = async (ms: number): Promise<number> => {
    const before = stage.requests.length;
    await timers.advance(ms);
    return stage.requests.length - before;
  };
  failing(100);
  await stage.play(bookmark(17), reset());
  // After 0.5, 1, 2, 4, 8, 16 and 30 seconds, each up to a tenth longer.
  expect(await requestsWithin(35_000)).toBe(6);
  expect(await requestsWithin(330_000)).toBe(10);
  stage.failures.length = 0;
  await timers.advance(33_000);
  await stage.play(bookmark(18), reset());
  expect(await requestsWithin(600)).toBe(1);
});

test('a list that fails is begun anew, and removes nothing', async () => {
  stage.failures.push(refusal(410), refusal(500));
  await stage.play({ line: '?' });
  expect(names()).toEqual(['p']);
  await timers.advance(10_000);
  expect([stage.requests.slice(2), names()]).toEqual([['list', 'list', 'list', 'watch 10'], ['p']]);
});

test('a watch that ends again and again at once is not asked for without a pause', async () => {
  await stage.play('end');
  await stage.play('end', 'end', 'end');
  await timers.advance(400);
  expect(stage.requests.length).toBeLessThan(4);
});

describe('it is fresh', () => {
  const hour = 3_600_000;

  test('while lines come, be it only bookmarks', async () => {
    for (let version = 20; version < 30; version++) {
      await timers.advance(60_000);
      await stage.play(bookmark(version));
    }
    expect(store.fresh).toBe(true);
  });

  test('while watches end and are opened again', async () => {
    for (let round = 0; round < 10; round++) {
      await timers.advance(120_000);
      await stage.play('end');
    }
    expect(store.fresh).toBe(true);
  });

  test('no longer while the server can not be reached, and again once it was', async () => {
    stage.failures.push(...Array.from({ length: 100 }, () => refusal(500)));
    await stage.play(reset());
    await timers.advance(150_001);
    expect(store.fresh).toBe(false);
    stage.failures.length = 0;
    await timers.advance(33_000);
    await stage.play(bookmark(17));
    expect(store.fresh).toBe(true);
  });

  test('no longer when nothing at all happens', async () => {
    await timers.advance(hour);
    expect(store.fresh).toBe(false);
  });
});

test('each failure is logged, with why and what it was', async () => {
  await stage.play(silent());
  expect(log.lines).toMatchObject([
    {
      level: 'warn',
      message: 'watch begins again',
      fields: { kind: 'Pod', why: 'silent', failures: 1, err: { message: 'silent' } },
    },
  ]);
});

test('no timer runs while it is idle', () => expect(timers.pending).toBe(0));

test('it ends with its signal, be it while it waits', async () => {
  stage.failures.push(refusal(500));
  await stage.play(reset());
  ended.controller.abort();
  await timers.advance(0);
  await expect(ended.run).resolves.toBeUndefined();
  expect(timers.pending).toBe(0);
});
