// Returns what `npm run up` needs from a machine and a cluster. The figures were measured on a machine with 2 cores.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { componentDir, components } from './components/catalog.ts';
import type { ClusterNeeds, MachineNeeds } from './preflight.ts';
import { CHART } from './release.ts';
import { cacheDir, stateDir } from '../support/paths.ts';
import { run } from '../support/run.ts';

const GIB = 1024 ** 3;

/** The size of Go's build cache (6.7 GiB) and downloaded modules (3.3 GiB) after all components are built, in bytes. */
const GO_CACHES = 10 * GIB;
/** The size of the binaries (0.7 GiB), image archives (0.4 GiB) and buildah's store (0.6 GiB), in bytes. */
const OWN_CACHE = 2 * GIB;
/** The size of a running cluster's images, snapshots, etcd and logs, in bytes. */
const CLUSTER_STATE = 2 * GIB;
/** The memory of the control plane (0.7 GiB), a lab (0.3 GiB) and page cache, in bytes. */
const TO_RUN = 1.5 * GIB;
/** The memory of two Go linkers at the same time, in bytes. */
const TO_BUILD = 4 * GIB;

/** Returns the share of the build time that remains: 0 if every component is in the cache, 1 if none is. */
export function shareToBuild(isBuilt: (directory: string) => boolean = existsSync): number {
  const all = Object.values(components);
  const seconds = (some: typeof all): number => some.reduce((total, component) => total + component.cold.seconds, 0);
  return seconds(all.filter((component) => !isBuilt(componentDir(component)))) / seconds(all);
}

/**
 * Returns what the throwaway cluster `name` needs. `toBuild` is the share of the build time that remains, from 0 to 1.
 */
export async function devclusterRequirements(name: string, toBuild: number): Promise<MachineNeeds> {
  const go =
    toBuild === 0
      ? []
      : [
          {
            path: await goCache(),
            bytes: Math.ceil(GO_CACHES * toBuild),
            for: 'compiling Kubernetes and other components',
          },
        ];
  return {
    cpus: 2,
    memory:
      toBuild === 0
        ? { bytes: TO_RUN, for: 'a throwaway Kubernetes' }
        : { bytes: TO_BUILD, for: 'compiling Kubernetes' },
    disk: [
      ...go,
      ...(toBuild === 0 ? [] : [{ path: cacheDir(), bytes: OWN_CACHE, for: 'compiled components' }]),
      { path: stateDir(name), bytes: CLUSTER_STATE, for: 'the throwaway cluster' },
    ],
  };
}

async function goCache(): Promise<string> {
  const answer = await run('go', ['env', 'GOCACHE'], { env: { GOTOOLCHAIN: 'local' } }).catch(() => undefined);
  return answer?.stdout.trim() || join(homedir(), '.cache', 'go-build');
}

/**
 * Returns what the lab needs from a cluster: the resource requests with the chart's default values, and the Kubernetes
 * versions that the chart supports.
 */
export function labRequirements(): ClusterNeeds {
  const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
  const kubeVersion = /^kubeVersion: "?([^"\n]+)/m.exec(chart)?.[1] ?? '';
  return { kubeVersion, requests: { cpu: 300, memory: 400 * 1024 ** 2 } };
}
