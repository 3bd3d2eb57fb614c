// A throwaway Kubernetes cluster for a machine without Kubernetes. It has one node, whose real components run in Linux
// namespaces of their own. See README.md.
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureComponents } from '../components/build.ts';
import { IMAGE_COMPONENTS, ensureClusterImages } from '../components/images.ts';
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
import { inside, layoutOf } from './layout.ts';
import type { Layout } from './layout.ts';
import { checkFree, freePort } from '../../support/ports.ts';
import { poll } from '../../support/waiting.ts';
import { setPodIPv6Of } from './pod-ipv6.ts';
import { firstProcess } from './processes.ts';
import { checkMachine, checkPlaces } from './requirements.ts';
import { awaitCluster, launchCluster } from './start.ts';
import type { ClusterPorts } from './start.ts';

export type { Leftover } from './cleanup.ts';
export type { Tuning } from './config.ts';
export { checkMachine } from './requirements.ts';

export interface StartOptions {
  readonly name: string;
  /** Whether the cluster enforces NetworkPolicies. The default is true. */
  readonly networkPolicy?: boolean;
  /** The purpose of the cluster. The default is `lab`. */
  readonly tuning?: Tuning;
  /** The group of users whose requests the API server logs in `auditLog`. By default it logs no requests. */
  readonly auditedGroup?: string;
  /** The port of 127.0.0.1 that leads to NodePort 30080. The default is the first free port from 8080 on. */
  readonly doorPort?: number;
  readonly report: Progress;
}

export interface RunningCluster extends ClusterPorts {
  /** The path of the cluster's kubeconfig. */
  readonly kubeconfig: string;
  readonly networkPolicy: boolean;
  readonly tuning: Tuning;
}

export type ClusterStatus =
  | { state: 'running'; cluster: RunningCluster }
  /** The cluster can't be used, but parts of it exist: its start was interrupted, or the machine restarted. */
  | { state: 'broken'; leftovers: Leftover[] }
  | { state: 'absent' };

/** The record of a running cluster. `startCluster` writes the record to a file when the start is complete. */
type ClusterRecord = ClusterPorts & Shape;

/**
 * The settings that can't change while a cluster runs. If a cluster already runs with other settings, `startCluster`
 * refuses to use it.
 */
interface Shape {
  readonly networkPolicy: boolean;
  readonly tuning: Tuning;
}

const BASE_COMPONENTS: readonly ComponentName[] = ['kubernetes', 'etcd'];
/** The time limit for the restart of a killed component, in milliseconds. */
const RECOVERS_WITHIN = 30_000;

/**
 * Starts the cluster `name`, unless it runs already. First builds and installs what the cluster needs, and removes what
 * an earlier cluster left behind. Resolves when pods can run and resolve names.
 * @throws UserError if the cluster can't run on this machine
 */
export async function startCluster({
  name,
  networkPolicy = true,
  tuning = 'lab',
  report,
  ...spec
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
      await report.step('Remove parts of an earlier cluster', () => removeCluster(layout));
    return report.step('Start Kubernetes', (progress) => startFresh(layout, { ...spec, ...shape }, progress), {
      estimate: 20,
    });
  });
}

type ClusterSpec = Shape & Pick<StartOptions, 'doorPort' | 'auditedGroup'>;

async function startFresh(layout: Layout, spec: ClusterSpec, progress: Progress): Promise<RunningCluster> {
  const archives = spec.tuning === 'lab' ? await ensureClusterImages(progress) : [];
  // Two clusters that start at the same time could choose the same port. So a start waits here until the other cluster
  // listens on its ports.
  const input = await withLock(cacheDir('locks', 'ports'), async () => {
    const doorPort = spec.doorPort === undefined ? await freePort(8080) : await checkFree(spec.doorPort);
    const chosen = { ...spec, layout, archives, apiPort: await freePort(6443), doorPort };
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

/** Installs and builds everything that a cluster needs and this machine lacks. It does not start a cluster. */
export async function prepareMachine(report: Progress, networkPolicy = true): Promise<void> {
  const wanted: ComponentName[] = [
    ...BASE_COMPONENTS,
    ...IMAGE_COMPONENTS,
    ...(networkPolicy ? (['kube-router'] as const) : []),
  ];
  await ensurePackages(report); // first, because it is quick and may ask the user for help
  await ensureComponents(wanted, report);
}

/** Removes the cluster `name` and all its parts, in any state. */
export async function stopCluster(name: string, report?: Progress): Promise<void> {
  const layout = layoutOf(name);
  if (process.platform !== 'linux') return;
  await locked(layout, report, () => removeCluster(layout));
}

/** Returns whether the cluster `name` is absent, running or broken. */
export async function clusterStatus(name: string): Promise<ClusterStatus> {
  const layout = layoutOf(name);
  if (process.platform !== 'linux') return { state: 'absent' };
  const cluster = await findRunning(layout, 0);
  if (cluster !== undefined) return { state: 'running', cluster };
  const found = findLeftovers(layout);
  return found.length === 0 ? { state: 'absent' } : { state: 'broken', leftovers: found };
}

/** Lists the parts of the cluster `name` that exist on this machine. The list is empty after `stopCluster`. */
export function leftovers(name: string): Leftover[] {
  return findLeftovers(layoutOf(name));
}

/**
 * Returns the command line that runs `command` in the cluster's network, but with this machine's files. Tests and
 * benchmarks use it.
 */
export function insideNetwork(name: string, command: readonly string[]): [string, ...string[]] {
  const layout = layoutOf(name);
  const first = firstProcess(layout.marker);
  if (first === undefined)
    throw new UserError(`The throwaway cluster ${name} is not running.`, {
      todo: 'Start it first: npm run cluster -- up',
    });
  return ['nsenter', `--net=/proc/${first.pid}/root${inside.networkNamespace}`, ...command];
}

/**
 * Returns the path of the administrator's kubeconfig for programs inside the cluster's network. It contains the API
 * server's address in that network.
 */
export function insideKubeconfig(name: string): string {
  return join(layoutOf(name).config, 'admin.kubeconfig');
}

/**
 * Returns the path of the log with the requests of `auditedGroup`, one event per line.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
export function auditLog(name: string): string {
  return layoutOf(name).auditLog;
}

/**
 * Sends a signal to a component of a running cluster, for tests of failures. SIGSTOP freezes the component and SIGCONT
 * continues it. After SIGKILL the supervisor restarts it.
 * @param component a name in plan.ts: etcd, apiserver, controller-manager, scheduler, kubelet, …
 * @returns the process id of the component that got the signal
 * @throws UserError if the component does not exist or is not running
 */
export function signalComponent(name: string, component: string, signal: ComponentSignal): number {
  return signalComponentOf(layoutOf(name), component, signal);
}

/**
 * Turns IPv6 on or off on the node, in all pods of the cluster `name`, and in its new pods. With IPv6, pods have
 * link-local addresses, on which no NetworkPolicy is enforced. For tests.
 */
export function setPodIPv6(name: string, on: boolean): Promise<void> {
  return setPodIPv6Of(layoutOf(name), on);
}

async function locked<T>(layout: Layout, report: Progress | undefined, work: () => Promise<T>): Promise<T> {
  const file = cacheDir('locks', layout.cgroup.replaceAll('/', '-'));
  return withLock(file, work, () => report?.note(`waiting for another run that starts or stops ${layout.name}`));
}

/**
 * Returns the cluster if its start was complete and its API server answers within `patience` milliseconds. Otherwise
 * undefined.
 */
async function findRunning(layout: Layout, patience: number): Promise<RunningCluster | undefined> {
  if (!existsSync(layout.record) || firstProcess(layout.marker) === undefined) return undefined;
  const record = JSON.parse(readFileSync(layout.record, 'utf8')) as ClusterRecord;
  const api = await apiAt(layout, record.apiPort);
  const readiness = () => api.text('/readyz').catch(() => undefined);
  const ready = await poll(readiness, { within: patience, every: 500 });
  return ready === undefined ? undefined : { ...record, kubeconfig: layout.kubeconfig };
}

function sameShape(running: RunningCluster, wanted: Shape, layout: Layout): RunningCluster {
  const describe = ({ networkPolicy, tuning }: Shape): string =>
    `NetworkPolicies ${networkPolicy ? 'enforced' : 'not enforced'}, made for ${tuning}`;
  if (describe(running) === describe(wanted)) return running;
  throw new UserError(`The throwaway cluster ${layout.name} is already running with other settings.`, {
    expected: describe(wanted),
    found: describe(running),
    todo: 'Stop it first: npm run cluster -- down',
  });
}

async function writeRecord(layout: Layout, record: ClusterRecord): Promise<void> {
  await mkdir(layout.dir, { recursive: true });
  await writeFile(`${layout.record}.unfinished`, JSON.stringify(record));
  await rename(`${layout.record}.unfinished`, layout.record);
}
