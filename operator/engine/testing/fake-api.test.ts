import { isTerminating } from '../../../kubernetes/api.ts';
import { KINDS, kindOf } from '../../../kubernetes/kinds.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { FakeApi, apiError, manualClock } from './fake-api.ts';

interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'a' } };
const map = (data: Record<string, string>, metadata: object = {}): ConfigMap => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name: 'm', namespace: 'a', ...metadata },
  data,
});
const key = { name: 'm', namespace: 'a' };

let api: FakeApi;

beforeEach(() => {
  api = new FakeApi(manualClock('2026-02-03T04:05:06Z'));
  api.seed(namespace);
});

test('creates an object with uid, resourceVersion and time, and refuses to create it twice', async () => {
  const made = await api.create(map({ x: '1' }));
  expect(made.metadata).toMatchObject({
    uid: expect.stringMatching(/./) as string,
    resourceVersion: expect.stringMatching(/^\d+$/) as string,
    generation: 1,
    creationTimestamp: '2026-02-03T04:05:06Z',
  });
  await expect(api.create(map({}))).rejects.toMatchObject({ code: 409, status: { reason: 'AlreadyExists' } });
});

test('removes fields that only the previous apply set, and keeps fields of other field managers', async () => {
  await api.apply(map({ ours: '1', taken: '1' }));
  api.edit(KINDS.ConfigMap, key, { data: { theirs: '1', taken: '2' } });
  const { data } = await api.apply<ConfigMap>(map({ more: '1' }));
  expect(data).toEqual({ theirs: '1', taken: '2', more: '1' });
});

test('keeps the resourceVersion if an apply changes nothing', async () => {
  const first = await api.apply(map({ x: '1' }));
  expect(await api.apply(map({ x: '1' }))).toEqual(first);
  expect(api.writes).toHaveLength(2);
});

test('removes only our finalizers if we apply an object without finalizers', async () => {
  await api.apply(map({}, { finalizers: ['ours'] }));
  api.edit(KINDS.ConfigMap, key, { metadata: { finalizers: ['ours', 'theirs'] } });
  expect((await api.apply(map({}, { finalizers: ['ours'] }))).metadata.finalizers).toEqual(['ours', 'theirs']);
  expect((await api.apply(map({}))).metadata.finalizers).toEqual(['theirs']);
});

test('changes the status only through the status subresource, without a new generation', async () => {
  const seat = { apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Seat', metadata: { name: 's' } };
  await api.apply({ ...seat, spec: { a: 1 }, status: { phase: 'Ready' } } as KubeObject);
  expect(api.store(kindOf(seat)).get('s')).not.toHaveProperty('status');
  const answer = await api.apply({ ...seat, spec: { a: 2 }, status: { phase: 'Ready' } } as KubeObject, 'status');
  expect(answer).toMatchObject({ metadata: { generation: 1 }, spec: { a: 1 }, status: { phase: 'Ready' } });
  expect((await api.apply({ ...seat, spec: { a: 2 } } as KubeObject)).metadata.generation).toBe(2);
});

test('keeps a deleted object until its last finalizer is removed', async () => {
  await api.apply(map({}, { finalizers: ['f'] }));
  await api.delete(KINDS.ConfigMap, key);
  expect(api.store(KINDS.ConfigMap).get('a/m')?.metadata.deletionTimestamp).toBe('2026-02-03T04:05:06Z');
  await api.mergePatch(KINDS.ConfigMap, key, { metadata: { finalizers: null } });
  expect(api.store(KINDS.ConfigMap).get('a/m')).toBeUndefined();
});

test('refuses a write with a conflict (409) if its uid or resourceVersion does not match', async () => {
  await api.create(map({}));
  await expect(api.delete(KINDS.ConfigMap, key, { uid: 'another' })).rejects.toMatchObject({
    code: 409,
    status: { reason: 'Conflict' },
  });
  await expect(api.mergePatch(KINDS.ConfigMap, key, { metadata: { resourceVersion: '1' } })).rejects.toMatchObject({
    code: 409,
    status: { reason: 'Conflict' },
  });
});

test('refuses to create an object in a namespace that is terminating or missing', async () => {
  await api.delete(KINDS.Namespace, { name: 'a' });
  expect(isTerminating(await api.create(map({})).catch((error: unknown) => error))).toBe(true);
  api.remove(KINDS.Namespace, { name: 'a' });
  await expect(api.apply(map({}))).rejects.toMatchObject({ code: 404 });
});

test('lists objects by namespace, label selector and field selector', async () => {
  await api.create(map({}, { labels: { a: '1', b: '2' } }));
  const found = async (options: object): Promise<number> => (await api.list(KINDS.ConfigMap, options)).length;
  expect(await found({ namespace: 'a', labelSelector: 'a=1,b in (2, 3),!c' })).toBe(1);
  expect(await found({ labelSelector: 'a!=1' })).toBe(0);
  expect(await found({ namespace: 'b' })).toBe(0);
  expect(await found({ fieldSelector: 'metadata.name=m' })).toBe(1);
  expect(await found({ fieldSelector: 'metadata.name=n' })).toBe(0);
});

test('fails only the next matching request after a call of `fail` without a number', async () => {
  api.fail({ verb: 'create', kind: 'ConfigMap' }, apiError(500, 'InternalError'));
  await expect(api.create(map({}))).rejects.toThrow('InternalError');
  await expect(api.create(map({}))).resolves.toBeDefined();
});

test('returns frozen objects, so that no code can change them', async () => {
  await api.create(map({ x: '1' }));
  const live = api.store<ConfigMap>(KINDS.ConfigMap).get('a/m') as { data: Record<string, string> };
  expect(() => (live.data['x'] = '2')).toThrow(TypeError);
});
