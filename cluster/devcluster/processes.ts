// Finds and ends the processes of a cluster by what they are, not by a remembered number that may be another's by now.
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

export interface ProcessInfo {
  pid: number;
  arguments: string[];
  /** Id in the innermost process namespace it is in (NSpid in proc_pid_status(5)). */
  innerPid: number;
  /** Device-less names of its network and mount namespaces, as `net:[4026531840]`. */
  namespaces: string[];
}

/** What there is to know about a process; `undefined` when it has ended. */
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
    return ''; // not ours to see
  }
}

export function allProcesses(proc = '/proc'): ProcessInfo[] {
  const ids = readdirSync(proc).filter((name) => /^\d+$/.test(name));
  return ids.flatMap((id) => inspect(Number(id), proc) ?? []);
}

/**
 * The processes of a cluster: those started with its marker, those in its control groups, and whatever else has entered
 * the namespaces of these.
 */
export function processesOf(marker: string, inCgroups: readonly number[], proc = '/proc'): ProcessInfo[] {
  const all = allProcesses(proc);
  const grouped = new Set(inCgroups);
  const own = all.filter(({ pid, arguments: words }) => grouped.has(pid) || words.includes(marker));
  const shared = new Set(inspect(process.pid, proc)?.namespaces);
  const namespaces = new Set(own.flatMap((process) => process.namespaces).filter((name) => !shared.has(name)));
  return all.filter((process) => own.includes(process) || process.namespaces.some((name) => namespaces.has(name)));
}

/** The first process of the cluster's namespaces, with which all others end. */
export function firstProcess(marker: string, proc = '/proc'): ProcessInfo | undefined {
  return allProcesses(proc).find(({ arguments: words, innerPid }) => words.includes(marker) && innerPid === 1);
}

/** Ends processes that can't refuse, and waits until `find` finds none. @returns what is left after `patience` milliseconds. */
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
    // it has ended meanwhile
  }
}
