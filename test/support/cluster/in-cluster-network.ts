// Runs a program inside the cluster's own network, where it reaches the API server as a pod does, without a relay.
// Whatever runs there ends with the cluster.
import { spawn } from 'node:child_process';
import { openSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { insideNetwork } from '../../../cluster/devcluster/index.ts';
import { artefacts } from '../artefacts.ts';
import { testCluster } from './cluster.ts';
import { setSessionPriority } from '../program.ts';

/** Half way to the highest priority: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/nice.html */
const FIRST = '-10';

export interface InClusterOptions {
  /** Its whole environment except PATH. */
  env?: Record<string, string>;
  /** Gives it a high priority, as if the cluster ran on other machines. For programs that are measured. */
  first?: boolean;
  /** Its standard input. */
  input?: string;
  /** Receives its standard output, which otherwise goes to its log. */
  onOutput?: (text: string) => void;
}

export interface InClusterProgram {
  name: string;
  pid: number;
  /** How it ended, once it has: an exit code or a signal. */
  ended: Promise<string>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts `command`, with its output in `test/artefacts/<cluster>-<name>.log`. nsenter becomes the command, so the
 * process id is the command's.
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
  child.stdin?.on('error', () => undefined); // it may have ended, which `ended` reports
  child.stdin?.end(options.input ?? '');
  child.stdout?.setEncoding('utf8').on('data', (text: string) => options.onOutput?.(text));
  const ended = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
  return { name, pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) };
}
