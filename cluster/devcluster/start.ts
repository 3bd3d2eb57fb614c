// Starts a cluster: writes its files, creates its namespaces, and waits until pods can run and resolve names.
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cniDirectory, findProgram, SYSTEM_PATH } from '../components/packages.ts';
import type { Progress } from '../../support/progress.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { run } from '../../support/run.ts';
import { UserError, messageOf } from '../../support/errors.ts';
import { apiAt } from './api.ts';
import { writeCertificates } from './certs.ts';
import { createCgroups } from './cgroups.ts';
import { clusterInfo, configFiles, firstObjects, kubeconfig } from './config.ts';
import type { Tuning } from './config.ts';
import { importImage } from './containerd.ts';
import { accepts } from '../../support/ports.ts';
import { poll } from '../../support/waiting.ts';
import { covered, inside, network } from './layout.ts';
import type { Layout } from './layout.ts';
import { planOf } from './plan.ts';
import { firstProcess } from './processes.ts';

const READY_WITHIN = 180_000;
const POLL = 150;
const FIRST_PROCESS_WITHIN = 10_000;

export interface ClusterPorts {
  readonly apiPort: number;
  readonly doorPort: number;
}

export interface StartInput extends ClusterPorts {
  readonly layout: Layout;
  readonly networkPolicy: boolean;
  readonly tuning: Tuning;
  readonly auditedGroup?: string;
  /** The image archives to import, small ones first, because the first pods wait for them. */
  readonly archives: readonly string[];
}

/**
 * Writes the cluster's files and starts its processes. Resolves when the cluster listens on its ports, long before it
 * is ready.
 */
export async function launchCluster(input: StartInput): Promise<void> {
  const { layout } = input;
  await writeFiles(input);
  await openNamespaces(layout);
  const check = aliveness(layout);
  for (const port of [input.apiPort, input.doorPort]) await until(() => accepts(`http://127.0.0.1:${port}`), check);
}

/** Creates the first objects, imports the images and waits until pods can run and resolve names. */
export async function awaitCluster(input: StartInput, progress: Progress): Promise<void> {
  const { layout } = input;
  const check = aliveness(layout);
  const api = await apiAt(layout, input.apiPort);
  const wait = waiting(layout, check, progress);
  await wait('API server', async () => (await api.text('/readyz')) !== '');
  if (input.tuning === 'lab') await Promise.all([importAll(input, check), bringUp(layout, api, wait)]);
  await wait('service account', async () => (await api.get(KINDS.ServiceAccount, 'default', 'default')) !== undefined);
  await api.apply(clusterInfo(layout, serverOf(input)));
}

/** Returns the API server's URL on this machine. */
const serverOf = ({ apiPort }: ClusterPorts): string => `https://127.0.0.1:${apiPort}`;

async function writeFiles(input: StartInput): Promise<void> {
  const { layout } = input;
  const directories = [
    layout.pki,
    layout.config,
    layout.logs,
    layout.etcd,
    layout.containerd,
    ...covered.map((path) => join(layout.host, path)),
  ];
  await Promise.all(directories.map((path) => mkdir(path, { recursive: true, mode: 0o700 })));
  await writeCertificates(layout);
  const shape = { ...input, snapshotter: await snapshotter(layout), cniDirectory: cniDirectory() };
  for (const [name, text] of Object.entries(configFiles(shape))) {
    const file = join(layout.config, name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, text, { mode: 0o600 });
  }
  const plan = planOf({ ...shape, containerd: findProgram('containerd') ?? 'containerd' });
  await writeFile(layout.plan, JSON.stringify(plan, undefined, 2));
  await writeFile(layout.kubeconfig, kubeconfig(layout, 'admin', serverOf(input)), { mode: 0o600 });
}

/**
 * Chooses the snapshotter that stores image layers. It is overlayfs if a test mount succeeds in a separate mount
 * namespace, and native otherwise. The test mount fails if the file system is itself an overlay.
 */
async function snapshotter(layout: Layout): Promise<'overlayfs' | 'native'> {
  const probe = join(layout.dir, 'overlay-probe');
  const [lower, upper, work, merged] = ['lower', 'upper', 'work', 'merged'].map((name) => join(probe, name)) as [
    string,
    string,
    string,
    string,
  ];
  await Promise.all([lower, upper, work, merged].map((path) => mkdir(path, { recursive: true })));
  const options = `lowerdir=${lower},upperdir=${upper},workdir=${work}`;
  const tried = await run('unshare', ['--mount', 'mount', '-t', 'overlay', 'overlay', '-o', options, merged], {
    allowFailure: true,
  });
  await rm(probe, { recursive: true });
  return tried.code === 0 ? 'overlayfs' : 'native';
}

/**
 * Starts init.sh in new namespaces and in the cluster's control groups. init.sh keeps running after this process ends.
 */
async function openNamespaces(layout: Layout): Promise<void> {
  const groups = await createCgroups(layout.cgroup).catch((cause: unknown) => {
    throw noControlGroups(cause);
  });
  const joinGroups = 'for group in $CONTROL_GROUPS; do echo $$ >"$group/cgroup.procs"; done; exec "$@"';
  const namespaces = ['unshare', '--mount', '--pid', '--ipc', '--uts', '--fork', '--kill-child', '--mount-proc'];
  const here = import.meta.dirname;
  const address = `${network.nodeAddress}/${network.nodePrefix}`;
  const init = [
    join(here, 'init.sh'),
    layout.marker,
    layout.dir,
    address,
    process.execPath,
    join(here, 'supervisor.ts'),
  ];
  const output = openSync(join(layout.logs, 'supervisor.log'), 'a');
  const child = spawn('sh', ['-c', joinGroups, 'sh', ...namespaces, 'sh', ...init], {
    cwd: '/',
    env: { PATH: SYSTEM_PATH, CONTROL_GROUPS: groups.join(' ') },
    detached: true,
    stdio: ['ignore', output, output],
  });
  child.unref();
  await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
  closeSync(output);
}

/** Returns a function that throws if the cluster's first process has ended or has not started in time. */
function aliveness(layout: Layout): () => Promise<void> {
  const began = Date.now();
  let seen = false;
  return async () => {
    const alive = firstProcess(layout.marker) !== undefined;
    if (!alive && (seen || Date.now() - began > FIRST_PROCESS_WITHIN)) {
      throw notReady('its first process ended', await tail(join(layout.logs, 'supervisor.log')), layout);
    }
    seen ||= alive;
  };
}

async function importAll({ layout, archives }: StartInput, check: () => Promise<void>): Promise<void> {
  const socket = join(layout.host, inside.containerdSocket);
  await until(() => Promise.resolve(existsSync(socket)), check);
  for (const archive of archives) await importImage(layout, archive);
}

/**
 * Calls `done` repeatedly until it returns true. After each call that returns false, calls `check`, which throws if
 * waiting is useless.
 * @returns whether `done` returned true within the time limit
 */
async function until(done: () => Promise<boolean>, check: () => Promise<void>, within = Infinity): Promise<boolean> {
  const look = async (): Promise<true | undefined> => {
    if (await done()) return true;
    await check();
    return undefined;
  };
  return (await poll(look, { within, every: POLL })) ?? false;
}

type Wait = (what: string, done: () => Promise<boolean>) => Promise<void>;

async function bringUp(layout: Layout, api: HttpApi, wait: Wait): Promise<void> {
  for (const object of firstObjects()) await api.apply(object);
  await wait('node', async () => isTrue(await api.get(KINDS.Node, layout.name), 'Ready'));
  await wait('DNS', async () => isTrue(await api.get(KINDS.Deployment, 'coredns', 'kube-system'), 'Available'));
}

interface Conditioned extends KubeObject {
  readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const isTrue = (object: Conditioned | undefined, type: string): boolean =>
  object?.status?.conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;

/**
 * Returns a function that waits for a condition while the cluster runs. All waits together must end within
 * READY_WITHIN.
 */
function waiting(layout: Layout, check: () => Promise<void>, progress: Progress): Wait {
  const end = Date.now() + READY_WITHIN;
  return async (what, done) => {
    progress.detail(`waiting for the ${what}`);
    if (await until(() => done().catch(() => false), check, end - Date.now())) return;
    throw notReady(`the ${what} was not ready within ${READY_WITHIN / 1000} s`, '', layout);
  };
}

function notReady(found: string, lastLines: string, layout: Layout): UserError {
  return new UserError('The throwaway Kubernetes did not start.', {
    expected: 'a node that is ready, and DNS',
    found: [found, lastLines].filter(Boolean).join(':\n'),
    todo: [`Read the logs in ${layout.logs}.`, 'Run this again. It first removes the parts of this start.'],
  });
}

function noControlGroups(cause: unknown): UserError {
  const found = messageOf(cause);
  const todo =
    'Start a container with --privileged and --cgroupns=host. Else check why root may not write below /sys/fs/cgroup.';
  return new UserError(
    'The throwaway Kubernetes can not create its control groups.',
    { expected: 'writable control groups', found, todo },
    { cause },
  );
}

async function tail(file: string): Promise<string> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-15).join('\n');
}
