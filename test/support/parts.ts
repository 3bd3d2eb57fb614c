// What only the tests need and no package registry has as a program: Helm 3, a registry to push images to, and kwok, which plays nodes.
import { join } from 'node:path';
import { ensureBuilt } from '../../cluster/parts/build.ts';
import { partDir } from '../../cluster/parts/parts.ts';
import type { Part } from '../../cluster/parts/parts.ts';
import type { Progress } from '../../cluster/support/progress.ts';
import { kwok } from './kwok.ts';

const HELM_3 = '3.19.5';

const helm3: Part = {
  name: 'helm3',
  version: HELM_3,
  directory: join(import.meta.dirname, '..', 'parts', 'helm3'),
  packages: ['helm.sh/helm/v3/cmd/helm'],
  // Without these it takes itself for another version, and the cluster for a Kubernetes 1.20.
  ldflags: `-X helm.sh/helm/v3/internal/version.version=v${HELM_3} -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1 -X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34`,
  cold: { packages: 950, seconds: 85 },
};

const registry: Part = {
  name: 'registry',
  version: '3.1.2',
  directory: join(import.meta.dirname, '..', 'parts', 'registry'),
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
  return { helm3: join(partDir(helm3), 'helm'), registry: join(partDir(registry), 'registry') };
}
