// Runs the programs of a stage: what they say goes to a file as they say it, and none outlives the test run.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The lowest priority there is: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/nice.html */
const LAST = '19';

const running = new Set<ChildProcess>();

export interface ProgramOptions {
  env?: Record<string, string>;
  onLine?: (line: string) => void;
  /** Whether it is to have only the time that others leave it. */
  unhurried?: boolean;
}

/** Runs `command` to its end, both its outputs into `file`. @returns the exit code, 1 where a signal ended it */
export async function runProgram(
  command: readonly [string, ...string[]],
  file: string,
  options: ProgramOptions = {},
): Promise<number> {
  const { env, unhurried = false } = options;
  const [name, ...args] = unhurried ? (['nice', '-n', LAST, ...command] as const) : command;
  const output = createWriteStream(file);
  const child = spawn(name, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: unhurried,
  });
  running.add(child);
  if (unhurried) setSession(child, LAST);
  for (const stream of [child.stdout, child.stderr]) {
    stream.pipe(output, { end: false });
    createInterface(stream).on('line', (line) => options.onLine?.(line));
  }
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return code ?? 1;
  } finally {
    running.delete(child);
    output.end();
  }
}

/**
 * Linux shares its time between sessions first, and heeds nice only among the processes of one: a session of its own is to be as nice as its first process.
 * https://man7.org/linux/man-pages/man7/sched.7.html, "The autogroup feature"
 */
export function setSession({ pid }: ChildProcess, nice: string): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, nice);
  } catch {
    // Not Linux, or one without this: nice will do.
  }
}

/** Has `endPrograms` end a program that was started elsewhere. */
export function endWithTheRun(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/** Ends what runs. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGTERM');
}
