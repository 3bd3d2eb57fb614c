// The CustomResourceDefinitions for tests without a release. Files of tests run side by side and share them, so no file
// removes them: they go when all files of the stage have ended, before the next stage installs a release.
import { crds } from '../../../cdk8s/operator/crds.ts';
import { apply, hasTestCluster, kubectl, tool } from './cluster.ts';

const names = crds().map(({ metadata: { name } }) => name);

/** Installs the definitions unless the cluster has them, and waits until the API server serves them. */
export async function bringDefinitions(): Promise<void> {
  const { code } = await tool('kubectl', ['get', 'crds', ...names], { allowFailure: true });
  if (code !== 0) await apply(...crds());
  await kubectl('wait', '--for=condition=Established', '--timeout=30s', 'crds', ...names);
}

/** Removes the definitions unless they belong to a release. jest calls it after all files of the stage. */
export default async function removeDefinitions(): Promise<void> {
  if (!hasTestCluster()) return;
  const owner = '{.items[*].metadata.annotations.meta\\.helm\\.sh/release-name}';
  const owners = await kubectl('get', 'crds', ...names, '--ignore-not-found', `--output=jsonpath=${owner}`);
  if (owners.trim() === '') await kubectl('delete', 'crds', ...names, '--ignore-not-found', '--timeout=60s');
}
