// What bringing the lab up takes: figures measured on a machine with 2 cores, for the checks before anything is started.
import { existsSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { componentDir, components } from './components/catalog.ts';
import type { ClusterNeeds, MachineNeeds } from './preflight.ts';
import { CHART } from './release.ts';
import { cacheDir, stateDir } from '../support/paths.ts';
import { run } from '../support/run.ts';

const GIB = 1024 ** 3;

/** Of Go's build cache and the modules it downloads, after building every part: 6.7 GiB and 3.3 GiB. */
const GO_CACHES = 10 * GIB;
/** Binaries, image archives and buildah's store: 0.7, 0.4 and 0.6 GiB. */
const OWN_CACHE = 2 * GIB;
/** Images, their snapshots, etcd and logs of a cluster that runs. */
const CLUSTER_STATE = 2 * GIB;
/** Control plane 0.7 GiB, lab 0.3 GiB, and the page cache they need to be quick. */
const TO_RUN = 1.5 * GIB;
/** Two Go linkers at a time. */
const TO_BUILD = 4 * GIB;

/** The share of the building that is still to be done, by the time it takes: 0 when all parts are in the cache. */
export function shareToBuild(isBuilt: (directory: string) => boolean = existsSync): number {
  const all = Object.values(components);
  const seconds = (some: typeof all): number => some.reduce((total, part) => total + part.cold.seconds, 0);
  return seconds(all.filter((part) => !isBuilt(componentDir(part)))) / seconds(all);
}

/** What starting the throwaway cluster `name` takes, given what is still to be built. */
export async function devclusterRequirements(name: string, toBuild: number): Promise<MachineNeeds> {
  const go =
    toBuild === 0
      ? []
      : [{ path: await goCache(), bytes: Math.ceil(GO_CACHES * toBuild), for: 'compiling Kubernetes and the rest' }];
  return {
    cpus: 2,
    memory:
      toBuild === 0
        ? { bytes: TO_RUN, for: 'a throwaway Kubernetes' }
        : { bytes: TO_BUILD, for: 'compiling Kubernetes' },
    disk: [
      ...go,
      ...(toBuild === 0 ? [] : [{ path: cacheDir(), bytes: OWN_CACHE, for: 'what was built' }]),
      { path: stateDir(name), bytes: CLUSTER_STATE, for: 'the throwaway cluster' },
    ],
  };
}

async function goCache(): Promise<string> {
  const answer = await run('go', ['env', 'GOCACHE'], { env: { GOTOOLCHAIN: 'local' } }).catch(() => undefined);
  return answer?.stdout.trim() || join(homedir(), '.cache', 'go-build');
}

/** What the lab takes of a cluster: its requests with the chart's defaults, and the versions that the chart is for. */
export function labRequirements(): ClusterNeeds {
  const chart = readFileSync(join(CHART, 'Chart.yaml'), 'utf8');
  const kubeVersion = /^kubeVersion: "?([^"\n]+)/m.exec(chart)?.[1] ?? '';
  return { kubeVersion, requests: { cpu: 300, memory: 400 * 1024 ** 2 } };
}
