// Finds and removes whatever of a cluster is on the machine, also after a crash: by looking at the machine, not at notes.
import { existsSync, readFileSync } from 'node:fs';
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import { existingCgroups, processesIn, removeCgroups } from './cgroups.ts';
import type { Layout } from './layout.ts';
import { killAll, processesOf } from './processes.ts';
import type { ProcessInfo } from './processes.ts';

/** Something of a cluster that is on the machine. */
export interface Leftover {
  kind: 'process' | 'mount' | 'cgroup' | 'directory';
  what: string;
}

/** All there is of a cluster: of a running one a lot, of one that was stopped nothing. Its network lives with its processes. */
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

/** Ends the cluster's processes and removes all else of it. Does nothing when there is nothing. */
export async function removeCluster(layout: Layout): Promise<void> {
  const left = await killAll(() => clusterProcesses(layout));
  if (left.length > 0)
    throw stillThere(
      'processes',
      left.map(({ pid, arguments: words }) => `${pid} ${words.join(' ')}`),
    );
  // Its mounts are in a namespace that ended with its processes. Should one be in ours, nothing may be deleted through it.
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

/** Mount points below a directory, the innermost first (proc_pid_mountinfo(5), where a space is written \040). */
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
