// Decides whether a seat's lab is ready, from its Deployments alone.
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Deployment, DeploymentCondition } from '../../kubernetes/types.ts';
import type { Change } from '../engine/store.ts';
import { isDeployment } from './types.ts';

/** The reason and the message of a condition that reports a problem. */
export interface Diagnosis {
  /** The condition's reason: one word in CamelCase. */
  readonly reason: string;
  /** The condition's message. It says what was expected, what was found, and what to do. */
  readonly message: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** Names of the Deployments that are not completely rolled out. */
  readonly unavailable: readonly string[];
  /**
   * Kubernetes' reason and message for the first unavailable Deployment whose rollout failed. Undefined if none failed.
   */
  readonly diagnosis?: Diagnosis;
  /** Number of Deployments that count for readiness. */
  readonly total: number;
  /** True if no Deployment has pods, according to Kubernetes. */
  readonly hasNoPods: boolean;
}

/** Problems that pods report while a lab is not ready. */
export interface PodDiagnosis {
  /** Names of the Deployments that were not available at the time when the pods were listed. */
  readonly unavailable: readonly string[];
  /** The first problem that a pod reports. Undefined if no pod reports a problem. */
  readonly diagnosis: Diagnosis | undefined;
  readonly pods: {
    /** Names of the pods in the namespace that are not the lab's. */
    readonly foreign: readonly string[];
    /** When the oldest pod of an unavailable Deployment was created, in milliseconds since 1970. */
    readonly oldest?: number;
  };
}

/** A desired Deployment, together with the live Deployment of the same name. */
interface Comparison {
  readonly desired: Deployment;
  readonly live: Deployment | undefined;
}

/** Defaults for the numbers in a Deployment's status, because Kubernetes leaves out every number that is 0. */
const ZEROS = { observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0 };

/**
 * Whether the Deployment is completely rolled out, by the rules of `kubectl rollout status`.
 * https://kubernetes.io/docs/concepts/workloads/controllers/deployment/#complete-deployment
 */
function isComplete({ desired, live }: Comparison): boolean {
  if (!live) return false;
  const { replicas: wanted = 1 } = desired.spec;
  const { observedGeneration, replicas, updatedReplicas, availableReplicas } = { ...ZEROS, ...live.status };
  return (
    observedGeneration >= (live.metadata.generation ?? 0) &&
    updatedReplicas >= wanted &&
    replicas === updatedReplicas &&
    availableReplicas >= wanted
  );
}

const isFailure = ({ type, status, reason }: DeploymentCondition): boolean =>
  (type === 'ReplicaFailure' && status === 'True') ||
  (type === 'Progressing' && status === 'False' && reason === 'ProgressDeadlineExceeded');

function diagnosisOf({ live }: Comparison): Diagnosis | undefined {
  const condition = live?.status?.conditions?.find(isFailure);
  if (!live || !condition) return undefined;
  const { reason = condition.type, message = condition.type } = condition;
  const expected = `Expected Deployment ${live.metadata.name} to become available`;
  return { reason, message: `${expected}, found: ${lastLine(message)}` };
}

/**
 * Compares desired Deployments with the live Deployments of the same names. Deployments whose names are in `ignored` do
 * not count for readiness.
 */
export function readinessOf(
  desired: readonly Deployment[],
  live: (name: string) => Deployment | undefined,
  ignored: readonly string[],
): Readiness {
  const all = desired.map((one): Comparison => ({ desired: one, live: live(one.metadata.name) }));
  const counted = all.filter((one) => !ignored.includes(one.desired.metadata.name));
  const incomplete = counted.filter((one) => !isComplete(one));
  const diagnosis = incomplete.map(diagnosisOf).find((one) => one !== undefined);
  return {
    ready: incomplete.length === 0 && all.length > 0,
    unavailable: incomplete.map((one) => one.desired.metadata.name),
    ...(diagnosis && { diagnosis }),
    total: counted.length,
    hasNoPods: all.every((one) => (one.live?.status?.replicas ?? 0) === 0),
  };
}

/** Returns all that a seat's reconcile reads of a Deployment. Most changes while its pods start are of other fields. */
function relevantParts(live: Deployment): object {
  const { replicas: wanted = 1 } = live.spec;
  const comparison = { desired: live, live };
  return {
    ...live,
    metadata: { ...live.metadata, resourceVersion: undefined },
    status: [isComplete(comparison), diagnosisOf(comparison), wanted > 0 || live.status?.replicas],
  };
}

/** Whether a change of an object in a seat's namespace could change the result of the seat's reconcile. */
export function affectsSeat({ old, new: now }: Change<KubeObject>): boolean {
  if (!old || !now || !isDeployment(old) || !isDeployment(now)) return true;
  return JSON.stringify(relevantParts(old)) !== JSON.stringify(relevantParts(now));
}

/**
 * Returns the last line of a message, cut to 240 characters. Removes control characters, because a terminal would
 * execute them.
 */
export function lastLine(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/\p{Cc}+/gu, ' ').trim());
  const line = lines.findLast((one) => one !== '') ?? '';
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
