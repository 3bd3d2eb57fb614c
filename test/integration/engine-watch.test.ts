// Tests the engine's watch on a real API server, through a proxy that fails on command. After every fault, the store
// ends up equal to the cluster.
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { CompactStore } from '../../operator/engine/store.ts';
import type { Change } from '../../operator/engine/store.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { FIELD_MANAGER, configMap, testApi, testConfig, useEmptyNamespace } from '../support/cluster/engine.ts';
import type { ConfigMap } from '../support/cluster/engine.ts';
import { eventually } from '../../support/waiting.ts';
import { startFaultyProxy } from '../support/cluster/faulty-proxy.ts';
import type { FaultyProxy } from '../support/cluster/faulty-proxy.ts';

const namespace = useEmptyNamespace('engine-watch');
const labels = { watched: 'yes' };
const map = (name: string, data: Record<string, string> = {}): ConfigMap => configMap(namespace, name, data, labels);
const isWatch = (request: string): boolean => request.includes('watch=1');

/** A client that connects to the API server without the proxy. */
let direct: HttpApi;
let through: HttpApi;
let proxy: FaultyProxy;
let store: CompactStore<ConfigMap>;
let restarts: string[];
const changes: Change<ConfigMap>[] = [];
const ended = { controller: new AbortController(), run: Promise.resolve() };

const seen = (name: string): string | undefined => store.get(`${namespace}/${name}`)?.data?.['a'];
const within = { within: 15_000, every: 20 };
const set = (name: string, a: string): Promise<ConfigMap> => direct.apply(map(name, { a }));

beforeAll(async () => {
  direct = await testApi();
  proxy = await startFaultyProxy({ url: testCluster().api });
});

beforeEach(async () => {
  await set('kept', '1');
  await set('deleted', '1');
  through = await testApi({ config: { ...(await testConfig()), server: proxy.url }, timeout: 1500 });
  store = new CompactStore<ConfigMap>({
    kind: KINDS.ConfigMap,
    fieldManager: FIELD_MANAGER,
    index: ['watched'],
    staleAfter: 3_000,
  });
  changes.length = proxy.requests.length = 0;
  restarts = [];
  store.onChange((change) => changes.push({ ...change }));
  ended.controller = new AbortController();
  const reflector = new Reflector({
    api: through,
    store,
    silence: 1_000,
    select: { labelSelector: 'watched=yes' },
    onRestart: (_kind, why) => restarts.push(why),
  });
  ended.run = reflector.run(ended.controller.signal);
  await eventually(() => expect([store.fresh, seen('kept')]).toEqual([true, '1']), within);
  // The store receives this change only through the watch, so the watch is open when the change arrives.
  const { resourceVersion } = (await set('last', String(performance.now()))).metadata;
  await eventually(
    () => expect(store.get(`${namespace}/last`)?.metadata.resourceVersion).toBe(resourceVersion),
    within,
  );
});

afterEach(async () => {
  proxy.heal();
  ended.controller.abort();
  await ended.run;
  await through.close();
});

afterAll(async () => {
  await proxy.close();
  await direct.close();
});

test('the watch reports each creation, change and deletion once', async () => {
  changes.length = 0;
  await set('new', '1');
  await set('new', '2');
  await direct.mergePatch(KINDS.ConfigMap, { name: 'new', namespace }, { metadata: { annotations: { other: 'x' } } });
  await direct.delete(KINDS.ConfigMap, { name: 'new', namespace });
  await eventually(() => expect(changes).toHaveLength(4), within);
  expect(changes.map((change) => [change.old?.data?.['a'], change.new?.data?.['a']])).toEqual([
    [undefined, '1'],
    ['1', '2'],
    ['2', '2'],
    ['2', undefined],
  ]);
  expect(store.applied(`${namespace}/kept`)).toBe(true);
});

test('the store drops an object that loses the selected label, and adds it again when the label is back', async () => {
  const relabel = (watched: string | null): Promise<unknown> =>
    direct.mergePatch(KINDS.ConfigMap, { name: 'kept', namespace }, { metadata: { labels: { watched } } });
  await relabel(null);
  await eventually(() => expect(seen('kept')).toBeUndefined(), within);
  await relabel('yes');
  await eventually(() => expect(seen('kept')).toBe('1'), within);
});

/** Adds, changes and deletes objects while the watch is broken. */
async function changeMeanwhile(): Promise<void> {
  await set('kept', '2');
  await set('added', '2');
  await direct.delete(KINDS.ConfigMap, { name: 'deleted', namespace });
}

const expectCaughtUp = (): Promise<void> =>
  eventually(
    () =>
      expect({ kept: seen('kept'), added: seen('added'), deleted: seen('deleted'), fresh: store.fresh }).toEqual({
        kept: '2',
        added: '2',
        deleted: undefined,
        fresh: true,
      }),
    within,
  );

afterEach(() => direct.delete(KINDS.ConfigMap, { name: 'added', namespace }));

test.each([
  ['answers 410 to watches', { answer: 410 }, 'expired'],
  ['answers 500 to watches', { answer: 500 }, 'unavailable'],
] as const)('the store catches up after a time in which the server %s', async (_, fault, why) => {
  proxy.fail('reset', isWatch);
  proxy.fail(fault, isWatch);
  await changeMeanwhile();
  await eventually(() => expect(restarts).toContain(why), within);
  proxy.heal();
  await expectCaughtUp();
});

test('the store is stale while the server answers 500 for long, and catches up afterwards', async () => {
  proxy.fail('reset');
  proxy.fail({ answer: 500 });
  await changeMeanwhile();
  await eventually(() => expect(store.fresh).toBe(false), within);
  proxy.heal();
  await expectCaughtUp();
});

test('the watch reconnects after connections are reset', async () => {
  proxy.fail('reset');
  await changeMeanwhile();
  await eventually(() => expect(restarts.length).toBeGreaterThan(1), within);
  proxy.heal();
  await expectCaughtUp();
  expect(restarts[0]).toBe('disconnected');
});

test('the store lists all objects again after a watch falls silent on an open connection', async () => {
  proxy.fail('silence', isWatch);
  proxy.heal();
  await changeMeanwhile();
  await expectCaughtUp();
  expect(restarts).toContain('silent');
});

test('the store is stale while the server does not answer at all, and catches up afterwards', async () => {
  proxy.fail('silence');
  await changeMeanwhile();
  await eventually(() => expect(store.fresh).toBe(false), within);
  proxy.heal();
  await expectCaughtUp();
});
