// Runs the programs of a stage: what they say goes to a file as they say it, and none outlives the test run.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

const running = new Set<ChildProcess>();

export interface ProgramOptions {
  env?: Record<string, string>;
  onLine?: (line: string) => void;
}

/** Runs `command` to its end, both its outputs into `file`. @returns the exit code, 1 where a signal ended it */
export async function runProgram(command: readonly [string, ...string[]], file: string, options: ProgramOptions = {}): Promise<number> {
  const [name, ...args] = command;
  const output = createWriteStream(file);
  const child = spawn(name, args, { env: { ...process.env, ...options.env }, stdio: ['ignore', 'pipe', 'pipe'] });
  running.add(child);
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

/** Has `endPrograms` end a program that was started elsewhere. */
export function endWithTheRun(child: ChildProcess): void {
  running.add(child);
  child.once('close', () => running.delete(child));
}

/** Ends what runs. */
export function endPrograms(): void {
  for (const child of running) child.kill('SIGTERM');
}
