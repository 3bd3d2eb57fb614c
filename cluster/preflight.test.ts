import { clusterMisses, machineMisses, readMachine, throwMisses } from './preflight.ts';
import type { ClusterFacts, ClusterNeeds, MachineFacts, MachineNeeds } from './preflight.ts';
import { UserError } from '../support/errors.ts';

const GIB = 1024 ** 3;

const needs: MachineNeeds = {
  cpus: 2,
  memory: { bytes: 2 * GIB, for: 'a throwaway Kubernetes' },
  disk: [
    { path: '/cache', bytes: 10 * GIB, for: 'compiling' },
    { path: '/state', bytes: 2 * GIB, for: 'images' },
  ],
};

function machine(overrides: Partial<MachineFacts> = {}): MachineFacts {
  const disk = { fileSystem: 'a', free: 12 * GIB };
  return { cpus: 2, memoryAvailable: 2 * GIB, disks: { '/cache': disk, '/state': disk }, ...overrides };
}

test('accepts a machine that has exactly the required resources', () => {
  expect(machineMisses(machine(), needs)).toEqual([]);
});

test('refuses a machine with one CPU', () => {
  expect(machineMisses(machine({ cpus: 1 }), needs)).toMatchObject([{ advice: { expected: '2 CPUs', found: '1' } }]);
});

test('reports how much memory is needed, for what, and how much is available', () => {
  expect(machineMisses(machine({ memoryAvailable: 0.5 * GIB }), needs)).toMatchObject([
    { advice: { expected: '2.0 GiB available, for a throwaway Kubernetes', found: '512 MiB available' } },
  ]);
});

test('adds up the disk space that two directories on one disk need', () => {
  const disk = { fileSystem: 'a', free: 11 * GIB };
  expect(machineMisses(machine({ disks: { '/cache': disk, '/state': disk } }), needs)).toMatchObject([
    {
      advice: {
        expected: '12.0 GiB free: 10.0 GiB in /cache for compiling, 2.0 GiB in /state for images',
        found: '11.0 GiB free',
      },
    },
  ]);
});

test('checks the disk space of two directories on two disks separately', () => {
  const disks = { '/cache': { fileSystem: 'a', free: 11 * GIB }, '/state': { fileSystem: 'b', free: GIB } };
  expect(machineMisses(machine({ disks }), needs)).toMatchObject([
    { advice: { expected: '2.0 GiB free: 2.0 GiB in /state for images', found: '1.0 GiB free' } },
  ]);
});

test('reports all missing resources at once', () => {
  const misses = machineMisses(machine({ cpus: 1, memoryAvailable: 0 }), needs);
  expect(() => throwMisses(misses)).toThrow(
    'This machine has too few CPUs for the lab. This machine has too little available memory.',
  );
  expect(() => throwMisses(misses.slice(1))).toThrow(UserError);
  expect(() => throwMisses([])).not.toThrow();
});

const wanted: ClusterNeeds = { kubeVersion: '>=1.29.0-0', requests: { cpu: 300, memory: 300 * 1024 ** 2 } };

function cluster(overrides: Partial<ClusterFacts> = {}): ClusterFacts {
  return { version: 'v1.34.4', readyNodes: 1, free: { cpu: 300, memory: 300 * 1024 ** 2 }, ...overrides };
}

test.each([
  ['v1.29.0', 0],
  ['v1.29.15-eks-1', 0],
  ['v1.34.4+k3s1', 0],
  ['v2.0.0', 0],
  ['v1.28.9', 1],
  ['v0.99.0', 1],
  ['', 1],
])('checks Kubernetes "%s" against the chart\'s kubeVersion >=1.29: %i errors', (version, count) => {
  expect(clusterMisses(cluster({ version }), wanted)).toHaveLength(count);
});

test('reports only the missing node if no node is ready', () => {
  const misses = clusterMisses(cluster({ readyNodes: 0, free: { cpu: 0, memory: 0 } }), wanted);
  expect(misses.map((miss) => miss.message)).toEqual(['The Kubernetes cluster has no ready node.']);
});

test.each([
  ['CPU', { cpu: 299, memory: GIB }, '299m CPU and 1.0 GiB'],
  ['memory', { cpu: 4000, memory: 100 * 1024 ** 2 }, '4000m CPU and 100 MiB'],
])('reports that the nodes have too little %s, with the expected and found values', (_, free, found) => {
  expect(clusterMisses(cluster({ free }), wanted)).toMatchObject([
    { advice: { expected: '300m CPU and 300 MiB of memory not yet requested by other pods', found } },
  ]);
});

test.each([
  [undefined, 'give it more CPU and memory'],
  ['Docker Desktop: Settings, Resources', 'give it more CPU and memory (Docker Desktop: Settings, Resources)'],
])('says how to resize the cluster, if the product has the hint %s', (resize, todo) => {
  const [miss] = clusterMisses(cluster({ free: { cpu: 0, memory: 0 }, resize }), wanted);
  expect(miss?.advice.todo).toContain(todo);
});

test('measures the disk of a directory that does not exist yet', async () => {
  const facts = await readMachine({ ...needs, disk: [{ path: '/tmp/not/there/yet', bytes: 1, for: 'x' }] });
  expect(facts.disks['/tmp/not/there/yet']?.free).toBeGreaterThan(0);
  expect(facts.memoryAvailable).toBeGreaterThan(0);
});
