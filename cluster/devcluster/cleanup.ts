// Finds and removes what is on the machine of a cluster, also after a crash. It looks at the machine and trusts no
// records.
import { existsSync, readFileSync } from 'node:fs';
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { existingCgroups, processesIn, removeCgroups } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { killAll, processesOf } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

/** Something on the machine that belongs to a cluster. */
export interface Leftover {
  readonly kind: 'process' | 'mount' | 'cgroup' | 'directory';
  readonly what: string;
}

/**
 * Everything on the machine that belongs to a cluster. A stopped cluster has nothing. The network ends with the
 * processes.
 */
export function findLeftovers(layout: Layout): Leftover[] {
  return [
    ...clusterProcesses(layout).map(({ pid, arguments: words }) => ({
      kind: 'process' as const,
      what: `${pid} ${words.join(' ')}`,
    })),
    ...mountsBelow(layout.dir).map((what) => ({ kind: 'mount' as const, what })),
    ...existingCgroups(layout.cgroup).map((what) => ({ kind: 'cgroup' as const, what })),
    ...(existsSync(layout.dir) ? [{ kind: 'directory' as const, what: layout.dir }] : []),
  ];
}

/** Ends the cluster's processes and removes everything else. Does nothing when there is nothing. */
export async function removeCluster(layout: Layout): Promise<void> {
  const left = await killAll(() => clusterProcesses(layout));
  if (left.length > 0)
    throw stillThere(
      'processes',
      left.map(({ pid, arguments: words }) => `${pid} ${words.join(' ')}`),
    );
  // Its mounts ended with its processes. If one is in our namespace, unmount it, so that nothing is deleted through it.
  for (const mount of mountsBelow(layout.dir)) await run('umount', ['--lazy', mount]);
  const mounts = mountsBelow(layout.dir);
  if (mounts.length > 0) throw stillThere('mounts', mounts);
  const groups = await removeCgroups(layout.cgroup);
  if (groups.length > 0) throw stillThere('control groups', groups);
  await run('rm', ['--recursive', '--force', '--one-file-system', layout.dir]);
}

function clusterProcesses(layout: Layout): ProcessInfo[] {
  return processesOf(layout.marker, processesIn(existingCgroups(layout.cgroup)));
}

/** The mount points below a directory, innermost first. proc_pid_mountinfo(5) writes a space as \040. */
export function mountsBelow(
  directory: string,
  mountinfo: string = readFileSync('/proc/self/mountinfo', 'utf8'),
): string[] {
  const points = mountinfo
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replace(/\\(\d{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8))),
    );
  return points.filter((point) => point.startsWith(`${directory}/`)).toReversed();
}

function stillThere(kind: string, what: readonly string[]): UserError {
  return new UserError(`The throwaway cluster's ${kind} could not be removed.`, {
    expected: `no ${kind} left`,
    found: what.join('\n'),
    todo: ['Run this again.', 'Restart the machine; then run this again.'],
  });
}
