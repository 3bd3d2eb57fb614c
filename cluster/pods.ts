// Reads the state of a release's pods: how many are ready, and which are stuck.
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { ClusterTools } from './kubectl.ts';

/** A container that can't start or keeps crashing, with the container's last message or the kubelet's message. */
export interface Trouble {
  readonly pod: string;
  readonly container: string;
  readonly reason: string;
  readonly message: string;
}

/**
 * The waiting reasons that rarely go away without a change:
 * https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
 */
const STUCK = [
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
];

/** Lists the pods of a release's Deployments, without pods of an older rollout. */
export async function podsOf(kube: ClusterTools, namespace: string, release: string): Promise<V1Pod[]> {
  return currentOf(await allPodsOf(kube, namespace, release));
}

/**
 * Lists the pods of a release that were told to stop and are not gone yet. Such a pod still answers over connections
 * that are open.
 */
export async function stoppingPodsOf(kube: ClusterTools, namespace: string, release: string): Promise<V1Pod[]> {
  const pods = await allPodsOf(kube, namespace, release);
  return pods.filter(({ metadata }) => metadata?.deletionTimestamp !== undefined);
}

async function allPodsOf(kube: ClusterTools, namespace: string, release: string): Promise<V1Pod[]> {
  const selector = `app.kubernetes.io/instance=${release}`;
  const list = await kube.get<{ items: V1Pod[] }>('pods', '--namespace', namespace, '--selector', selector);
  return list?.items ?? [];
}

/**
 * Lists the pods of each Deployment's newest template. It leaves out pods of older templates, which will soon be gone,
 * and pods without a Deployment, such as those of helm's tests.
 */
export function currentOf(pods: readonly V1Pod[]): V1Pod[] {
  const deployed = pods.filter((pod) => templateOf(pod) !== undefined && pod.metadata?.deletionTimestamp === undefined);
  const byDeployment = Map.groupBy(deployed, ({ metadata }) =>
    metadata?.generateName?.replace(`${metadata.labels?.[TEMPLATE] ?? ''}-`, ''),
  );
  return [...byDeployment.values()].flatMap((group) => {
    const newest = group.reduce((a, b) => (createdOf(b) > createdOf(a) ? b : a));
    return group.filter((pod) => templateOf(pod) === templateOf(newest));
  });
}

const TEMPLATE = 'pod-template-hash';

function templateOf(pod: V1Pod): string | undefined {
  return pod.metadata?.labels?.[TEMPLATE];
}

function createdOf(pod: V1Pod): number {
  return new Date(pod.metadata?.creationTimestamp ?? 0).getTime();
}

/** Returns a line such as `6 of 8 pods are ready; waiting for dice-…, jaeger-…`. */
export function readinessText(pods: readonly V1Pod[]): string {
  const waiting = pods.filter((pod) => !isReady(pod)).map((pod) => pod.metadata?.name ?? '');
  const names = waiting.length === 0 ? '' : `; waiting for ${waiting.join(', ')}`;
  return `${pods.length - waiting.length} of ${pods.length} pods are ready${names}`;
}

export function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** Lists the stuck containers, each with its last message. */
export function troublesOf(pods: readonly V1Pod[]): Trouble[] {
  return pods.flatMap(({ metadata, status }) =>
    [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].flatMap(
      (container) => troubleOf(metadata?.name ?? '', container) ?? [],
    ),
  );
}

function troubleOf(pod: string, { name, state, lastState }: V1ContainerStatus): Trouble | undefined {
  const { reason, message } = state?.waiting ?? {};
  if (reason === undefined || !STUCK.includes(reason)) return undefined;
  const lastMessage = lastState?.terminated?.message ?? message;
  return { pod, container: name, reason, message: lastMessage?.trim() ?? '' };
}

/** Returns the lines to print for a stuck container. */
export function troubleText({ pod, container, reason, message }: Trouble): string {
  return [
    `${pod} (${container}): ${reason}`,
    ...message
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => `  ${line}`),
  ].join('\n');
}
