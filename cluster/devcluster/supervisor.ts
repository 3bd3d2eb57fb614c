// Runs the processes of a cluster. It starts each process when the components that it waits for are ready, and restarts
// it when it ends. It also limits the size of logs, and relays ports of 127.0.0.1. It runs in all of the cluster's
// Linux namespaces except the network namespace.
// usage: node supervisor.ts MARKER PLAN
import { spawn } from 'node:child_process';
import { copyFileSync, openSync, readFileSync, statSync, truncateSync } from 'node:fs';
import { request } from 'node:https';
import { connect } from 'node:net';
import { totalmem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SYSTEM_PATH } from '../components/packages.ts';
import { inside } from './layout.ts';
import type { Gate, Plan, ProcessPlan } from './plan.ts';
import { startRelay } from './relay.ts';

const POLL = 100;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 15_000;
/** How long a process must have run, in milliseconds, to be restarted with the shortest delay. */
const HEALTHY_AFTER = 60_000;
const ROOMY_BYTES = 8 * 1024 ** 3;
const LARGEST_LOG = 20 * 1024 * 1024;

/**
 * Environment variables that make Go collect garbage less often on a machine with enough memory. With them, 200 seats
 * were ready in 94 s on two cores, and in 132 s without.
 * https://pkg.go.dev/runtime#hdr-Environment_Variables
 */
const garbage = totalmem() >= ROOMY_BYTES ? { GOGC: '400' } : {};
/**
 * The environment of the components. It contains none of the caller's variables, because proxy and OTEL_* variables
 * would change the components.
 */
const environment = { PATH: SYSTEM_PATH, HOME: '/root', ...garbage };

function log(text: string): void {
  process.stdout.write(`${new Date().toISOString()} ${text}\n`);
}

/** Runs a process and restarts it whenever it ends. */
async function keepRunning(
  plan: Plan,
  { name, command, after }: ProcessPlan,
  gates: Record<Gate, Promise<void>>,
): Promise<never> {
  await Promise.all(after.map((gate) => gates[gate]));
  for (let delay = FIRST_DELAY; ; delay = Math.min(2 * delay, LONGEST_DELAY)) {
    const began = Date.now();
    const end = await runOnce(logFile(plan, name), command);
    if (Date.now() - began > HEALTHY_AFTER) delay = FIRST_DELAY;
    log(`${name} ended (${end}), restarts in ${delay} ms`);
    await sleep(delay);
  }
}

/**
 * Runs a command in the cluster's network until the command ends. The command is started with nsenter, which replaces
 * itself with the command. So the process id of nsenter is that of the command.
 */
function runOnce(file: string, command: readonly string[]): Promise<string> {
  const output = openSync(file, 'a');
  const child = spawn('nsenter', [`--net=${inside.networkNamespace}`, ...command], {
    env: environment,
    stdio: ['ignore', output, output],
  });
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
  });
}

async function until(answers: () => Promise<boolean>): Promise<void> {
  while (!(await answers())) await sleep(POLL);
}

function listens(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ path }, () => resolve(true)).on('error', () => resolve(false));
    socket.on('connect', () => socket.destroy());
  });
}

/**
 * Returns whether the API server is ready. The controller manager and the scheduler need RBAC roles, which exist only
 * once the API server is ready.
 */
function isReady(authority: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const options = {
      socketPath: inside.apiSocket,
      path: '/readyz',
      servername: 'localhost',
      ca: authority,
      timeout: 2000,
      agent: false,
    };
    const asked = request(options, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
    asked.on('timeout', () => asked.destroy(new Error('no answer')));
    asked.end();
  });
}

function logFile(plan: Plan, name: string): string {
  return join(plan.logs, `${name}.log`);
}

/** Truncates large logs. The processes open their logs in append mode, so they continue at the new end. */
function cutLogs(plan: Plan): void {
  for (const { name } of plan.processes) {
    const file = logFile(plan, name);
    if ((statSync(file, { throwIfNoEntry: false })?.size ?? 0) < LARGEST_LOG) continue;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  }
}

const plan = JSON.parse(readFileSync(process.argv[3] ?? '', 'utf8')) as Plan;
const authority = readFileSync(plan.authority);
for (const { port, socket } of plan.relays) {
  await startRelay({ host: '127.0.0.1', port }, { path: socket });
  log(`127.0.0.1:${port} is relayed to ${socket}`);
}
const gates: Record<Gate, Promise<void>> = {
  containerd: until(() => listens(inside.containerdSocket)),
  apiserver: until(() => isReady(authority)),
};
setInterval(() => cutLogs(plan), 60_000);
await Promise.all(plan.processes.map((process) => keepRunning(plan, process, gates)));
