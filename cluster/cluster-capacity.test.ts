import type { V1Namespace, V1Node, V1Pod } from '@kubernetes/client-node';
import { capacityOf } from './cluster-capacity.ts';

const MIB = 1024 ** 2;

function node(
  name: string,
  overrides: { ready?: boolean; taint?: string; unschedulable?: boolean; images?: string[] } = {},
): V1Node {
  return {
    kind: 'Node',
    metadata: { name },
    spec: {
      ...(overrides.taint === undefined ? {} : { taints: [{ key: 'k', effect: overrides.taint }] }),
      ...(overrides.unschedulable === undefined ? {} : { unschedulable: overrides.unschedulable }),
    },
    status: {
      allocatable: { cpu: '2', memory: '1000Mi' },
      conditions: [{ type: 'Ready', status: overrides.ready === false ? 'Unknown' : 'True' }],
      images: [{ names: overrides.images ?? [] }],
    },
  };
}

function pod(nodeName: string, cpu: string, memory: string, phase = 'Running'): V1Pod {
  return {
    kind: 'Pod',
    spec: {
      nodeName,
      containers: [{ name: 'a', resources: { requests: { cpu, memory } } }, { name: 'without requests' }],
    },
    status: { phase },
  };
}

function namespace(name: string, uid: string): V1Namespace {
  return { kind: 'Namespace', metadata: { name, uid } };
}

test('subtracts the requests of pods from the capacity of the nodes', () => {
  expect(capacityOf([node('a'), pod('a', '250m', '64Mi'), pod('a', '100m', '36Mi')]).free).toEqual({
    cpu: 1650,
    memory: 900 * MIB,
  });
});

test('ignores the requests of pods that have ended, and of pods on nodes that are not ready', () => {
  const items = [node('a'), node('b', { ready: false }), pod('a', '1', '500Mi', 'Succeeded'), pod('b', '1', '500Mi')];
  expect(capacityOf(items)).toMatchObject({ readyNodes: 1, free: { cpu: 2000, memory: 1000 * MIB } });
});

test.each([
  ['not ready', node('a', { ready: false })],
  ['tainted', node('a', { taint: 'NoSchedule' })],
  ['cordoned', node('a', { unschedulable: true })],
])('does not count the capacity of a node that is %s', (_, item) => {
  expect(capacityOf([item]).readyNodes).toBe(0);
});

test('counts the capacity of a node whose only taint is PreferNoSchedule', () => {
  expect(capacityOf([node('a', { taint: 'PreferNoSchedule' })]).readyNodes).toBe(1);
});

test('lists an image only if every node has it', () => {
  expect([...capacityOf([node('a', { images: ['x', 'y'] }), node('b', { images: ['y', 'z'] })]).images]).toEqual(['y']);
});

test('identifies the cluster by the uid of the namespace kube-system', () => {
  expect(capacityOf([namespace('default', '1'), namespace('kube-system', '2')]).id).toBe('2');
});
