import type { HttpApi } from '../../kubernetes/client.ts';
import type { Kind, KubeObject, OwnerReference } from '../../kubernetes/object.ts';
import { GuideAddresses } from './guide-addresses.ts';
import { guideFinder } from './guide-finder.ts';

const owner = (kind: string, name: string, uid = name, controller = true): OwnerReference => ({
  apiVersion: 'apps/v1',
  kind,
  name,
  uid,
  controller,
});

interface PodOptions {
  readonly owners?: readonly OwnerReference[];
  readonly ready?: boolean;
  readonly deleted?: boolean;
}

const pod = (name: string, { owners = [owner('ReplicaSet', 'rs')], ready = true, deleted }: PodOptions = {}) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name, ownerReferences: owners, ...(deleted && { deletionTimestamp: 'now' }) },
  status: { podIP: `10.0.0.${name}`, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
});

const named = (kind: string, name: string, owners: readonly OwnerReference[] = [], uid = name) => ({
  apiVersion: 'apps/v1',
  kind,
  metadata: { name, uid, ownerReferences: owners },
});

const guideSet = named('ReplicaSet', 'rs', [owner('Deployment', 'lab-guide')]);
const guideDeployment = named('Deployment', 'lab-guide');

function finder(pods: readonly object[], objects: readonly KubeObject[] = [guideSet, guideDeployment]) {
  const api: Pick<HttpApi, 'get' | 'list'> = {
    get: <T extends KubeObject>({ kind }: Kind, name: string) =>
      Promise.resolve(objects.find((one) => one.kind === kind && one.metadata.name === name) as T | undefined),
    list: <T extends KubeObject>() => Promise.resolve(pods as T[]),
  };
  return guideFinder(api)('otel-1');
}

test('finds the ready pod that the Deployment of the guide owns', async () => {
  const pods = [pod('1', { ready: false }), pod('2', { deleted: true }), pod('3', { owners: [] }), pod('4')];
  expect(await finder(pods)).toEqual({ host: '10.0.0.4', port: 8080 });
});

test.each([
  ['that nobody owns', pod('1', { owners: [] }), [guideSet, guideDeployment]],
  ['whose owner is not its controller', pod('1', { owners: [owner('ReplicaSet', 'rs', 'rs', false)] }), undefined],
  ['whose ReplicaSet has another uid', pod('1', { owners: [owner('ReplicaSet', 'rs', 'old')] }), undefined],
  ['whose ReplicaSet is gone', pod('1'), [guideDeployment]],
  ['of a StatefulSet', pod('1', { owners: [owner('StatefulSet', 'rs')] }), undefined],
  ['of a ReplicaSet without an owner', pod('1'), [named('ReplicaSet', 'rs'), guideDeployment]],
  [
    'of another Deployment',
    pod('1'),
    [named('ReplicaSet', 'rs', [owner('Deployment', 'mine')]), named('Deployment', 'mine')],
  ],
  ['of a Deployment with another uid', pod('1'), [guideSet, named('Deployment', 'lab-guide', [], 'new')]],
])('does not connect to a pod with the labels of the guide %s', async (_what, one, objects) => {
  expect(await finder([one], objects ?? [guideSet, guideDeployment])).toBeUndefined();
});

describe('the address of a guide', () => {
  const clock = { time: 0, now: () => clock.time };
  const [first, second] = [1, 2].map((last) => ({ host: `10.0.0.${last}`, port: 8080 }));

  test('is looked up once a minute, and again after a failed connection', async () => {
    let lookups = 0;
    const addresses = new GuideAddresses(() => Promise.resolve((lookups += 1) === 1 ? first : second), clock);
    const all = await Promise.all([addresses.of('s', 'u'), addresses.of('s', 'u')]);
    expect([all, lookups]).toEqual([[first, first], 1]);
    addresses.lost('s');
    expect([await addresses.of('s', 'u'), lookups]).toEqual([second, 2]);
    clock.time += 61_000;
    await addresses.of('s', 'u');
    expect(lookups).toBe(3);
  });

  test('is not that of an earlier seat of the same name', async () => {
    const addresses = new GuideAddresses(() => Promise.resolve((clock.time += 1) % 2 ? first : second), clock);
    expect(await addresses.of('s', 'new')).not.toEqual(await addresses.of('s', 'newer'));
  });

  test('stays while the API server does not answer', async () => {
    let isDown = false;
    const addresses = new GuideAddresses(
      () => (isDown ? Promise.reject(new Error('down')) : Promise.resolve(first)),
      clock,
    );
    await addresses.of('s', 'u');
    isDown = true;
    for (let minute = 0; minute < 3; minute++) {
      clock.time += 61_000;
      expect(await addresses.of('s', 'u')).toEqual(first);
    }
    await expect(addresses.of('other', 'u')).rejects.toThrow('down');
  });

  test('is looked up every second while there is no guide', async () => {
    let lookups = 0;
    const addresses = new GuideAddresses(() => Promise.resolve((lookups += 1) > 1 ? first : undefined), clock);
    expect(await addresses.of('s', 'u')).toBeUndefined();
    expect(await addresses.of('s', 'u')).toBeUndefined();
    clock.time += 1_001;
    expect([await addresses.of('s', 'u'), lookups]).toEqual([first, 2]);
  });
});
