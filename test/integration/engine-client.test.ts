// Tests the engine's client on a real API server: its requests are accepted, and it throws a different error for each
// kind of refusal.
import {
  isAlreadyExists,
  isConflict,
  isInvalid,
  isNotFound,
  isOverQuota,
  isTerminating,
} from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { FIELD_MANAGER, configMap, testApi, testConfig, useEmptyNamespace } from '../support/cluster/engine.ts';
import type { ConfigMap } from '../support/cluster/engine.ts';
import { eventually } from '../../support/waiting.ts';
import { startFaultyProxy } from '../support/cluster/faulty-proxy.ts';

const namespace = useEmptyNamespace('engine-client');
const map = (name: string, data?: Record<string, string>): ConfigMap => configMap(namespace, name, data);
const key = (name: string): { name: string; namespace: string } => ({ name, namespace });
const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

let api: HttpApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(() => api.close());

test('creates an object once, reads, changes and deletes it', async () => {
  const created = await api.create(map('life', { a: '1' }));
  expect(isAlreadyExists(await failureOf(api.create(map('life'))))).toBe(true);
  expect(await api.get(KINDS.ConfigMap, 'life', namespace)).toEqual(created);
  const { resourceVersion } = created.metadata;
  const changed = await api.mergePatch<ConfigMap>(KINDS.ConfigMap, key('life'), {
    metadata: { resourceVersion },
    data: { a: null, b: '2' },
  });
  expect(changed.data).toEqual({ b: '2' });
  expect(
    isConflict(
      await failureOf(api.mergePatch(KINDS.ConfigMap, key('life'), { metadata: { resourceVersion }, data: null })),
    ),
  ).toBe(true);
  expect(isConflict(await failureOf(api.delete(KINDS.ConfigMap, key('life'), { uid: 'another' })))).toBe(true);
  await api.delete(KINDS.ConfigMap, key('life'), { uid: created.metadata.uid ?? '' });
  expect(await api.get(KINDS.ConfigMap, 'life', namespace)).toBeUndefined();
  await api.delete(KINDS.ConfigMap, key('life'));
});

test('takes over applied fields, keeps the fields of others, and removes fields it no longer applies', async () => {
  const other = await testApi({ fieldManager: 'somebody-else' });
  try {
    await api.apply(map('shared', { ours: '1', dropped: '1', contested: '1' }));
    await other.apply(map('shared', { theirs: '1', contested: '2' }));
    const { data, metadata } = await api.apply<
      ConfigMap & { metadata: { managedFields: { manager: string; operation: string }[] } }
    >(map('shared', { ours: '1', contested: '3' }));
    expect(data).toEqual({ ours: '1', theirs: '1', contested: '3' });
    expect(metadata.managedFields.map(({ manager, operation }) => `${manager} ${operation}`).sort()).toEqual([
      `${FIELD_MANAGER} Apply`,
      'somebody-else Apply',
    ]);
  } finally {
    await other.close();
  }
});

test('throws a different error for each kind of refusal', async () => {
  expect(isNotFound(await failureOf(api.create(configMap('no-such-namespace', 'x'))))).toBe(true);
  expect(isInvalid(await failureOf(api.apply(map('Not A Name'))))).toBe(true);
  await api.apply({
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: key('one'),
    spec: { hard: { 'count/secrets': '0' } },
  } as KubeObject);
  // A new quota applies only after Kubernetes has counted what it limits, which takes a moment.
  let attempts = 0;
  await eventually(
    async () => {
      const secret = { apiVersion: 'v1', kind: 'Secret', metadata: key(`s-${++attempts}`) };
      expect(isOverQuota(await failureOf(api.create(secret)))).toBe(true);
    },
    { within: 60_000 },
  );
});

test("can't create anything in a namespace that is being deleted", async () => {
  const going = 'engine-client-going';
  await api.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: going } });
  await api.apply({
    ...configMap(going, 'keeps-it'),
    metadata: { name: 'keeps-it', namespace: going, finalizers: ['intro-otel.dev/test'] },
  });
  await api.delete(KINDS.Namespace, { name: going });
  expect(isTerminating(await failureOf(api.create(configMap(going, 'late'))))).toBe(true);
  await api.mergePatch(KINDS.ConfigMap, { name: 'keeps-it', namespace: going }, { metadata: { finalizers: null } });
});

test('gets a token for the requested service account, with the requested lifetime', async () => {
  await api.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: key('someone') });
  const { token, expiresAt } = await api.token(key('someone'), 1200);
  const { sub } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string };
  expect(sub).toBe(`system:serviceaccount:${namespace}:someone`);
  expect((Date.parse(expiresAt) - Date.now()) / 1000).toBeCloseTo(1200, -2);
});

describe('paging', () => {
  const count = 510;

  beforeAll(async () => {
    await Promise.all(
      Array.from({ length: count }, (_, number) =>
        api.apply(configMap(namespace, `many-${number}`, {}, { many: 'yes' })),
      ),
    );
  }, 60_000);

  test('a list of several pages contains each object once, and all pages have the same resourceVersion', async () => {
    const versions = new Set<string>();
    const names = new Set<string>();
    for await (const { items, resourceVersion } of api.pages(KINDS.ConfigMap, {
      namespace,
      labelSelector: 'many=yes',
    })) {
      expect(items.length).toBeLessThanOrEqual(500);
      versions.add(resourceVersion);
      for (const { kind, metadata } of items) names.add(`${kind} ${metadata.name}`);
    }
    expect([names.size, versions.size, names.has('ConfigMap many-509')]).toEqual([count, 1, true]);
  });

  test('a list is complete although the continue token of its second page expires once', async () => {
    const proxy = await startFaultyProxy({ url: testCluster().api });
    const through = await testApi({ config: { ...(await testConfig()), server: proxy.url } });
    try {
      let expired = false;
      proxy.fail({ answer: 410 }, (request) => !expired && (expired = request.includes('continue=')));
      expect(await through.list(KINDS.ConfigMap, { namespace, labelSelector: 'many=yes' })).toHaveLength(count);
      expect(proxy.requests).toHaveLength(4);
    } finally {
      await through.close();
      await proxy.close();
    }
  });
});
