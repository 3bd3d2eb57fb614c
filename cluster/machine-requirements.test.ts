import { labRequirements, shareToBuild, devclusterRequirements } from './machine-requirements.ts';
import { numbers } from './tools.ts';

test('returns how much of the build is left: 0 if every component is in the cache, and 1 if none is', () => {
  expect(shareToBuild(() => true)).toBe(0);
  expect(shareToBuild(() => false)).toBe(1);
});

test('counts a component that is not in the cache by its share of the total build time', () => {
  const onlyEtcd = shareToBuild((directory) => !directory.includes('etcd'));
  expect(onlyEtcd).toBeGreaterThan(0);
  expect(onlyEtcd).toBeLessThan(0.1);
});

test('requires more memory and disk space to build the cluster than to start it', async () => {
  const [start, build] = await Promise.all([devclusterRequirements('a', 0), devclusterRequirements('a', 1)]);
  const total = ({ disk }: typeof start): number => disk.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(build.memory.bytes).toBeGreaterThan(start.memory.bytes);
  expect(total(build) - total(start)).toBeGreaterThan(10 * 1024 ** 3);
});

test('reads the required Kubernetes version from the chart', () => {
  expect(numbers(labRequirements().kubeVersion)[0]).toBe(1);
});
