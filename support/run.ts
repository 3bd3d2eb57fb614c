// Runs another program, keeps what it says, and turns a failure into an error that shows it.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { UserError } from './errors.ts';

export interface RunOptions {
  cwd?: string;
  /** Added to this process's environment; `undefined` removes a variable. */
  env?: Record<string, string | undefined>;
  /** Written to the program's standard input, which is otherwise empty. */
  input?: string | Uint8Array;
  /** Milliseconds after which the program is ended and the run has failed. */
  timeout?: number;
  /** Asks the program to end (SIGTERM) when aborted; what it then says and returns is its own. */
  signal?: AbortSignal;
  /** Return a non-zero exit code instead of throwing it. A missing program or a timeout is still thrown. */
  allowFailure?: boolean;
  /** Called with each line of standard output and standard error as it comes. */
  onLine?: (line: string) => void;
}

export interface RunResult {
  stdout: string;
  stderr: string;
  code: number;
}

/** A program that ended badly; `result` holds what it said until then. */
export class CommandError extends UserError {
  readonly result: RunResult;

  constructor(message: string, found: string, todo: string, result: RunResult) {
    super(message, { expected: 'exit code 0', found, todo });
    this.name = 'CommandError';
    this.result = result;
  }
}

/**
 * Runs `command` without a shell and resolves when it has ended.
 * @throws UserError when there is no such program, CommandError when it fails or takes longer than `timeout`.
 */
export async function run(command: string, args: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const child = spawn(command, args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { ...process.env, ...options.env },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  child.stdin.on('error', () => undefined); // it may end without reading all of its input; its exit code tells
  child.stdin.end(options.input ?? '');
  const stdout = collect(child.stdout, options.onLine);
  const stderr = collect(child.stderr, options.onLine);
  options.signal?.addEventListener('abort', () => child.kill());
  const timer = options.timeout === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), options.timeout);
  try {
    const end = await ended(child, command);
    const result = { stdout: stdout(), stderr: stderr(), code: end.code ?? 128 };
    if (end.signal !== null || (result.code !== 0 && options.allowFailure !== true)) {
      throw failure([command, ...args], end, result, options.timeout);
    }
    return result;
  } finally {
    clearTimeout(timer);
  }
}

interface End {
  code: number | null;
  signal: NodeJS.Signals | null;
}

function ended(child: ChildProcess, command: string): Promise<End> {
  return new Promise((resolve, reject) => {
    child.on('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'ENOENT' ? notFound(command, error) : error),
    );
    child.on('close', (code, signal) => resolve({ code, signal }));
  });
}

function notFound(command: string, cause: Error): UserError {
  const todo = `Install it, or put the directory it is in on the PATH, then run this again.`;
  return new UserError(
    `${command} could not be started.`,
    { expected: `${command} on the PATH`, found: 'no such program', todo },
    { cause },
  );
}

function failure(words: readonly string[], end: End, result: RunResult, timeout: number | undefined): CommandError {
  const line = words.map(quoted).join(' ');
  const how = end.signal === null ? `exit code ${result.code}` : `ended by ${end.signal}`;
  const late = end.signal === 'SIGKILL' && timeout !== undefined ? `, after the ${timeout / 1000} s it was given` : '';
  const said = lastLines(result.stderr.trim() || result.stdout.trim(), 20) || '(it said nothing)';
  return new CommandError(
    `${words[0] ?? ''} failed: ${line}`,
    `${how}${late}:\n${said}`,
    'See its own words above.',
    result,
  );
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function lastLines(text: string, count: number): string {
  return text.split('\n').slice(-count).join('\n');
}

/** Gathers a stream's text, handing on whole lines as they come; the function returned gives all of it. */
function collect(stream: NodeJS.ReadableStream, onLine: ((line: string) => void) | undefined): () => string {
  let text = '';
  let partial = '';
  stream.setEncoding('utf8');
  stream.on('data', (chunk: string) => {
    text += chunk;
    if (onLine === undefined) return;
    const lines = (partial + chunk).split(/\r?\n|\r/);
    partial = lines.pop() ?? '';
    lines.forEach(onLine);
  });
  stream.on('end', () => {
    if (partial !== '') onLine?.(partial);
  });
  return () => text;
}
