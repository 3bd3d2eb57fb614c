import { labRequirements, shareToBuild, devclusterRequirements } from './machine-requirements.ts';
import { numbers } from './tools.ts';

test('counts nothing to build with every component in the cache, and everything with none', () => {
  expect(shareToBuild(() => true)).toBe(0);
  expect(shareToBuild(() => false)).toBe(1);
});

test('weighs what is to be built by its build time', () => {
  const onlyEtcd = shareToBuild((directory) => !directory.includes('etcd'));
  expect(onlyEtcd).toBeGreaterThan(0);
  expect(onlyEtcd).toBeLessThan(0.1);
});

test('asks for more memory and disk to build than to start', async () => {
  const [start, build] = await Promise.all([devclusterRequirements('a', 0), devclusterRequirements('a', 1)]);
  const total = ({ disk }: typeof start): number => disk.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(build.memory.bytes).toBeGreaterThan(start.memory.bytes);
  expect(total(build) - total(start)).toBeGreaterThan(10 * 1024 ** 3);
});

test('reads the required Kubernetes version from the chart', () => {
  expect(numbers(labRequirements().kubeVersion)[0]).toBe(1);
});
