// Opens a port-forward to a lab's guide, for a cluster without a NodePort on this machine. A background process, the
// keeper, restarts `kubectl port-forward` whenever kubectl ends. Each keeper has a file, and ends when this file is
// removed. No keeper is killed by its process id, because another program may have the id by then. If a keeper is
// killed by somebody else, its kubectl goes on until the pod is gone.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTools } from './kubectl.ts';
import { labFile, readJson, writeWhole } from './state.ts';

/** The content of a keeper's file: the command that the keeper runs, and the port that this command forwards. */
interface PortForward {
  readonly port: number;
  /** A random text that identifies one keeper. A keeper ends when another keeper's text is in the file. */
  readonly token: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** The interval in which the keeper reads its file, in milliseconds. */
  readonly lookEvery: number;
}

/**
 * The age of a keeper's file, in milliseconds, up to which the keeper counts as running. A running keeper sets the
 * file's modification time about once a second. On a busy machine this may happen late.
 */
const ALIVE_WITHIN = 15_000;

/** The Service that a port-forward leads to. */
export interface PortForwardTarget {
  readonly namespace: string;
  readonly service: string;
  readonly servicePort: number;
  /** The interval in which the keeper reads its file, in milliseconds. The default is 1000. */
  readonly lookEvery?: number;
}

/**
 * Starts a keeper for the lab `key` (see labKey in state.ts) on `port`. The new keeper replaces the lab's old keeper.
 */
export function openPortForward(key: string, port: number, kube: ClusterTools, target: PortForwardTarget): void {
  const args = [
    'port-forward',
    '--address=127.0.0.1',
    '--namespace',
    target.namespace,
    `service/${target.service}`,
    `${port}:${target.servicePort}`,
  ];
  const forward: PortForward = {
    port,
    token: randomUUID(),
    command: [kube.kubectlCommand, ...kube.kubectlArgs(), ...args],
    env: kube.env(),
    lookEvery: target.lookEvery ?? 1000,
  };
  const file = labFile(key, 'door.json');
  writeWhole(file, forward);
  const log = openSync(labFile(key, 'door.log'), 'w');
  spawn(process.execPath, [import.meta.filename, file], { detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

/** Returns the port of the lab's port-forward, or undefined if no keeper is running. */
export function openPort(key: string): number | undefined {
  const file = labFile(key, 'door.json');
  const seen = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - seen < ALIVE_WITHIN ? readJson<PortForward>(file)?.port : undefined;
}

/** Tells the lab's keeper to end, and waits until it has ended. */
export async function closePortForward(key: string): Promise<void> {
  const file = labFile(key, 'door.json');
  const forward = readJson<PortForward>(file);
  rmSync(file, { force: true });
  if (forward !== undefined) await sleep(forward.lookEvery * 1.5);
}

/**
 * Runs a keeper: it restarts kubectl whenever kubectl ends. It goes on while `file` contains the token of this keeper.
 */
async function keepForwarding(file: string): Promise<void> {
  const forward = readJson<PortForward>(file);
  if (forward === undefined) return;
  let child: ChildProcess | undefined;
  process.once('SIGTERM', () => process.exit());
  process.once('exit', () => child?.kill());
  while (readJson<PortForward>(file)?.token === forward.token) {
    utimesSync(file, new Date(), new Date());
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      child = spawn(forward.command[0], forward.command.slice(1), {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...forward.env },
      });
      child.on('error', () => undefined);
    }
    await sleep(forward.lookEvery);
  }
  process.exit();
}

const [, , file] = process.argv;
if (import.meta.main && file !== undefined) await keepForwarding(file);
