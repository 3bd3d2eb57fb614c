// Builds the Go programs that only the tests need: Helm 3, an image registry, actionlint, and kwok, which simulates
// nodes.
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
  // Without these flags, Helm reports a wrong version of itself and assumes Kubernetes 1.20.
  ldflags: [
    `-X helm.sh/helm/v3/internal/version.version=v${HELM_3}`,
    '-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1',
    '-X helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34',
  ].join(' '),
  cold: { packages: 950, seconds: 85 },
};

const registry: Component = {
  name: 'registry',
  version: '3.1.2',
  directory: join(repoRoot, 'test', 'components', 'registry'),
  packages: ['.'],
  cold: { packages: 570, seconds: 50 },
};

const actionlint: Component = {
  name: 'actionlint',
  version: '1.7.12',
  directory: join(repoRoot, 'test', 'components', 'actionlint'),
  packages: ['github.com/rhysd/actionlint/cmd/actionlint'],
  cold: { packages: 150, seconds: 20 },
};

/** Builds actionlint if it is not in the cache. @returns the path of the program */
export async function actionlintPath(report: Progress): Promise<string> {
  await ensureBuilt([actionlint], report);
  return join(componentDir(actionlint), 'actionlint');
}

export interface TestParts {
  helm3: string;
  registry: string;
}

/** Builds the programs that are not in the cache. @returns their paths */
export async function testParts(report: Progress): Promise<TestParts> {
  await ensureBuilt([helm3, registry, kwok], report);
  return { helm3: join(componentDir(helm3), 'helm'), registry: join(componentDir(registry), 'registry') };
}
