import { capacityCondition, capacityUnknown, fitSeats, podRequests, unscheduledPods, usageOf } from './capacity.ts';
import type { CapacityInput, PodRequirements } from './capacity.ts';
import { aNode, aPod } from './testing/fixtures.ts';
import type { Node, Pod } from '../../kubernetes/types.ts';

const MI = 2 ** 20;
const pod = (cpu: number, mi = 64): PodRequirements => ({ requests: { cpu, memory: mi * MI } });
const seats = (count: number, pods: readonly PodRequirements[]): CapacityInput['seats'] =>
  Array.from({ length: count }, (_, index) => ({ name: `s${index}`, pods }));

/** Returns how many seats fit on the nodes, and which resource is too scarce for the next seat. */
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

test("fits as many seats on an empty node as the node's CPU cores allow", () => {
  expect(fit([aNode('a')], [])).toEqual({ count: 8, resource: 'cpu' });
});

test("subtracts the requests of other pods from a node's free resources, not what these pods really use", () => {
  expect(fit([aNode('a')], [aPod('greedy', 'a', { cpu: '2', memory: '1Gi' })])).toEqual({ count: 4, resource: 'cpu' });
});

test('ignores the requests of pods that have ended or have no node', () => {
  const ended = { ...aPod('ended', 'a', { cpu: '4' }), status: { phase: 'Succeeded' } };
  const pending = { ...ended, status: { phase: 'Pending' }, spec: { containers: ended.spec.containers } };
  expect(fit([aNode('a')], [ended, pending])).toEqual({ count: 8, resource: 'cpu' });
});

test('spreads the pods of a seat over several nodes, but never splits one pod over two nodes', () => {
  const nodes = ['a', 'b'].map((name) => aNode(name, { allocatable: { cpu: '450m' } }));
  expect(fit(nodes, []).count).toBe(1);
  expect(fit(nodes, [], { seats: seats(1, [pod(500)]) }).count).toBe(0);
});

test('places no pod of a seat if only some of its pods fit on the nodes', () => {
  const { fitting, shortage } = fitSeats({
    nodes: [aNode('a', { allocatable: { cpu: '900m' } })],
    usage: usageOf([]),
    reserved: [],
    seats: seats(2, [pod(300), pod(200)]),
  });
  expect(fitting).toEqual(['s0']);
  expect(shortage).toMatchObject({ free: 400, pod: 200, seat: 500 });
});

test('places no more pods on a node than the node allows', () => {
  expect(fit([aNode('a', { allocatable: { pods: '7' } })], [aPod('one', 'a', {})])).toEqual({
    count: 3,
    resource: 'pods',
  });
});

test('reports memory as the missing resource if a node has too little of it', () => {
  expect(fit([aNode('a', { allocatable: { memory: '320Mi' } })], [])).toEqual({ count: 2, resource: 'memory' });
});

test('assumes zero for a resource that a node does not report', () => {
  expect(fit([aNode('a')], [], { seats: seats(1, [{ requests: { 'nvidia.com/gpu': 1 } }]) })).toEqual({
    count: 0,
    resource: 'nvidia.com/gpu',
  });
});

test.each([
  ['is cordoned', aNode('a', { spec: { unschedulable: true } })],
  ['isn’t Ready', aNode('a', { ready: false })],
  ['has a taint', aNode('a', { spec: { taints: [{ key: 'gpu', effect: 'NoSchedule' }] } })],
])('places no seat on a node that %s', (_, node) => {
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
])('matches the toleration %j against the taint gpu=yes:NoSchedule, so that %i seats fit', (toleration, count) => {
  const node = aNode('a', { spec: { taints: [{ key: 'gpu', value: 'yes', effect: 'NoSchedule' }] } });
  expect(fit([node], [], { seats: seats(1, [{ ...pod(100), tolerations: [toleration] }]) }).count).toBe(count);
});

test('places seats on a node whose taint has the effect PreferNoSchedule', () => {
  expect(fit([aNode('a', { spec: { taints: [{ key: 'spot', effect: 'PreferNoSchedule' }] } })], []).count).toBe(8);
});

test("places seats only on nodes that match the lab's nodeSelector", () => {
  const nodes = [aNode('a'), aNode('b', { labels: { pool: 'class' } })];
  expect(fit(nodes, [], { seats: seats(30, [{ ...pod(500), nodeSelector: { pool: 'class' } }]) }).count).toBe(8);
});

test('places the pods of seats that are being created before the pods of new seats', () => {
  expect(fit([aNode('a')], [], { reserved: [pod(1000), pod(1000)] }).count).toBe(4);
});

test('reserves nothing for a pod that fits on no node, if its seat is being created', () => {
  expect(fit([aNode('a')], [], { reserved: [pod(5000)] }).count).toBe(8);
});

test('places a thousand seats on a hundred nodes quickly', () => {
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

describe('requests of a pod', () => {
  const container = (cpu: string, restartPolicy?: string) => ({
    name: 'c',
    resources: { requests: { cpu } },
    ...(restartPolicy && { restartPolicy }),
  });

  test("computes a pod's requests as the sum of its containers and its overhead", () => {
    expect(podRequests({ containers: [container('100m'), container('50m')], overhead: { cpu: '10m' } })).toEqual({
      cpu: 160,
    });
  });

  test("takes an init container's requests for the pod if they are higher than those of the containers", () => {
    expect(
      podRequests({ containers: [container('100m')], initContainers: [container('300m'), container('200m')] }),
    ).toEqual({ cpu: 300 });
  });

  test("adds a sidecar's requests to those of the containers that start after it", () => {
    expect(
      podRequests({ containers: [container('100m')], initContainers: [container('50m', 'Always'), container('200m')] }),
    ).toEqual({ cpu: 250 });
    expect(
      podRequests({ containers: [container('300m')], initContainers: [container('200m'), container('50m', 'Always')] }),
    ).toEqual({ cpu: 350 });
  });

  test("takes the requests in the pod's own spec.resources if a pod has them", () => {
    expect(podRequests({ containers: [container('100m')], resources: { requests: { cpu: '1' } } })).toEqual({
      cpu: 1000,
    });
  });
});

test("recognizes a seat's placed pods by comparing their requests with the requests in the lab", () => {
  const need = [pod(100), pod(100), pod(200)];
  const placed = [{ cpu: 100, memory: 64 * MI, 'ephemeral-storage': 5 }, { cpu: 7 }];
  expect(unscheduledPods(need, placed)).toEqual([pod(100), pod(200)]);
  expect(unscheduledPods(need)).toEqual(need);
});

describe('the condition CapacityAvailable', () => {
  test('reports CapacityAvailable as True if all seats fit on the nodes', () => {
    expect(capacityCondition(30, 11, { fitting: seats(19, []).map(({ name }) => name) })).toMatchObject({
      status: 'True',
      reason: 'Fits',
      message: '30 of 30 seats fit on the nodes.',
    });
  });

  test('reports how many seats fit on the nodes, which resource is missing, and what to do', () => {
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
        '11 of 39 seats fit on the nodes. Not enough memory: ' +
        'a seat needs 128Mi, one of its pods needs 64Mi, and 1 node has 64Mi left in total. ' +
        'Add nodes, remove attendees or lower the requests in spec.lab. The other seats are created once they fit.',
    });
  });

  test("reports which kind of node is missing if no node accepts the lab's pods", () => {
    const fit = fitSeats({ nodes: [], usage: usageOf([]), reserved: [], seats: seats(1, [pod(100)]) });
    expect(capacityCondition(1, 0, fit).message).toMatch(
      /^0 of 1 seats fit on the nodes\. Expected a node that is Ready and schedulable/,
    );
  });

  test('reports CapacityAvailable as Unknown if the operator can not list the nodes', () => {
    expect(capacityUnknown('nodes is forbidden')).toMatchObject({
      status: 'Unknown',
      reason: 'NotReadable',
      message: expect.stringContaining('nodes is forbidden') as string,
    });
  });
});
