// Opens the front door of a cluster that has no node port on this machine. A keeper process restarts `kubectl
// port-forward` until its file is gone. Nothing is killed by process id, since another program may have the id by then.
// A kubectl whose keeper was killed ends when its pod goes.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTools } from './kubectl.ts';
import { labFile, readJson, writeWhole } from './state.ts';

/** The content of a keeper's file: what it runs. */
interface PortForward {
  readonly port: number;
  /** Identifies the keeper. A keeper ends when the file has another token. */
  readonly token: string;
  readonly command: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
  /** How often the keeper reads its file, in milliseconds. */
  readonly lookEvery: number;
}

/** How old a keeper's last sign of life may be, in milliseconds. On a busy machine a keeper is late. */
const ALIVE_WITHIN = 15_000;

/** The service that a port-forward leads to. */
export interface PortForwardTarget {
  readonly namespace: string;
  readonly service: string;
  readonly servicePort: number;
  /** How often the keeper reads its file, in milliseconds. The default is 1000. */
  readonly lookEvery?: number;
}

/** Starts a keeper for the lab `key` on `port`. It replaces any other keeper of this lab. */
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

/** The port of the lab's front door, if a keeper is running. */
export function openPort(key: string): number | undefined {
  const file = labFile(key, 'door.json');
  const seen = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - seen < ALIVE_WITHIN ? readJson<PortForward>(file)?.port : undefined;
}

/** Tells the lab's keeper to end, and waits as long as that takes. */
export async function closePortForward(key: string): Promise<void> {
  const file = labFile(key, 'door.json');
  const forward = readJson<PortForward>(file);
  rmSync(file, { force: true });
  if (forward !== undefined) await sleep(forward.lookEvery * 1.5);
}

/** The keeper. It forwards while `file` has its token, and forwards again whenever kubectl ends. */
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
