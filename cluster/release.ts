// Installs, upgrades and removes a release of the chart. If a pod can't start, the wait for the release ends early.
import type { V1Pod, V1Secret } from '@kubernetes/client-node';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterTools } from './kubectl.ts';
import { editedComponents } from './learner-files.ts';
import { isReady, podsOf, readinessText, stoppingPodsOf, troublesOf, troubleText } from './pods.ts';
import type { Trouble } from './pods.ts';
import { UserError } from '../support/errors.ts';
import { repoRoot } from '../support/paths.ts';
import type { Progress } from '../support/progress.ts';
import { CommandError, run } from '../support/run.ts';
import { poll } from '../support/waiting.ts';

export const CHART = join(repoRoot, 'charts', 'lab');

export interface Release {
  readonly name: string;
  readonly namespace: string;
  /** helm's own options for values. A later option overrides an earlier one. */
  readonly values: readonly string[];
}

/** The label of namespaces that `up` created and `down` may remove. */
export const MADE_BY_UP = { 'intro-otel.dev/made-by': 'up' } as const;

const RESTRICTED = {
  'pod-security.kubernetes.io/enforce': 'restricted',
  'pod-security.kubernetes.io/warn': 'restricted',
};
/**
 * The time limit for an install, long enough to pull images over a slow network. A pod that can't start ends the wait
 * sooner.
 */
const READY_WITHIN = '15m';
const LOOK_EVERY = 2000;
/** How long pods that run the learner's own files may take to start, in milliseconds. */
const LEARNERS_PODS_WITHIN = 45_000;
/**
 * How long a pod may be stuck, in milliseconds, before the install fails. A pod may be stuck for a moment because a
 * registry or a Secret is late.
 */
const TROUBLE_LASTS = 20_000;
const PENDING_PATIENCE = 10_000;
/** How long pods of before may take to end, in milliseconds: twice the grace period of the chart's pods. */
const OLD_PODS_END_WITHIN = 10_000;

/**
 * Creates a namespace that enforces Pod Security "restricted":
 * https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export async function createNamespace(kube: ClusterTools, name: string): Promise<void> {
  const namespace = {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...RESTRICTED, ...MADE_BY_UP } },
  };
  await kube.kubectl(['create', '--filename', '-'], { input: JSON.stringify(namespace) });
}

/** Renders the chart without a cluster. @returns the manifests @throws UserError if helm refuses the values */
export async function checkValues(helm: string, { name, namespace, values }: Release): Promise<string> {
  const { code, stdout, stderr } = await run(helm, ['template', name, CHART, '--namespace', namespace, ...values], {
    allowFailure: true,
  });
  if (code === 0) return stdout;
  throw new UserError('helm refused the values for the chart.', {
    expected: 'the values in charts/lab/README.md',
    found: stderr.trim().replace(/^Error: /, ''),
    todo: 'check --set and --values',
  });
}

/**
 * Runs `helm upgrade --install`, and waits for the pods. A pod that runs the learner's own files may stay broken.
 * @returns the components that run files which the learner has edited
 * @throws UserError with a pod's last message if another pod can't start
 */
export async function installRelease(kube: ClusterTools, release: Release, report: Progress): Promise<string[]> {
  await untilNotPending(kube, release, report);
  await kube.helm(upgradeArgs(release));
  const edited = await editedComponents(kube, release);
  await waitForPods(kube, { ...release, edited }, report);
  return edited;
}

/** A release, and the components that run files which the learner has edited. */
interface EditedRelease extends Release {
  readonly edited: readonly string[];
}

const labelOf = (component: string): string => `app.kubernetes.io/component ${component}`;

/** Waits until all Deployments are rolled out, except those with the learner's files. Then looks at these. */
async function waitForPods(kube: ClusterTools, release: EditedRelease, report: Progress): Promise<void> {
  const { name, namespace, edited } = release;
  const others = edited.length === 0 ? [] : [labelOf(`notin (${edited.join()})`)];
  const selector = [`app.kubernetes.io/instance=${name}`, ...others].join();
  const target = ['deployment', '--namespace', namespace, '--selector', selector];
  await whileWatching(kube, release, report, (signal) =>
    kube.kubectl(['rollout', 'status', ...target, '--timeout', READY_WITHIN], { signal }),
  );
  await untilOldPodsEnd(kube, release);
  if (edited.length > 0) await noteLearnersPods(kube, release, report);
}

/**
 * Waits until the pods of before have ended, so that nobody still sees the lab as it was. Gives up after a while,
 * because a pod on a node that doesn't answer never ends.
 */
async function untilOldPodsEnd(kube: ClusterTools, { name, namespace }: Release): Promise<void> {
  const noneLeft = async () => (await stoppingPodsOf(kube, namespace, name)).length === 0 || undefined;
  await poll(noneLeft, { within: OLD_PODS_END_WITHIN, every: 500 });
}

const isOf = (components: readonly string[], { metadata }: V1Pod): boolean =>
  components.includes(metadata?.labels?.['app.kubernetes.io/component'] ?? '');

/** Waits until the pods with the learner's files are ready or stuck. Says so if they are not ready. */
async function noteLearnersPods(kube: ClusterTools, release: EditedRelease, report: Progress): Promise<void> {
  const { name, namespace, edited } = release;
  const troubles = async () => {
    const pods = (await podsOf(kube, namespace, name)).filter((pod) => isOf(edited, pod));
    const found = troublesOf(pods);
    return found.length > 0 || pods.every(isReady) ? found : undefined;
  };
  const found = await poll(troubles, { within: LEARNERS_PODS_WITHIN, every: LOOK_EVERY });
  if (found?.length === 0) return;
  report.note(
    `The learner's own files keep ${edited.join(' and ')} from starting. A pod with the files before may still ` +
      `serve. The rest of the lab works.${(found ?? []).map((trouble) => `\n${troubleText(trouble)}`).join('')}`,
  );
}

/**
 * Runs `work`, which waits for the release's pods. If one of the pods can't start, aborts the signal that `work` has
 * received.
 */
async function whileWatching(
  kube: ClusterTools,
  release: EditedRelease,
  report: Progress,
  work: (signal: AbortSignal) => Promise<unknown>,
): Promise<void> {
  const ended = new AbortController();
  const stuck = new AbortController();
  const watch = watchPods(kube, release, report, ended.signal).then((troubles) => {
    if (troubles.length > 0) stuck.abort();
    return troubles;
  });
  try {
    await work(stuck.signal);
  } catch (error) {
    throw explained(error, release, stuck.signal.aborted ? await watch : []);
  } finally {
    ended.abort();
  }
}

/** Returns the arguments for `helm upgrade`. helm would wait for the learner's pods too, so it doesn't wait. */
const upgradeArgs = ({ name, namespace, values }: Release): string[] => [
  ...['upgrade', '--install', name, CHART, '--namespace', namespace],
  ...values,
];

function explained(error: unknown, release: Release, troubles: readonly Trouble[]): unknown {
  const [first] = troubles;
  if (first === undefined || !(error instanceof CommandError)) return error;
  return new UserError(
    'The lab did not start.',
    {
      expected: 'every pod ready',
      found: troubles.map(troubleText).join('\n'),
      todo: [
        `fix that, then run this again. For more, run kubectl -n ${release.namespace} logs ${first.pod} --previous`,
      ],
    },
    { cause: error },
  );
}

/**
 * Shows how many pods are ready, again and again until `signal` is aborted. Ends early if a container is stuck for too
 * long.
 * @returns the containers that are stuck, or an empty list
 */
async function watchPods(
  kube: ClusterTools,
  release: EditedRelease,
  report: Progress,
  signal: AbortSignal,
): Promise<Trouble[]> {
  const since = new Map<string, number>();
  while (!signal.aborted) {
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    // An error of the cluster is ignored here, because helm reports it.
    const pods = await podsOf(kube, release.namespace, release.name).catch(() => []);
    report.detail(readinessText(pods));
    const troubles = troublesOf(pods.filter((pod) => !isOf(release.edited, pod)));
    for (const key of troubles.map(keyOf)) since.set(key, since.get(key) ?? Date.now());
    if (troubles.some((trouble) => Date.now() - (since.get(keyOf(trouble)) ?? Infinity) > TROUBLE_LASTS))
      return troubles;
  }
  return [];
}

function keyOf({ pod, container }: Trouble): string {
  return `${pod} ${container}`;
}

/**
 * Waits until another helm process has finished its work on the release. If that helm was killed, the release stays in
 * a pending state, and helm refuses every change. Then this function removes helm's record of the pending operation.
 * The next install takes over the objects that this operation has made.
 */
async function untilNotPending(kube: ClusterTools, release: Release, report: Progress): Promise<void> {
  const until = Date.now() + PENDING_PATIENCE;
  let pending = await pendingRecord(kube, release);
  if (pending === undefined) return;
  report.note(
    'An earlier helm command was interrupted or still works on this release. Waiting ten seconds for it to end',
  );
  while (pending !== undefined && Date.now() < until) {
    await sleep(LOOK_EVERY);
    pending = await pendingRecord(kube, release);
  }
  if (pending !== undefined) await kube.kubectl(['delete', 'secret', pending, '--namespace', release.namespace]);
}

/** Returns the name of the Secret in which helm records an operation that has not ended. Undefined if there is none. */
async function pendingRecord(kube: ClusterTools, { name, namespace }: Release): Promise<string | undefined> {
  const selector = `owner=helm,name=${name},status in (pending-install,pending-upgrade,pending-rollback,uninstalling)`;
  const list = await kube.get<{ items: V1Secret[] }>('secrets', '--namespace', namespace, '--selector', selector);
  return list?.items[0]?.metadata?.name;
}

/** Restarts apps, so that they run a new image with the same tag. */
export async function restartApps(
  kube: ClusterTools,
  release: Release,
  components: readonly string[],
  report: Progress,
): Promise<void> {
  const selector = `app.kubernetes.io/instance=${release.name},app.kubernetes.io/component in (${components.join()})`;
  await kube.kubectl(['rollout', 'restart', 'deployment', '--namespace', release.namespace, '--selector', selector]);
  await waitForPods(kube, { ...release, edited: await editedComponents(kube, release) }, report);
}

/** Removes the release and waits until its pods are gone. @returns whether the release existed */
export async function uninstallRelease(
  kube: ClusterTools,
  { name, namespace }: Pick<Release, 'name' | 'namespace'>,
): Promise<boolean> {
  const { stdout } = await kube.helm(['uninstall', name, '--namespace', namespace, '--wait', '--ignore-not-found']);
  return /uninstalled/.test(stdout);
}

/** Removes the namespace if `up` created it. @returns whether it was removed */
export async function deleteNamespace(kube: ClusterTools, name: string): Promise<boolean> {
  const selector = Object.entries(MADE_BY_UP)
    .map(([key, value]) => `${key}=${value}`)
    .join();
  const list = await kube.get<{ items: { metadata?: { name?: string } }[] }>('namespaces', '--selector', selector);
  if (list?.items.some((namespace) => namespace.metadata?.name === name) !== true) return false;
  await kube.kubectl(['delete', 'namespace', name, '--wait']);
  return true;
}
