// Finds out from a seat's pods why the lab is not ready. The operator does not watch pods. It lists them only when a
// lab takes long to become ready.
import { RELEASE } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { SeatContext } from './context.ts';
import type { Diagnosis, PodDiagnosis } from './deployment-readiness.ts';
import { lastLine } from './deployment-readiness.ts';
import { namespaceOf } from './objects.ts';
import type { ContainerStatus, Pod } from '../../kubernetes/types.ts';

/**
 * Milliseconds for which the operator reuses a diagnosis. Each new diagnosis may cause a write of the status, and
 * hundreds of seats may need one at the same time.
 */
const VALID_MS = 20_000;

/**
 * Lists the seat's pods and diagnoses the pods of the unavailable Deployments. Reuses the previous diagnosis if it is
 * less than VALID_MS old.
 */
export async function askPods(
  { options: { api }, seat, memo, now }: SeatContext,
  unavailable: readonly string[],
): Promise<PodDiagnosis> {
  if (memo.podDiagnosis && now - memo.podDiagnosis.at < VALID_MS) return memo.podDiagnosis;
  const pods = await api.list<Pod>(KINDS.Pod, { namespace: namespaceOf(seat) });
  const diagnosis = diagnose(pods.filter(hasLabelOfLab), unavailable);
  memo.podDiagnosis = { at: now, unavailable, diagnosis, pods: summaryOf(pods, unavailable) };
  return memo.podDiagnosis;
}

const hasLabelOfLab = ({ metadata: { labels = {} } }: Pod): boolean => labels['app.kubernetes.io/instance'] === RELEASE;

/** Whether a ReplicaSet of the lab made the pod. */
const isOfLab = (pod: Pod): boolean =>
  hasLabelOfLab(pod) &&
  (pod.metadata.ownerReferences ?? []).some(({ kind, controller }) => kind === 'ReplicaSet' && controller === true);

const isLive = ({ metadata }: Pod): boolean => metadata.deletionTimestamp === undefined;

/** Returns which pods are not the lab's, and when the oldest live pod of an unavailable Deployment was created. */
function summaryOf(pods: readonly Pod[], unavailable: readonly string[]): PodDiagnosis['pods'] {
  const waiting = pods.filter((pod) => isLive(pod) && isOfLab(pod) && belongsTo(pod, unavailable));
  const created = waiting.map(({ metadata }) => Date.parse(metadata.creationTimestamp ?? ''));
  return {
    foreign: pods.filter((pod) => isLive(pod) && !isOfLab(pod)).map(({ metadata }) => metadata.name),
    ...(created.length > 0 && { oldest: Math.min(...created) }),
  };
}

type Advice = (pod: string, namespace: string) => string;

const checkImages: Advice = () =>
  "Check the images in the Workshop's spec.lab, or in the values of the release if spec.lab names none, and that " +
  'every node can pull them.';
const readLogs: Advice = (pod, namespace) => `Read its last output: kubectl -n ${namespace} logs ${pod} --previous`;
const describePod: Advice = (pod, namespace) => `Look closer: kubectl -n ${namespace} describe pod ${pod}`;

/**
 * Advice for each reason for which a container may wait. The list has only reasons after which a container seldom
 * starts without help.
 * https://kubernetes.io/docs/concepts/containers/images/#imagepullbackoff
 */
const ADVICE: Readonly<Record<string, Advice>> = {
  ErrImagePull: checkImages,
  ImagePullBackOff: checkImages,
  ErrImageNeverPull: checkImages,
  InvalidImageName: checkImages,
  CrashLoopBackOff: readLogs,
  RunContainerError: readLogs,
  CreateContainerConfigError: describePod,
  CreateContainerError: describePod,
};

/**
 * Returns the last output of a container's earlier run. If there is none, returns the kubelet's message about why it
 * waits.
 */
const containerMessage = ({ state, lastState }: ContainerStatus): string =>
  lastLine(lastState?.terminated?.message ?? '') || lastLine(state?.waiting?.message ?? '');

function containerDiagnosis({ metadata }: Pod, container: ContainerStatus): Diagnosis | undefined {
  const { name, namespace = '' } = metadata;
  const { reason = '' } = container.state?.waiting ?? {};
  const advice = ADVICE[reason];
  if (!advice) return undefined;
  const text = containerMessage(container);
  const found = `${container.name} in ${reason}${text && `: ${text}`}`;
  const message = `Expected pod ${name} to start, found its container ${found}. ${advice(name, namespace)}`;
  return { reason, message };
}

/**
 * Diagnoses the first container that can't start. It checks init containers first, because the other containers wait
 * until all init containers have ended.
 */
function stuckContainer(pod: Pod): Diagnosis | undefined {
  const { initContainerStatuses = [], containerStatuses = [] } = pod.status ?? {};
  return [...initContainerStatuses, ...containerStatuses]
    .map((container) => containerDiagnosis(pod, container))
    .find((diagnosis) => diagnosis !== undefined);
}

function unschedulable({ metadata: { name }, status }: Pod): Diagnosis | undefined {
  const condition = status?.conditions?.find(
    (one) => one.type === 'PodScheduled' && one.status === 'False' && one.reason === 'Unschedulable',
  );
  return (
    condition && {
      reason: 'Unschedulable',
      message:
        `Expected a node with room for pod ${name}, found: ${lastLine(condition.message ?? 'none')} ` +
        "Add nodes, or lower the lab's requests in the Workshop's spec.lab.",
    }
  );
}

const byName = (a: Pod, b: Pod): number => (a.metadata.name < b.metadata.name ? -1 : 1);

const belongsTo = ({ metadata }: Pod, deployments: readonly string[]): boolean =>
  deployments.some((name) => metadata.name.startsWith(`${name}-`));

/** Returns why the pods of the named Deployments are not ready. Returns undefined if no pod reports a reason. */
export function diagnose(pods: readonly Pod[], deployments: readonly string[]): Diagnosis | undefined {
  const candidates = pods.filter((pod) => isLive(pod) && belongsTo(pod, deployments)).sort(byName);
  const diagnoses = [...candidates.map(stuckContainer), ...candidates.map(unschedulable)];
  return diagnoses.find((diagnosis) => diagnosis !== undefined);
}
