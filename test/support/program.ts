// Runs the programs of a stage and writes their output to files as soon as it appears. No program outlives the test
// run.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

/** The nice value of the lowest priority: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/nice.html */
const LOWEST_PRIORITY = '19';

const running = new Set<ChildProcess>();

export interface ProgramOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
  /** Whether the program has the lowest priority and uses only processor time that others leave. */
  readonly background?: boolean;
}

/**
 * Runs `command` and writes its standard output and error to `file`. @returns the exit code, or 1 if a signal ended the
 * program
 */
export async function runProgram(
  command: readonly [string, ...string[]],
  file: string,
  options: ProgramOptions = {},
): Promise<number> {
  const { env, background = false } = options;
  const [name, ...args] = background ? (['nice', '-n', LOWEST_PRIORITY, ...command] as const) : command;
  const output = createWriteStream(file);
  const child = spawn(name, args, {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: background,
  });
  running.add(child);
  if (background) setSessionPriority(child, LOWEST_PRIORITY);
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
 * Sets the priority of a child process and of its session. Both are needed: Linux first divides processor time between
 * sessions, and `nice` only matters within a session.
 * https://man7.org/linux/man-pages/man7/sched.7.html, "The autogroup feature"
 */
export function setSessionPriority({ pid }: ChildProcess, nice: string): void {
  try {
    writeFileSync(`/proc/${pid}/autogroup`, nice);
  } catch {
    // Other systems, and kernels without autogroups, have only nice.
  }
}

/** Registers a program that other code has started, so that `endPrograms` ends it too. */
export function endWithTheRun(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/** Ends all running programs. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGTERM');
}
