// Runs another program, collects its output, and turns a failure into an error that shows the output.
import { execFile } from 'node:child_process';
import type { ExecFileException } from 'node:child_process';
import { createInterface } from 'node:readline';
import { PassThrough, Readable } from 'node:stream';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from './errors.ts';

export interface RunOptions {
  readonly cwd?: string;
  /** Variables to add to this process's environment. `undefined` removes a variable. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** What the program reads from its standard input, which is empty by default. */
  readonly input?: string | Uint8Array | Readable;
  /**
   * How long the program may run, in milliseconds. After this time, the program is killed and `run` throws an error.
   */
  readonly timeout?: number;
  /** Sends SIGTERM to the program when this signal is aborted. The program may still print and choose its exit code. */
  readonly signal?: AbortSignal;
  /**
   * If true, `run` doesn't throw an error when the program exits with a non-zero code. `run` then returns the code. It
   * still throws an error if the program is missing or takes too long.
   */
  readonly allowFailure?: boolean;
  /** Called with each line of standard output and standard error while the program runs. */
  readonly onLine?: (line: string) => void;
}

export interface RunResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

/** The error for a program that failed. `result` holds the output of the program. */
export class CommandError extends UserError {
  readonly result: RunResult;

  constructor(message: string, found: string, todo: string, result: RunResult) {
    super(message, { expected: 'exit code 0', found, todo });
    this.name = 'CommandError';
    this.result = result;
  }
}

/**
 * Runs `command` without a shell and waits until it has ended.
 * @throws UserError if the program does not exist, CommandError if it fails or takes longer than `timeout`
 */
export function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const { cwd, input = '', timeout, signal, onLine } = options;
  const env = { ...process.env, ...options.env };
  return new Promise((resolve, reject) => {
    const limits = { timeout, killSignal: 'SIGKILL', maxBuffer: Infinity } as const;
    const child = execFile(command, args, { cwd, env, ...limits }, (error, stdout, stderr) => {
      const failure = failureOf([command, ...args], error, { stdout, stderr, code: codeOf(error) }, options);
      if (failure !== undefined) reject(failure);
      else resolve({ stdout, stderr, code: codeOf(error) });
    });
    child.stdin?.on('error', () => undefined); // a program may end before it has read all of its input
    feed(child.stdin, input);
    signal?.addEventListener('abort', () => child.kill());
    if (onLine === undefined) return;
    for (const stream of [child.stdout, child.stderr])
      if (stream !== null) createInterface({ input: stream }).on('line', onLine);
  });
}

function feed(stdin: Writable | null, input: string | Uint8Array | Readable): void {
  if (input instanceof Readable) void pipeline(input, stdin ?? new PassThrough()).catch(() => undefined);
  else stdin?.end(input);
}

function codeOf(error: ExecFileException | null): number {
  if (error === null) return 0;
  return typeof error.code === 'number' ? error.code : 128;
}

/**
 * Returns the error that `run` must throw after the program has ended. Returns undefined if the program succeeded, or
 * if `allowFailure` permits its failure.
 */
function failureOf(
  words: readonly string[],
  error: ExecFileException | null,
  result: RunResult,
  { allowFailure, timeout }: RunOptions,
): Error | undefined {
  if (error === null) return undefined;
  if (typeof error.code === 'string') return error.code === 'ENOENT' ? notFound(words[0] ?? '', error) : error;
  if (allowFailure === true && typeof error.code === 'number') return undefined;
  return new CommandError(
    `${words[0] ?? ''} failed: ${words.map(quoted).join(' ')}`,
    `${endText(error, timeout)}:\n${lastLines(result, 20)}`,
    'Read its output above.',
    result,
  );
}

function endText({ code, signal }: ExecFileException, timeout: number | undefined): string {
  if (typeof code === 'number') return `exit code ${code}`;
  const late = signal === 'SIGKILL' && timeout !== undefined ? `, after its limit of ${timeout / 1000} s` : '';
  return `ended by ${signal ?? 'a signal'}${late}`;
}

function notFound(command: string, cause: Error): UserError {
  return new UserError(
    `${command} could not be started.`,
    {
      expected: `${command} on the PATH`,
      found: 'no such program',
      todo: 'Install it, or put its directory on the PATH, then run this again.',
    },
    { cause },
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function lastLines({ stdout, stderr }: RunResult, count: number): string {
  const text = stderr.trim() || stdout.trim() || '(no output)';
  return text.split('\n').slice(-count).join('\n');
}
