// Finds and ends the processes of a cluster by their properties. It does not use recorded process ids, because a
// recorded id may belong to another program by now.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessInfo {
  readonly pid: number;
  readonly arguments: readonly string[];
  /** The process's id in its innermost process namespace (NSpid in proc_pid_status(5)). */
  readonly innerPid: number;
  /** The names of the process's network and mount namespaces, such as `net:[4026531840]`. */
  readonly namespaces: readonly string[];
}

/** Reads information about a process. Undefined if the process has ended. */
export function inspect(pid: number, proc = '/proc'): ProcessInfo | undefined {
  try {
    const status = readFileSync(join(proc, String(pid), 'status'), 'utf8');
    if (/^State:\s+[ZX]/m.test(status)) return undefined;
    return {
      pid,
      arguments: readFileSync(join(proc, String(pid), 'cmdline'), 'utf8')
        .split('\0')
        .slice(0, -1),
      innerPid: Number(/^NSpid:.*\s(\d+)$/m.exec(status)?.[1] ?? pid),
      namespaces: ['net', 'mnt'].map((kind) => namespaceOf(pid, kind, proc)).filter((name) => name !== ''),
    };
  } catch {
    return undefined;
  }
}

function namespaceOf(pid: number, kind: string, proc: string): string {
  try {
    return readlinkSync(join(proc, String(pid), 'ns', kind));
  } catch {
    return ''; // this user may not read it
  }
}

export function allProcesses(proc = '/proc'): ProcessInfo[] {
  const ids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => inspect(Number(id), proc) ?? []);
}

/**
 * Lists the processes of a cluster. They are the processes that have the cluster's marker as an argument, those in the
 * cluster's control groups, and all others that share a Linux namespace with one of these.
 */
export function processesOf(marker: string, inCgroups: readonly number[], proc = '/proc'): ProcessInfo[] {
  const all = allProcesses(proc);
  const grouped = new Set(inCgroups);
  const own = all.filter(({ pid, arguments: words }) => grouped.has(pid) || words.includes(marker));
  const shared = new Set(inspect(process.pid, proc)?.namespaces);
  const namespaces = new Set(own.flatMap((process) => process.namespaces).filter((name) => !shared.has(name)));
  return all.filter((process) => own.includes(process) || process.namespaces.some((name) => namespaces.has(name)));
}

/** Finds the first process in the cluster's namespaces. When it ends, the kernel ends all other processes. */
export function firstProcess(marker: string, proc = '/proc'): ProcessInfo | undefined {
  return allProcesses(proc).find(({ arguments: words, innerPid }) => words.includes(marker) && innerPid === 1);
}

/** Kills processes until `find` finds none. @returns the processes that still exist after `patience` milliseconds */
export async function killAll(find: () => ProcessInfo[], patience = 30_000): Promise<ProcessInfo[]> {
  const until = Date.now() + patience;
  for (let left = find(); ; left = find()) {
    if (left.length === 0 || Date.now() > until) return left;
    for (const { pid } of left) kill(pid);
    await sleep(50);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // The process has ended in the meantime.
  }
}
