// Reads how much memory and processor time a pod uses, from its control group on this machine. The working set is the
// memory in use without inactive file pages, as the kubelet computes it. The kernel can drop these pages at once.
// https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { existingCgroups } from '../../../cluster/devcluster/cgroups.ts';
import { layoutOf } from '../../../cluster/devcluster/layout.ts';

/** The names of the memory files and of the field to subtract, in versions 2 and 1 of control groups. */
const VERSIONS = [
  { usage: 'memory.current', inactive: 'inactive_file' },
  { usage: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
] as const;

/** Returns the working set of a pod on the cluster `name`, in bytes. @throws Error if the pod has no control group */
export function workingSet(name: string, uid: string): number {
  const groups = existingCgroups(layoutOf(name).cgroup).filter((group) => basename(group) === `pod${uid}`);
  const found = groups.map(bytesOf).find((bytes) => bytes !== undefined);
  if (found === undefined)
    throw new Error(
      `expected a control group of pod ${uid} that counts memory, found ${groups.join(', ') || 'no group'}`,
    );
  return found;
}

/** Returns the processor time in milliseconds that each pod on the cluster `name` has used, by the pod's uid. */
export function podTimes(name: string): ReadonlyMap<string, number> {
  const groups = existingCgroups(layoutOf(name).cgroup).filter((group) => /^pod[0-9a-f-]{36}$/.test(basename(group)));
  const times = groups.flatMap((group): [string, number][] => {
    const time = millisecondsOf(group);
    return time === undefined ? [] : [[basename(group).slice('pod'.length), time]];
  });
  return new Map(times);
}

/** Returns the processor time of a control group in milliseconds. Undefined if the group does not count it. */
export function millisecondsOf(group: string): number | undefined {
  const [first, second] = ['cpuacct.usage', 'cpu.stat'].map((file) => join(group, file));
  if (first !== undefined && existsSync(first)) return Number(readFileSync(first, 'utf8')) / 1e6;
  if (second === undefined || !existsSync(second)) return undefined;
  const microseconds = /^usage_usec (\d+)$/m.exec(readFileSync(second, 'utf8'))?.[1];
  return microseconds === undefined ? undefined : Number(microseconds) / 1000;
}

/** Returns the working set of a control group in bytes. Undefined if the group does not count memory. */
export function bytesOf(group: string): number | undefined {
  const version = VERSIONS.find(({ usage }) => existsSync(join(group, usage)));
  if (version === undefined) return undefined;
  const inactive = new RegExp(`^${version.inactive} (\\d+)$`, 'm').exec(
    readFileSync(join(group, 'memory.stat'), 'utf8'),
  )?.[1];
  return Math.max(0, Number(readFileSync(join(group, version.usage), 'utf8')) - Number(inactive ?? 0));
}
