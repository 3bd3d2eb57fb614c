// Runs a program inside the cluster's network. There it reaches the API server directly, as a pod does. The program
// ends with the cluster.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { insideNetwork } from '../../../cluster/devcluster/index.ts';
import { artefacts } from '../artefacts.ts';
import { testCluster } from './cluster.ts';
import { setSessionPriority } from '../program.ts';

/**
 * A nice value half way to the highest priority: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/nice.html
 */
const FIRST = '-10';

export interface InClusterOptions {
  /** All environment variables of the program except PATH. */
  env?: Record<string, string>;
  /** Whether the program gets a high priority. Then other programs disturb a measurement less. */
  first?: boolean;
  /** The program's standard input. */
  input?: string;
  /** A function that receives the program's standard output. Without this function, the output goes to the log. */
  onOutput?: (text: string) => void;
}

export interface InClusterProgram {
  name: string;
  pid: number;
  /** Resolves when the program has ended, with its exit code or signal as text. */
  ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts `command` and writes its output to `test/artefacts/<cluster>-<name>.log`. nsenter replaces itself with the
 * command, so the returned process id is the command's.
 */
export async function startInCluster(
  name: string,
  command: readonly string[],
  options: InClusterOptions = {},
): Promise<InClusterProgram> {
  await mkdir(artefacts, { recursive: true });
  const log = openSync(join(artefacts, `${testCluster().name}-${name}.log`), 'a');
  const first = options.first === true;
  const [program, ...args] = insideNetwork(testCluster().name, first ? ['nice', '-n', FIRST, ...command] : command);
  const env = { PATH: process.env['PATH'], ...options.env };
  const child = spawn(program, args, {
    env,
    stdio: ['pipe', options.onOutput === undefined ? log : 'pipe', log],
    detached: first,
  });
  if (first) setSessionPriority(child, FIRST);
  child.stdin?.on('error', () => undefined); // the program may have ended; `ended` reports this
  child.stdin?.end(options.input ?? '');
  child.stdout?.setEncoding('utf8').on('data', (text: string) => options.onOutput?.(text));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { name, pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
}
