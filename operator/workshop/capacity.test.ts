import { capacityCondition, capacityUnknown, fitSeats, podRequests, stillToPlace, usageOf } from './capacity.ts';
import type { CapacityInput, PodRequirements } from './capacity.ts';
import { aNode, aPod } from './testing/fixtures.ts';
import type { Node, Pod } from '../../kubernetes/types.ts';

const MI = 2 ** 20;
const pod = (cpu: number, mi = 64): PodRequirements => ({ requests: { cpu, memory: mi * MI } });
const seats = (count: number, pods: readonly PodRequirements[]): CapacityInput['seats'] =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index}`, pods }));

/** How many seats fit, and what is short. */
function fit(
  nodes: readonly Node[],
  pods: readonly Pod[],
  more: Partial<CapacityInput> = {},
): { count: number; resource: string | undefined } {
  const { fitting, shortage } = fitSeats({
    nodes,
    usage: usageOf(pods),
    reserved: [],
    seats: seats(30, [pod(300), pod(200)]),
    ...more,
  });
  return { count: fitting.length, resource: shortage?.resource };
}

test('an empty node takes as many seats as it has cores for', () => {
  expect(fit([aNode('a')], [])).toEqual({ count: 8, resource: 'cpu' });
});

test('what other pods request is not free, whether they use it or not', () => {
  expect(fit([aNode('a')], [aPod('greedy', 'a', { cpu: '2', memory: '1Gi' })])).toEqual({ count: 4, resource: 'cpu' });
});

test('pods that have ended, or have no node, take nothing', () => {
  const ended = { ...aPod('ended', 'a', { cpu: '4' }), status: { phase: 'Succeeded' } };
  const pending = { ...ended, status: { phase: 'Pending' }, spec: { containers: ended.spec.containers } };
  expect(fit([aNode('a')], [ended, pending])).toEqual({ count: 8, resource: 'cpu' });
});

test('a seat’s pods may be on several nodes, but no pod is divided', () => {
  const nodes = ['a', 'b'].map((name) => aNode(name, { allocatable: { cpu: '450m' } }));
  expect(fit(nodes, []).count).toBe(1);
  expect(fit(nodes, [], { seats: seats(1, [pod(500)]) }).count).toBe(0);
});

test('a seat fits whole or not at all, and leaves nothing behind for the next', () => {
  const { fitting, shortage } = fitSeats({
    nodes: [aNode('a', { allocatable: { cpu: '900m' } })],
    usage: usageOf([]),
    reserved: [],
    seats: seats(2, [pod(300), pod(200)]),
  });
  expect(fitting).toEqual(['s0']);
  expect(shortage).toMatchObject({ free: 400, pod: 200, seat: 500 });
});

test('a node takes only so many pods', () => {
  expect(fit([aNode('a', { allocatable: { pods: '7' } })], [aPod('one', 'a', {})])).toEqual({
    count: 3,
    resource: 'pods',
  });
});

test('memory can be what is short', () => {
  expect(fit([aNode('a', { allocatable: { memory: '320Mi' } })], [])).toEqual({ count: 2, resource: 'memory' });
});

test('a resource that a node doesn’t have it has none of', () => {
  expect(fit([aNode('a')], [], { seats: seats(1, [{ requests: { 'nvidia.com/gpu': 1 } }]) })).toEqual({
    count: 0,
    resource: 'nvidia.com/gpu',
  });
});

test.each([
  ['is cordoned', aNode('a', { spec: { unschedulable: true } })],
  ['isn’t Ready', aNode('a', { ready: false })],
  ['has a taint', aNode('a', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })],
])('a node that %s takes none', (_, node) => {
  const { fitting, shortage } = fitSeats({
    nodes: [node],
    usage: usageOf([]),
    reserved: [],
    seats: seats(1, [pod(100)]),
  });
  expect([fitting, shortage?.nodes]).toEqual([[], 0]);
});

test.each([
  [{ key: 'gpu', operator: 'Exists' }, 1],
  [{ operator: 'Exists' }, 1],
  [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }, 1],
  [{ key: 'gpu', value: 'no' }, 0],
  [{ key: 'gpu', operator: 'Exists', effect: 'NoExecute' }, 0],
  [{ key: 'cpu', operator: 'Exists' }, 0],
])('with the toleration %j a tainted node takes %i', (toleration, count) => {
  const node = aNode('a', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } });
  expect(fit([node], [], { seats: seats(1, [{ ...pod(100), tolerations: [toleration] }]) }).count).toBe(count);
});

test('a taint that only prefers others keeps nothing away', () => {
  expect(fit([aNode('a', { spec: { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] } })], []).count).toBe(8);
});

test('only nodes with the labels of the nodeSelector count', () => {
  const nodes = [aNode('a'), aNode('b', { labels: { pool: 'class' } })];
  expect(fit(nodes, [], { seats: seats(30, [{ ...pod(500), nodeSelector: { pool: 'class' } }]) }).count).toBe(8);
});

test('pods of seats that are being made are placed before those of new seats', () => {
  expect(fit([aNode('a')], [], { reserved: [pod(1000), pod(1000)] }).count).toBe(4);
});

test('a reserved pod that fits nowhere takes nothing', () => {
  expect(fit([aNode('a')], [], { reserved: [pod(5000)] }).count).toBe(8);
});

test('a hundred nodes and a thousand seats take no time that is felt', () => {
  const nodes = Array.from({ length: 100 }, (_, index) => aNode(`n${index}`));
  const began = performance.now();
  const { fitting } = fitSeats({
    nodes,
    usage: usageOf([]),
    reserved: [],
    seats: seats(
      1000,
      Array.from({ length: 8 }, () => pod(40)),
    ),
  });
  expect(fitting).toHaveLength(1000);
  expect(performance.now() - began).toBeLessThan(2000);
});

describe('what a pod requests', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy && { restartPolicy }),
  });

  test('is the sum of its containers, and its overhead', () => {
    expect(podRequests({ containers: [container('100m'), container('50m')], overhead: { cpu: '10m' } })).toEqual({
      cpu: 160,
    });
  });

  test('is what an init container needs, where that is more', () => {
    expect(
      podRequests({ containers: [container('100m')], initContainers: [container('300m'), container('200m')] }),
    ).toEqual({ cpu: 300 });
  });

  test('is what sidecars need beside all that comes after them', () => {
    expect(
      podRequests({ containers: [container('100m')], initContainers: [container('50m', 'Always'), container('200m')] }),
    ).toEqual({ cpu: 250 });
    expect(
      podRequests({ containers: [container('300m')], initContainers: [container('200m'), container('50m', 'Always')] }),
    ).toEqual({ cpu: 350 });
  });

  test('is what is said for the pod as a whole, where that is said', () => {
    expect(podRequests({ containers: [container('100m')], resources: { requests: { cpu: '1' } } })).toEqual({
      cpu: 1000,
    });
  });
});

test('the pods of a seat that have a node are told by what they request, and by nothing that was added to it', () => {
  const need = [pod(100), pod(100), pod(200)];
  const placed = [{ cpu: 100, memory: 64 * MI, 'ephemeral-storage': 5 }, { cpu: 7 }];
  expect(stillToPlace(need, placed)).toEqual([pod(100), pod(200)]);
  expect(stillToPlace(need)).toEqual(need);
});

describe('what is said of it', () => {
  test('all fit', () => {
    expect(capacityCondition(30, 11, { fitting: seats(19, []).map(({ name }) => name) })).toMatchObject({
      status: 'True',
      reason: 'Fits',
      message: 'Fits 30 of 30 seats.',
    });
  });

  test('some fit: how many, what is short, and what to do', () => {
    const fit = fitSeats({
      nodes: [aNode('a', { allocatable: { memory: '320Mi' } })],
      usage: usageOf([]),
      reserved: [],
      seats: seats(30, [pod(300), pod(200)]),
    });
    expect(capacityCondition(39, 9, fit)).toEqual({
      type: 'CapacityAvailable',
      status: 'False',
      reason: 'InsufficientCapacity',
      message:
        'Fits 11 of 39 seats. Short of memory: a seat needs 128Mi, one of its pods 64Mi, and what is free on 1 node is 64Mi in all. ' +
        'Add nodes, remove attendees or lower the requests in spec.lab; the others follow by themselves once there is room.',
    });
  });

  test('no node takes the pods', () => {
    const fit = fitSeats({ nodes: [], usage: usageOf([]), reserved: [], seats: seats(1, [pod(100)]) });
    expect(capacityCondition(1, 0, fit).message).toMatch(
      /^Fits 0 of 1 seats\. No node takes its pods: expected one that is Ready and schedulable/,
    );
  });

  test('nothing can be told', () => {
    expect(capacityUnknown('nodes is forbidden')).toMatchObject({
      status: 'Unknown',
      reason: 'NotReadable',
      message: expect.stringContaining('nodes is forbidden') as string,
    });
  });
});
