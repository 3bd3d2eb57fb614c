// Finds and removes all parts of a cluster on this machine, also after a crash. It searches the machine and does not
// rely on records.
import { existsSync, readFileSync } from 'node:fs';
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { existingCgroups, processesIn, removeCgroups } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { killAll, processesOf } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

/** A part of a cluster that exists on the machine: a process, a control group, a mount or a directory. */
export interface Leftover {
  readonly kind: 'process' | 'mount' | 'cgroup' | 'directory';
  readonly what: string;
}

/**
 * Lists the parts of a cluster that exist on the machine. A stopped cluster has none. The cluster's network is not
 * listed, because it ends with the processes.
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

/** Ends the cluster's processes and removes its other parts. Does nothing if no part exists. */
export async function removeCluster(layout: Layout): Promise<void> {
  const left = await killAll(() => clusterProcesses(layout));
  if (left.length > 0)
    throw stillThere(
      'processes',
      left.map(({ pid, arguments: words }) => `${pid} ${words.join(' ')}`),
    );
  // The cluster's mounts have ended with its processes. A mount in this process's own mount namespace must be unmounted
  // first. Otherwise the deletion of the directory could reach the mounted files.
  for (const mount of mountsBelow(layout.dir)) await run('umount', ['--lazy', mount]);
  const mounts = mountsBelow(layout.dir);
  if (mounts.length > 0) throw stillThere('mounts', mounts);
  const groups = await removeCgroups(layout.cgroup);
  if (groups.length > 0) throw stillThere('control groups', groups);
  await run('rm', ['--recursive', '--force', '--one-file-system', layout.dir]);
}

/** Lists the processes of a cluster, also those that its clean-up must end after a crash. */
export function clusterProcesses(layout: Layout): ProcessInfo[] {
  return processesOf(layout.marker, processesIn(existingCgroups(layout.cgroup)));
}

/** Lists the mount points below a directory, innermost first. proc_pid_mountinfo(5) writes a space as \040. */
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
