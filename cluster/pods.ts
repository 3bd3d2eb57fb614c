// How the pods of a release are doing: how many are ready, and which of them are in a state they won't get out of alone.
import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import type { Kube } from './kube.ts';

/** A container that can't start or keeps ending, and what it or the kubelet said about that. */
export interface Trouble {
  pod: string;
  container: string;
  reason: string;
  message: string;
}

/** States that waiting seldom mends: https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff and the like. */
const STUCK = [
  'CrashLoopBackOff',
  'ImagePullBackOff',
  'ErrImagePull',
  'ErrImageNeverPull',
  'InvalidImageName',
  'CreateContainerConfigError',
  'CreateContainerError',
];

/** The pods of a release, those of its tests left out. */
export async function podsOf(kube: Kube, namespace: string, release: string): Promise<V1Pod[]> {
  const list = await kube.get<{ items: V1Pod[] }>('pods', '--namespace', namespace, '--selector', `app.kubernetes.io/instance=${release}`);
  return (list?.items ?? []).filter((pod) => pod.metadata?.annotations?.['helm.sh/hook'] === undefined && pod.metadata?.deletionTimestamp === undefined);
}

/** As `6 of 8 pods are ready; waiting for dice-…, jaeger-…`. */
export function readinessText(pods: readonly V1Pod[]): string {
  const waiting = pods.filter((pod) => !isReady(pod)).map((pod) => pod.metadata?.name ?? '');
  const names = waiting.length === 0 ? '' : `; waiting for ${waiting.join(', ')}`;
  return `${pods.length - waiting.length} of ${pods.length} pods are ready${names}`;
}

function isReady(pod: V1Pod): boolean {
  return pod.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
}

/** The containers that are stuck, with the last words of those that ended. */
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
  const lastWords = lastState?.terminated?.message ?? message;
  return { pod, container: name, reason, message: lastWords?.trim() ?? '' };
}

/** A trouble as lines to print. */
export function troubleText({ pod, container, reason, message }: Trouble): string {
  return [`${pod} (${container}): ${reason}`, ...message.split('\n').filter((line) => line !== '').map((line) => `  ${line}`)].join('\n');
}
