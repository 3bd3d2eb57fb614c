// The front door where no node port leads out of the cluster: a process of its own that keeps `kubectl port-forward` going
// until the file that stands for it is gone. Nothing is killed by a process id that may have passed to another program; a
// kubectl whose keeper was killed ends by itself when the pod it forwards to goes.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, openSync, rmSync, statSync, utimesSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTools } from './kubectl.ts';
import { labFile, readJson, writeWhole } from './state.ts';

/** What the keeper has to run, in a file that says it is wanted. */
interface PortForward {
  port: number;
  /** Another one tells a keeper that its place was taken. */
  token: string;
  command: [string, ...string[]];
  env: Record<string, string>;
  /** Milliseconds between two looks of its keeper. */
  lookEvery: number;
}

/** On a busy machine a keeper may be late. */
const ALIVE_WITHIN = 15_000;

/** Where the door of a lab leads. */
export interface PortForwardTarget {
  namespace: string;
  service: string;
  servicePort: number;
  /** How often its keeper looks whether it is still wanted, in milliseconds. */
  lookEvery?: number;
}

/** Starts a keeper for the lab `key` on `port`, in place of any other. */
export function openPortForward(key: string, port: number, kube: ClusterTools, target: PortForwardTarget): void {
  const forward = [
    'port-forward',
    '--address=127.0.0.1',
    '--namespace',
    target.namespace,
    `service/${target.service}`,
    `${port}:${target.servicePort}`,
  ];
  const door: PortForward = {
    port,
    token: randomUUID(),
    command: [kube.kubectlCommand, ...kube.kubectlArgs(), ...forward],
    env: kube.env(),
    lookEvery: target.lookEvery ?? 1000,
  };
  const file = labFile(key, 'door.json');
  writeWhole(file, door);
  const log = openSync(labFile(key, 'door.log'), 'w');
  spawn(process.execPath, [import.meta.filename, file], { detached: true, stdio: ['ignore', log, log] }).unref();
  closeSync(log);
}

/** The port of the lab's door, if a keeper keeps it open. */
export function openPort(key: string): number | undefined {
  const file = labFile(key, 'door.json');
  const seen = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return Date.now() - seen < ALIVE_WITHIN ? readJson<PortForward>(file)?.port : undefined;
}

/** Tells the lab's keeper to end, and waits until it should have. */
export async function closePortForward(key: string): Promise<void> {
  const file = labFile(key, 'door.json');
  const door = readJson<PortForward>(file);
  rmSync(file, { force: true });
  if (door !== undefined) await sleep(door.lookEvery * 1.5);
}

/** The keeper: forwards for as long as `file` is there and still its own, and again whenever a forward ends. */
async function keep(file: string): Promise<void> {
  const door = readJson<PortForward>(file);
  if (door === undefined) return;
  let child: ChildProcess | undefined;
  process.once('SIGTERM', () => process.exit());
  process.once('exit', () => child?.kill());
  while (readJson<PortForward>(file)?.token === door.token) {
    utimesSync(file, new Date(), new Date());
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) {
      child = spawn(door.command[0], door.command.slice(1), {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...door.env },
      });
      child.on('error', () => undefined);
    }
    await sleep(door.lookEvery);
  }
  process.exit();
}

const [, , file] = process.argv;
if (import.meta.main && file !== undefined) await keep(file);
