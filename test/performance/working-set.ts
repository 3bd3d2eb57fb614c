// Measures the memory of a whole lab, pod by pod, after five minutes of visitors.
import { setTimeout as sleep } from 'node:timers/promises';
import { testCluster } from '../support/cluster/cluster.ts';
import type { Lab } from '../support/cluster/lab.ts';
import { workingSet } from '../support/cluster/pod-usage.ts';
import { MEBIBYTE } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withNamespace } from './lab.ts';

interface Load {
  /** Rounds that the visitors play in a minute. */
  readonly perMinute: number;
  /** Limit of the lab's working set, in MiB. */
  readonly atMost: number;
}

const VISITED_MS = 5 * 60_000;
const LOADS: readonly Load[] = [
  { perMinute: 30, atMost: 230 },
  { perMinute: 600, atMost: 250 },
];

export const workingSets: Benchmark = {
  name: 'working-set',
  about: 'memory of all pods of a lab after 5 minutes of visitors, at 30 and at 600 rounds a minute',
  cluster: 'lab',
  run: measureWorkingSets,
};

async function measureWorkingSets(detail: (text: string) => void): Promise<Row[]> {
  const rows: Row[] = [];
  for (const load of LOADS) rows.push(...(await measureLoad(load, detail)));
  return rows;
}

function measureLoad({ perMinute, atMost }: Load, detail: (text: string) => void): Promise<Row[]> {
  return withNamespace(`working-set-${perMinute}`, async (lab) => {
    await lab.install({ visitors: { roundsPerMinute: perMinute } });
    detail(`visitors play ${perMinute} rounds a minute for 5 minutes`);
    await sleep(VISITED_MS);
    const pods = await workingSetsOf(lab);
    const what = `working set of one lab, all pods, after 5 minutes of ${perMinute} rounds a minute`;
    return [
      { what, unit: 'MiB', value: sum(pods), bound: { atMost } },
      ...podRows(pods),
      await playedRow(lab, perMinute),
    ];
  });
}

/** Working sets of a lab's pods in MiB, by names such as `prizes-v1`. */
export type PodSizes = Readonly<Record<string, number>>;

export async function workingSetsOf(lab: Lab): Promise<PodSizes> {
  const pods = (await lab.pods()).map(({ metadata: { name, uid } }): [string, number] => [
    name.replace(/-[a-z0-9]+-[a-z0-9]{5}$/, '').slice(lab.release.length + 1),
    workingSet(testCluster().name, uid) / MEBIBYTE,
  ]);
  return Object.fromEntries(pods.sort(([one], [other]) => one.localeCompare(other)));
}

export const sum = (pods: PodSizes): number => Object.values(pods).reduce((total, size) => total + size, 0);

export const podRows = (pods: PodSizes): Row[] =>
  Object.entries(pods).map(([pod, value]) => ({ what: `  ${pod}`, unit: 'MiB', value }));

/** Counts the rounds of the last minute. With fewer than the visitors should play, the figures are not of that load. */
export async function playedRow(lab: Lab, perMinute: number): Promise<Row> {
  const log = await lab.log('arcade', 'sinceSeconds=60');
  const value = log.split('\n').filter((line) => line.includes('"round played"')).length;
  return {
    what: `  rounds in the last minute, of ${perMinute}`,
    unit: '',
    value,
    bound: { atLeast: Math.floor(0.9 * perMinute) },
  };
}
