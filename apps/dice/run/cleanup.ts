// Removes what a Run's code leaves behind: its child processes, and its files in /tmp.
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds to wait until killed children are gone. */
const PATIENCE = 200;

interface ProcessEntry {
  readonly pid: number;
  readonly parent: number;
  readonly isZombie: boolean;
}

/** Parses /proc/PID/stat. The name of the program is in parentheses, and may contain anything. */
function entryOf(pid: number): ProcessEntry | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { pid, parent: Number(parent), isZombie: state === 'Z' };
  } catch {
    return undefined;
  }
}

function processes(): ProcessEntry[] {
  try {
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    return pids.map((pid) => entryOf(Number(pid))).filter((entry) => entry !== undefined);
  } catch {
    return [];
  }
}

/**
 * Returns the ids of all processes below this one. In a container this process has the id 1, so those whose parent has
 * ended are below it, too. A shell of `kubectl exec` is not.
 */
export const descendants = (): number[] =>
  below()
    .filter(({ isZombie }) => !isZombie)
    .map(({ pid }) => pid);

/** Returns all processes below this one, with those that have ended and that Node has not reaped. */
function below(): ProcessEntry[] {
  const all = processes();
  const of = (parent: number): ProcessEntry[] =>
    all.filter((entry) => entry.parent === parent).flatMap((entry) => [entry, ...of(entry.pid)]);
  return of(process.pid);
}

/** Kills all processes below this one. */
export function killChildren(): void {
  for (const pid of descendants()) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
}

/** Kills all processes below this one, and waits a little, so that Node reaps its own children. */
export async function endChildren(): Promise<void> {
  killChildren();
  for (const end = Date.now() + PATIENCE; below().length > 0 && Date.now() < end; await delay(10)) killChildren();
}

/** Removes all files in a folder that the learner's code may write. Leaves out what can't be removed. */
export function emptyFolder(path: string | undefined): void {
  if (!path) return;
  for (const name of readdirSync(path)) {
    try {
      rmSync(join(path, name), { recursive: true, force: true });
    } catch {
      // It is somebody else's.
    }
  }
}
