// Whether a seat's lab can be used, told from its Deployments alone; and why not, from its pods, which are looked at only when it takes long.
import type { ContainerStatus, Deployment, DeploymentCondition, Pod } from './types.ts';

/** For a condition: one word, and a sentence. */
export interface Why {
  readonly reason: string;
  readonly message: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** Deployments that are not as they should be, by name. */
  readonly waitingFor: readonly string[];
  /** What Kubernetes itself says is wrong with these. */
  readonly trouble?: Why;
  /** How many Deployments are judged. */
  readonly of: number;
  /** Whether no pod of any Deployment is left, as far as Kubernetes has said. */
  readonly none: boolean;
}

interface Pair {
  readonly desired: Deployment;
  readonly live: Deployment | undefined;
}

/** Numbers that are left out are 0. */
const UNKNOWN = { observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0 };

/** As `kubectl rollout status` tells it. https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment */
function isComplete({ desired, live }: Pair): boolean {
  if (!live) return false;
  const wanted = desired.spec.replicas ?? 1;
  const { observedGeneration, replicas, updatedReplicas, availableReplicas } = { ...UNKNOWN, ...live.status };
  return (
    observedGeneration >= (live.metadata.generation ?? 0) &&
    updatedReplicas >= wanted &&
    replicas === updatedReplicas &&
    availableReplicas >= wanted
  );
}

const isTrouble = ({ type, status, reason }: DeploymentCondition): boolean =>
  (type === 'ReplicaFailure' && status === 'True') ||
  (type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded');

function troubleOf({ live }: Pair): Why | undefined {
  const found = live?.status?.conditions?.find(isTrouble);
  return (
    live &&
    found && {
      reason: found.reason ?? found.type,
      message: `Expected Deployment ${live.metadata.name} to become available, found: ${tidy(found.message ?? found.type)}`,
    }
  );
}

/** Of the Deployments as they should be and as they are; `left out` are those that nobody is to be blamed for. */
export function readinessOf(
  desired: readonly Deployment[],
  live: (name: string) => Deployment | undefined,
  leftOut: readonly string[],
): Readiness {
  const pairs = desired.map((one): Pair => ({ desired: one, live: live(one.metadata.name) }));
  const judged = pairs.filter(({ desired: { metadata } }) => !leftOut.includes(metadata.name));
  const waiting = judged.filter((pair) => !isComplete(pair));
  const trouble = waiting.map(troubleOf).find((one) => one !== undefined);
  return {
    ready: waiting.length === 0 && pairs.length > 0,
    waitingFor: waiting.map(({ desired: { metadata } }) => metadata.name),
    ...(trouble && { trouble }),
    of: judged.length,
    none: pairs.every(({ live: there }) => (there?.status?.replicas ?? 0) === 0),
  };
}

/** States that waiting seldom mends. https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff and the like */
const STUCK: Readonly<Record<string, (pod: string, namespace: string) => string>> = {
  ...Object.fromEntries(
    ['ErrImagePull', 'ImagePullBackOff', 'ErrImageNeverPull', 'InvalidImageName'].map((reason) => [
      reason,
      () => "Check the images in the Workshop's spec.lab, and that every node can get them.",
    ]),
  ),
  ...Object.fromEntries(
    ['CrashLoopBackOff', 'RunContainerError'].map((reason) => [
      reason,
      (pod: string, namespace: string) => `Read its last words: kubectl -n ${namespace} logs ${pod} --previous`,
    ]),
  ),
  ...Object.fromEntries(
    ['CreateContainerConfigError', 'CreateContainerError'].map((reason) => [
      reason,
      (pod: string, namespace: string) => `Look closer: kubectl -n ${namespace} describe pod ${pod}`,
    ]),
  ),
};

/** The last line of a message: one line of bounded length, without what a terminal would obey. */
function tidy(message: string): string {
  const lines = message
    .split('\n')
    .map((line) => line.replace(/\p{Cc}+/gu, ' ').trim())
    .filter((line) => line !== '');
  const line = lines.at(-1) ?? '';
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}

/** What the container said before it ended, else what the kubelet says. */
const lastWords = ({ state, lastState }: ContainerStatus): string =>
  tidy(lastState?.terminated?.message ?? '') || tidy(state?.waiting?.message ?? '');

function stuck({ metadata: { name, namespace = '' }, status }: Pod): Why | undefined {
  // Of those that run first, too: while one of them is stuck, the others only wait for it.
  const whys = [...(status?.initContainerStatuses ?? []), ...(status?.containerStatuses ?? [])].map((container) => {
    const { reason = '' } = container.state?.waiting ?? {};
    const words = lastWords(container);
    const found = `${container.name} in ${reason}${words && `: ${words}`}`;
    return {
      reason,
      message: `Expected pod ${name} to start, found its container ${found}. ${STUCK[reason]?.(name, namespace) ?? ''}`,
    };
  });
  return whys.find(({ reason }) => reason in STUCK);
}

function unplaced({ metadata: { name }, status }: Pod): Why | undefined {
  const found = status?.conditions?.find(
    ({ type, status: is, reason }) => type === 'PodScheduled' && is === 'False' && reason === 'Unschedulable',
  );
  return (
    found && {
      reason: 'Unschedulable',
      message: `Expected a node with room for pod ${name}, found: ${tidy(found.message ?? 'none')} Add nodes, or have the lab ask for less in the Workshop's spec.lab.`,
    }
  );
}

/** What keeps the pods of these Deployments from being ready, if a pod says so. */
export function diagnose(pods: readonly Pod[], deployments: readonly string[]): Why | undefined {
  const theirs = pods
    .filter(
      ({ metadata }) =>
        metadata.deletionTimestamp === undefined && deployments.some((name) => metadata.name.startsWith(`${name}-`)),
    )
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return theirs.map(stuck).find((why) => why !== undefined) ?? theirs.map(unplaced).find((why) => why !== undefined);
}
