// The working set of a pod, read from its control group on this machine. The kubelet counts the same: memory in use
// without file pages that can be dropped at once.
// https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/
import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { existingCgroups } from '../../../cluster/devcluster/cgroups.ts';
import { layoutOf } from '../../../cluster/devcluster/layout.ts';

/** Names of the files and of the field, in versions 2 and 1 of control groups. */
const VERSIONS = [
  { usage: 'memory.current', inactive: 'inactive_file' },
  { usage: 'memory.usage_in_bytes', inactive: 'total_inactive_file' },
] as const;

/** Bytes of the pod with this uid on the cluster `name`. @throws Error if it has no control group */
export function workingSet(name: string, uid: string): number {
  const groups = existingCgroups(layoutOf(name).cgroup).filter((group) => basename(group) === `pod${uid}`);
  const found = groups.map(bytesOf).find((bytes) => bytes !== undefined);
  if (found === undefined)
    throw new Error(`no control group of pod ${uid} counts memory; looked at ${groups.join(', ') || 'none'}`);
  return found;
}

/** Bytes of a control group. Undefined if it does not count memory. */
export function bytesOf(group: string): number | undefined {
  const version = VERSIONS.find(({ usage }) => existsSync(join(group, usage)));
  if (version === undefined) return undefined;
  const inactive = new RegExp(`^${version.inactive} (\\d+)$`, 'm').exec(
    readFileSync(join(group, 'memory.stat'), 'utf8'),
  )?.[1];
  return Math.max(0, Number(readFileSync(join(group, version.usage), 'utf8')) - Number(inactive ?? 0));
}
