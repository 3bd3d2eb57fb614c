// What only the tests need and no package registry has as a program: Helm 3, a registry to push images to, and kwok, which plays nodes.
import { join } from 'node:path';
import { repoRoot } from '../../../support/paths.ts';
import { ensureBuilt } from '../../../cluster/components/build.ts';
import { componentDir } from '../../../cluster/components/catalog.ts';
import type { Component } from '../../../cluster/components/catalog.ts';
import type { Progress } from '../../../support/progress.ts';
import { kwok } from './kwok.ts';

const HELM_3 = '3.19.5';

const helm3: Component = {
  name: 'helm3',
  version: HELM_3,
  directory: join(repoRoot, 'test', 'components', 'helm3'),
  packages: ['helm.sh/helm/v3/cmd/helm'],
  // Without these it takes itself for another version, and the cluster for a Kubernetes 1.20.
  ldflags: `-X helm.sh/helm/v3/internal/version.version=v${HELM_3} -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34`,
  cold: { packages: 950, seconds: 85 },
};

const registry: Component = {
  name: 'registry',
  version: '3.1.2',
  directory: join(repoRoot, 'test', 'components', 'registry'),
  packages: ['.'],
  cold: { packages: 570, seconds: 50 },
};

export interface TestParts {
  helm3: string;
  registry: string;
}

/** Builds what the cache lacks, and gives the paths of the programs. */
export async function testParts(report: Progress): Promise<TestParts> {
  await ensureBuilt([helm3, registry, kwok], report);
  return { helm3: join(componentDir(helm3), 'helm'), registry: join(componentDir(registry), 'registry') };
}
