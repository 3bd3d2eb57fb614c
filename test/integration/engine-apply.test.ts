// Tests the engine's apply with a whole lab on a real API server. It writes nothing twice, repairs drift, keeps what
// others own, and removes what the lab no longer contains.
import { labTemplate } from '../../cdk8s/render.ts';
import { Applier, differs } from '../../operator/engine/apply.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import { CompactStore, withoutStatus } from '../../operator/engine/store.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { FIELD_MANAGER, configMap, testApi, useEmptyNamespace } from '../support/cluster/engine.ts';
import type { ConfigMap } from '../support/cluster/engine.ts';
import { eventually } from '../../support/waiting.ts';

const namespace = useEmptyNamespace('engine-apply');
const SEAT = 'intro-otel.dev/test-seat';
const labels = { 'intro-otel.dev/test': 'engine-apply', [SEAT]: 'one' };
const kinds: readonly Kind[] = [
  KINDS.ConfigMap,
  KINDS.Deployment,
  KINDS.Service,
  KINDS.ServiceAccount,
  KINDS.RoleBinding,
  KINDS.NetworkPolicy,
  KINDS.ResourceQuota,
  KINDS.LimitRange,
];
const stores = new Map(
  kinds.map((kind) => [
    kind.kind,
    new CompactStore({ kind, fieldManager: FIELD_MANAGER, index: [SEAT], keep: withoutStatus }),
  ]),
);
const lookup = (kind: string): CompactStore | undefined => stores.get(kind);
const live = (object: KubeObject): KubeObject | undefined => lookup(object.kind)?.get(keyOf(object));

/** The objects that a seat has besides its lab. */
const FENCES = [
  {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: 'deny', namespace },
    spec: {
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
      ingress: [],
      egress: [{ to: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: 'UDP' }, { port: 53 }] }],
    },
  },
  {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'seat', namespace },
    spec: { hard: { 'requests.cpu': '1000m', 'limits.memory': '2048Mi', pods: 20 } },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'seat', namespace },
    spec: {
      limits: [
        {
          type: 'Container',
          default: { cpu: '1000m', memory: '0.5Gi' },
          defaultRequest: { cpu: '10m', memory: '64Mi' },
        },
      ],
    },
  },
] as const;

const labelled = (object: KubeObject): KubeObject => ({
  ...object,
  metadata: { ...object.metadata, labels: { ...object.metadata.labels, ...labels } },
});
// Sets replicas to 0, because these tests need no pods.
const stopped = (object: KubeObject): KubeObject =>
  object.kind === 'Deployment'
    ? ({ ...object, spec: { ...(object as unknown as { spec: object }).spec, replicas: 0 } } as KubeObject)
    : object;
// Secrets are created once and not watched, so the tests do not apply them.
const isApplied = ({ kind }: KubeObject): boolean => kind !== 'Secret';
const desired = [
  ...(labTemplate({})(namespace) as readonly KubeObject[]).filter(isApplied).map(stopped),
  ...FENCES,
].map(labelled);

/** Returns an object without the fields that the API server sets. */
const specOf = (object: KubeObject | undefined): object =>
  Object.fromEntries(Object.entries(object ?? {}).filter(([field]) => field !== 'metadata' && field !== 'status'));

let api: HttpApi;
let applier: Applier;
const ended = { controller: new AbortController(), runs: [] as Promise<void>[] };
let writes = 0;

beforeAll(async () => {
  api = await testApi({ onRequest: ({ method }) => void (writes += method === 'GET' ? 0 : 1) });
  applier = new Applier({ api, annotation: 'intro-otel.dev/test-applied' });
  for (const store of stores.values())
    ended.runs.push(
      new Reflector({ api, store, select: { labelSelector: `${SEAT}=one` } }).run(ended.controller.signal),
    );
  await eventually(() => expect([...stores.values()].every(({ fresh }) => fresh)).toBe(true), { within: 20_000 });
  const { failed } = await applier.applyAll(desired, lookup);
  expect(failed).toEqual([]);
}, 60_000);

afterAll(async () => {
  ended.controller.abort();
  await Promise.all(ended.runs);
  await api.close();
});

beforeEach(() => {
  writes = 0;
});

/** Applies until nothing is written, so that the store has seen all earlier writes. */
async function settled(): Promise<void> {
  await eventually(
    async () => {
      const { written, failed } = await applier.applyAll(desired, lookup);
      expect([written.map(keyOf), failed]).toEqual([[], []]);
    },
    { within: 20_000 },
  );
}

test('finds no difference after an apply, although the API server has added defaults', () => {
  expect(
    desired
      .filter((object) => differs(object, live(object) ?? object))
      .map((object) => `${object.kind} ${object.metadata.name}`),
  ).toEqual([]);
  expect(desired.filter((object) => live(object) === undefined)).toEqual([]);
});

test('writes nothing in a second apply, nor in the first apply after a restart', async () => {
  await settled();
  writes = 0;
  await applier.applyAll(desired, lookup);
  await new Applier({ api, annotation: 'intro-otel.dev/test-applied' }).applyAll(desired, lookup);
  expect(writes).toBe(0);
});

test.each([
  [
    'a Deployment whose pods were changed',
    KINDS.Deployment,
    'lab-guide',
    { spec: { template: { spec: { terminationGracePeriodSeconds: 99 } } } },
  ],
  [
    'a NetworkPolicy that was changed to select no pods',
    KINDS.NetworkPolicy,
    'deny',
    { spec: { podSelector: { matchLabels: { nobody: 'this' } } } },
  ],
  ['a NetworkPolicy with an added egress rule', KINDS.NetworkPolicy, 'deny', { spec: { egress: [{}] } }],
  ['a quota that was raised', KINDS.ResourceQuota, 'seat', { spec: { hard: { pods: '2000' } } }],
  [
    'a RoleBinding with another subject',
    KINDS.RoleBinding,
    'lab-collector',
    { subjects: [{ kind: 'User', name: 'eve', apiGroup: 'rbac.authorization.k8s.io' }] },
  ],
  ['a Service that selects other pods', KINDS.Service, 'lab-guide', { spec: { selector: { further: 'x' } } }],
  ['a ConfigMap with a key removed', KINDS.ConfigMap, 'lab-dice', { data: { 'app.ts': null } }],
])('repairs drift: %s', async (_, kind, name, patch) => {
  const before = specOf(await api.get(kind, name, namespace));
  await api.mergePatch(kind, { name, namespace }, patch);
  await eventually(
    async () => {
      await applier.applyAll(desired, lookup);
      expect(specOf(await api.get(kind, name, namespace))).toEqual(before);
    },
    { within: 10_000 },
  );
});

test('keeps fields that others have added, and writes nothing because of them', async () => {
  await api.mergePatch(
    KINDS.Deployment,
    { name: 'lab-guide', namespace },
    {
      metadata: { annotations: { 'somebody.example/note': 'mine' } },
      spec: { template: { metadata: { annotations: { restarted: 'today' } } } },
    },
  );
  await settled();
  const guide = await api.get<KubeObject & { spec: { template: KubeObject } }>(
    KINDS.Deployment,
    'lab-guide',
    namespace,
  );
  expect([
    guide?.metadata.annotations?.['somebody.example/note'],
    guide?.spec.template.metadata.annotations?.['restarted'],
  ]).toEqual(['mine', 'today']);
});

test('removes a ConfigMap key that it no longer applies, and keeps a key that an attendee has taken over', async () => {
  const other = await testApi({ fieldManager: 'attendee' });
  const keys = async (): Promise<string[]> =>
    Object.keys((await api.get<ConfigMap>(KINDS.ConfigMap, 'keys', namespace))?.data ?? {}).sort();
  const object = (data: Record<string, string>): KubeObject => configMap(namespace, 'keys', data, labels);
  try {
    await applier.applyAll([object({ a: '1', b: '1', c: '1' })], lookup);
    await other.apply(configMap(namespace, 'keys', { c: '2' }));
    await applier.applyAll([object({ a: '1' })], lookup);
    expect(await keys()).toEqual(['a', 'c']);
  } finally {
    await other.close();
    await api.delete(KINDS.ConfigMap, { name: 'keys', namespace });
  }
});

test('does not apply an object again only because the API server has dropped one of its fields', async () => {
  await settled();
  const [guide] = desired.filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name === 'lab-guide');
  // The API server drops `paused: false`, so the live object always differs.
  const dropped = {
    ...guide,
    spec: { ...(guide as unknown as { spec: object }).spec, paused: false },
  } as unknown as KubeObject;
  await applier.applyAll([dropped], lookup);
  expect(differs(dropped, live(dropped) ?? dropped)).toBe(true);
  await eventually(
    async () => {
      await applier.applyAll([dropped], lookup);
      writes = 0;
      await applier.applyAll([dropped], lookup);
      expect(writes).toBe(0);
    },
    { within: 5_000 },
  );
});

describe('pruning of objects that are no longer rendered', () => {
  const names = async (): Promise<string[]> =>
    (await api.list(KINDS.ConfigMap, { namespace, labelSelector: `${SEAT}=one` })).map(({ metadata }) => metadata.name);
  const prune = (): ReturnType<Applier['prune']> => applier.prune([...stores.values()], labels, desired);
  const unwanted = configMap(namespace, 'unwanted', {}, labels);

  test('deletes an object that we applied and no longer render', async () => {
    await applier.applyAll([unwanted], lookup);
    const { written } = await prune();
    expect(written.map(keyOf)).toEqual([`${namespace}/unwanted`]);
    expect(await names()).not.toContain('unwanted');
    expect(await names()).toContain('lab-dice');
  });

  test('keeps an object with our labels that somebody else has made', async () => {
    await api.create(configMap(namespace, 'theirs', {}, labels));
    await eventually(() => expect(lookup('ConfigMap')?.get(`${namespace}/theirs`)).toBeDefined(), { within: 10_000 });
    expect(await prune()).toMatchObject({ written: [], failed: [] });
    expect(await names()).toContain('theirs');
  });

  test('keeps an object that somebody else has created with the name of ours, after ours was deleted', async () => {
    await applier.applyAll([unwanted], lookup);
    const stale = new CompactStore({ kind: KINDS.ConfigMap, fieldManager: FIELD_MANAGER });
    for (const one of await api.list(KINDS.ConfigMap, { namespace, labelSelector: `${SEAT}=one` }))
      if (one.metadata.name === 'unwanted') stale.upsert(one);
    await api.delete(KINDS.ConfigMap, { name: 'unwanted', namespace });
    await api.create(unwanted);
    const { failed } = await applier.prune([stale], labels, []);
    expect(failed).toMatchObject([{ error: { code: 409 } }]);
    expect(await names()).toContain('unwanted');
  });
});
