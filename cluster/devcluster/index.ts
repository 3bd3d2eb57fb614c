// The throwaway Kubernetes of a machine that has none: one node, real parts, in namespaces of its own. See README.md.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureComponents } from '../components/build.ts';
import { ensureClusterImages } from '../components/images.ts';
import { withLock } from '../../support/locks.ts';
import { ensurePackages } from '../components/packages.ts';
import type { ComponentName } from '../components/catalog.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { UserError } from '../../support/errors.ts';
import { apiAt } from './api.ts';
import { signalComponentOf } from './signal-component.ts';
import type { ComponentSignal } from './signal-component.ts';
import type { Tuning } from './config.ts';
import { findLeftovers, removeCluster } from './cleanup.ts';
import type { Leftover } from './cleanup.ts';
import { importImage } from './containerd.ts';
import { inside, layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { checkFree, freePort } from '../../support/ports.ts';
import { firstProcess } from './processes.ts';
import { checkMachine, checkPlaces } from './requirements.ts';
import { awaitCluster, launchCluster } from './start.ts';
import type { ClusterPorts } from './start.ts';

export type { Leftover } from './cleanup.ts';
export type { Tuning } from './config.ts';
export { checkMachine } from './requirements.ts';

export interface StartOptions {
  name: string;
  /** Whether NetworkPolicies are enforced; they are unless this is false. */
  networkPolicy?: boolean;
  /** `lab` unless told otherwise. */
  tuning?: Tuning;
  /** A group of users whose requests the API server is to write down, for `auditLog`; nobody's unless given. */
  auditedGroup?: string;
  /** Where 127.0.0.1 leads to NodePort 30080; the first free port from 8080 on unless given. */
  doorPort?: number;
  report: Progress;
}

export interface RunningCluster extends ClusterPorts {
  /** Path of a file for kubectl and helm. */
  kubeconfig: string;
  networkPolicy: boolean;
  tuning: Tuning;
}

export type ClusterStatus =
  | { state: 'running'; cluster: RunningCluster }
  /** Something of it is there, but it can't be used: a start was cut short, or the machine restarted. */
  | { state: 'broken'; leftovers: Leftover[] }
  | { state: 'absent' };

/** What is written down when a start has come to its end. */
type ClusterRecord = ClusterPorts & Shape;

/** What two clusters of one name may differ in. */
interface Shape {
  networkPolicy: boolean;
  tuning: Tuning;
}

const BASE_PARTS: readonly ComponentName[] = ['kubernetes', 'etcd'];
/** A component that was killed is back by then. */
const RECOVERS_WITHIN = 30_000;

/**
 * Starts the cluster `name`, or finds it running; removes what is left of an earlier one first. Builds and installs what it
 * needs. Resolves when pods run and resolve names.
 * @throws UserError where it can't run, says what to do.
 */
export async function startCluster({
  name,
  networkPolicy = true,
  tuning = 'lab',
  report,
  ...wish
}: StartOptions): Promise<RunningCluster> {
  const layout = layoutOf(name);
  const shape = { networkPolicy, tuning };
  checkMachine();
  checkPlaces(layout);
  await prepareMachine(report, networkPolicy);
  return locked(layout, report, async () => {
    const running = await findRunning(layout, RECOVERS_WITHIN);
    if (running !== undefined) return sameShape(running, shape, layout);
    if (findLeftovers(layout).length > 0)
      await report.step('Remove what is left of an earlier cluster', () => removeCluster(layout));
    return report.step('Start Kubernetes', (progress) => startFresh(layout, { ...wish, ...shape }, progress), {
      estimate: 20,
    });
  });
}

type ClusterSpec = Shape & Pick<StartOptions, 'doorPort' | 'auditedGroup'>;

async function startFresh(layout: Layout, wish: ClusterSpec, progress: Progress): Promise<RunningCluster> {
  const archives = wish.tuning === 'lab' ? await ensureClusterImages(progress) : [];
  // One start at a time chooses its ports, until it has taken them.
  const input = await withLock(cacheDir('locks', 'ports'), async () => {
    const doorPort = wish.doorPort === undefined ? await freePort(8080) : await checkFree(wish.doorPort);
    const chosen = { ...wish, layout, archives, apiPort: await freePort(6443), doorPort };
    await launchCluster(chosen);
    return chosen;
  });
  await awaitCluster(input, progress);
  const record = {
    apiPort: input.apiPort,
    doorPort: input.doorPort,
    networkPolicy: input.networkPolicy,
    tuning: input.tuning,
  };
  await writeRecord(layout, record);
  return { ...record, kubeconfig: layout.kubeconfig };
}

/** Installs and builds whatever a cluster needs that the machine and the cache lack; needs no cluster and starts none. */
export async function prepareMachine(report: Progress, networkPolicy = true): Promise<void> {
  const wanted: ComponentName[] = [
    ...BASE_PARTS,
    'coredns',
    'opentelemetry',
    ...(networkPolicy ? (['kube-router'] as const) : []),
  ];
  await ensurePackages(report); // first: it takes seconds, and may need something of the user
  await ensureComponents(wanted, report);
}

/** Removes the cluster `name` and everything of it, in whatever state it is. */
export async function stopCluster(name: string, report?: Progress): Promise<void> {
  const layout = layoutOf(name);
  if (process.platform !== 'linux') return;
  await locked(layout, report, () => removeCluster(layout));
}

/** Whether the cluster `name` is there and answers. */
export async function clusterStatus(name: string): Promise<ClusterStatus> {
  const layout = layoutOf(name);
  if (process.platform !== 'linux') return { state: 'absent' };
  const cluster = await findRunning(layout, 0);
  if (cluster !== undefined) return { state: 'running', cluster };
  const found = findLeftovers(layout);
  return found.length === 0 ? { state: 'absent' } : { state: 'broken', leftovers: found };
}

/** Everything of the cluster `name` that is on this machine; nothing after `stopCluster`. */
export function leftovers(name: string): Leftover[] {
  return findLeftovers(layoutOf(name));
}

/** Gives the cluster an image, from an archive as `docker save`, `buildah push … docker-archive:` and `oci-archive:` write it. */
export async function loadImage(name: string, archive: string): Promise<void> {
  await importImage(layoutOf(name), archive);
}

/** The command line that runs `command` in the cluster's network, with this machine's files: for tests and load. */
export function insideNetwork(name: string, command: readonly string[]): [string, ...string[]] {
  const layout = layoutOf(name);
  const first = firstProcess(layout.marker);
  if (first === undefined)
    throw new UserError(`The throwaway cluster ${name} does not run.`, { todo: 'Start it first.' });
  return ['nsenter', `--net=/proc/${first.pid}/root${inside.networkNamespace}`, ...command];
}

/** A kubeconfig of the administrator for what runs inside the cluster's network, where it goes to the API server directly. */
export function insideKubeconfig(name: string): string {
  return join(layoutOf(name).config, 'admin.kubeconfig');
}

/** Where the requests of `auditedGroup` are written: https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/, one a line. */
export function auditLog(name: string): string {
  return layoutOf(name).auditLog;
}

/**
 * Sends a signal to a component of a running cluster, for tests of what must survive that: SIGSTOP freezes it, SIGCONT has it go
 * on; what SIGKILL ends, the supervisor starts again. @returns the id of the process, which another has when it is back
 * @param component a name in plan.ts: etcd, apiserver, controller-manager, scheduler, kubelet, …
 * @throws UserError where there is no such component, or it does not run just now
 */
export function signalComponent(name: string, component: string, signal: ComponentSignal): number {
  return signalComponentOf(layoutOf(name), component, signal);
}

async function locked<T>(layout: Layout, report: Progress | undefined, work: () => Promise<T>): Promise<T> {
  const file = cacheDir('locks', layout.cgroup.replaceAll('/', '-'));
  return withLock(file, work, () => report?.note(`waiting for another run that starts or stops ${layout.name}`));
}

/** The cluster when its start came to its end and its API server answers, now or within `patience` milliseconds. */
async function findRunning(layout: Layout, patience: number): Promise<RunningCluster | undefined> {
  if (!existsSync(layout.record) || firstProcess(layout.marker) === undefined) return undefined;
  const record = JSON.parse(readFileSync(layout.record, 'utf8')) as ClusterRecord;
  const api = await apiAt(layout, record.apiPort);
  const until = Date.now() + patience;
  for (;;) {
    const ready = await api.text('/readyz').then(
      () => true,
      () => false,
    );
    if (ready) return { ...record, kubeconfig: layout.kubeconfig };
    if (Date.now() >= until) return undefined;
    await sleep(500);
  }
}

function sameShape(running: RunningCluster, wanted: Shape, layout: Layout): RunningCluster {
  const says = ({ networkPolicy, tuning }: Shape): string =>
    `NetworkPolicies ${networkPolicy ? 'enforced' : 'not enforced'}, made for ${tuning}`;
  if (says(running) === says(wanted)) return running;
  throw new UserError(`The throwaway cluster ${layout.name} runs already, in another way.`, {
    expected: says(wanted),
    found: says(running),
    todo: 'Stop it first: npm run cluster -- down',
  });
}

async function writeRecord(layout: Layout, record: ClusterRecord): Promise<void> {
  await mkdir(layout.dir, { recursive: true });
  await writeFile(`${layout.record}.unfinished`, JSON.stringify(record));
  await rename(`${layout.record}.unfinished`, layout.record);
}
