import { labRequirements, shareToBuild, devclusterRequirements } from './machine-requirements.ts';
import { numbers } from './tools.ts';

test('with all parts in the cache nothing is to be built, with none everything', () => {
  expect(shareToBuild(() => true)).toBe(0);
  expect(shareToBuild(() => false)).toBe(1);
});

test('what is to be built is weighed by the time it takes', () => {
  const onlyEtcd = shareToBuild((directory) => !directory.includes('etcd'));
  expect(onlyEtcd).toBeGreaterThan(0);
  expect(onlyEtcd).toBeLessThan(0.1);
});

test('building takes more memory and disk than only starting', async () => {
  const [start, build] = await Promise.all([devclusterRequirements('a', 0), devclusterRequirements('a', 1)]);
  const total = ({ disk }: typeof start): number => disk.reduce((sum, { bytes }) => sum + bytes, 0);
  expect(build.memory.bytes).toBeGreaterThan(start.memory.bytes);
  expect(total(build) - total(start)).toBeGreaterThan(10 * 1024 ** 3);
});

test('the Kubernetes version that is needed is the chart’s own', () => {
  expect(numbers(labRequirements().kubeVersion)[0]).toBe(1);
});
