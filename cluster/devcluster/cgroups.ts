// Creates, lists and removes the cluster's control groups. All processes of the cluster are in these groups, including
// those of pods. So the groups show which processes are left after a crash.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const CONTROLLERS_WANTED = ['cpu', 'cpuset', 'io', 'memory', 'pids'];

/** Lists the mount points of the control group hierarchies, of versions 1 and 2 (proc_pid_mountinfo(5)). */
export function hierarchies(mountinfo: string = readFileSync('/proc/self/mountinfo', 'utf8')): string[] {
  const found = mountinfo.split('\n').flatMap((line) => {
    const [, , , , mountPoint, , ...rest] = line.split(' ');
    const type = rest[rest.indexOf('-') + 1];
    return mountPoint !== undefined && (type === 'cgroup' || type === 'cgroup2') ? [mountPoint] : [];
  });
  return [...new Set(found)];
}

/**
 * Creates the cluster's control group in each hierarchy. @returns the groups that the cluster's processes should join
 */
export async function createCgroups(cgroup: string, roots: readonly string[] = hierarchies()): Promise<string[]> {
  const groups: string[] = [];
  for (const root of roots) {
    let group = root;
    for (const segment of [...cgroup.split('/'), 'system']) {
      await delegate(group);
      group = join(group, segment);
      await mkdir(group, { recursive: true });
      await copyCpuset(group);
    }
    groups.push(group);
  }
  return groups;
}

/**
 * Enables the controllers of a control group for its child groups, so that these can have limits. Only version 2 needs
 * this.
 */
async function delegate(group: string): Promise<void> {
  if (!existsSync(join(group, 'cgroup.controllers'))) return;
  const available = (await readFile(join(group, 'cgroup.controllers'), 'utf8')).trim().split(' ');
  for (const controller of CONTROLLERS_WANTED.filter((name) => available.includes(name))) {
    await writeFile(join(group, 'cgroup.subtree_control'), `+${controller}`);
  }
}

/**
 * Copies the parent group's list of CPUs to a new cpuset group. The new group has no CPUs at first, and then no process
 * can join it. Only version 1 needs this.
 */
async function copyCpuset(group: string): Promise<void> {
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    const path = join(group, file);
    if (!existsSync(path) || existsSync(join(group, 'cgroup.controllers'))) continue;
    if ((await readFile(path, 'utf8')).trim() === '')
      await writeFile(path, await readFile(join(dirname(group), file), 'utf8'));
  }
}

/** Lists the cluster's existing control groups, children before parents. */
export function existingCgroups(cgroup: string, roots: readonly string[] = hierarchies()): string[] {
  return roots.map((root) => join(root, cgroup)).flatMap(withChildren);
}

function withChildren(group: string): string[] {
  if (!existsSync(group)) return [];
  try {
    const children = readdirSync(group, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return [...children.flatMap((entry) => withChildren(join(group, entry.name))), group];
  } catch {
    return []; // the group was removed in the meantime
  }
}

/** Lists the ids of the processes in control groups. The ids are those of this process's PID namespace. */
export function processesIn(groups: readonly string[]): number[] {
  const ids = groups.flatMap((group) => {
    try {
      return readFileSync(join(group, 'cgroup.procs'), 'utf8').split('\n').filter(Boolean).map(Number);
    } catch {
      return []; // the group was removed in the meantime
    }
  });
  return [...new Set(ids)];
}

/**
 * Removes the cluster's control groups. Removes their parent group too if no other cluster uses it. Waits for the
 * groups to empty, because a killed process takes a moment to leave its group.
 * @returns the groups that still exist after `patience` milliseconds
 */
export async function removeCgroups(
  cgroup: string,
  roots: readonly string[] = hierarchies(),
  patience = 10_000,
): Promise<string[]> {
  const until = Date.now() + patience;
  for (;;) {
    for (const group of existingCgroups(cgroup, roots)) await removeIfEmpty(group);
    const left = existingCgroups(cgroup, roots);
    if (left.length > 0 && Date.now() < until) {
      await sleep(50);
      continue;
    }
    for (const root of roots) await removeIfEmpty(dirname(join(root, cgroup)));
    return left;
  }
}

async function removeIfEmpty(group: string): Promise<void> {
  await rmdir(group).catch((error: NodeJS.ErrnoException) => {
    if (!['ENOENT', 'EBUSY', 'ENOTEMPTY'].includes(error.code ?? '')) throw error;
  });
}
