// Whether a seat's lab can be used, judged by its Deployments alone.
import type { Deployment, DeploymentCondition } from '../../kubernetes/types.ts';

/** What is wrong, for a condition. */
export interface Diagnosis {
  /** One word in CamelCase. */
  readonly reason: string;
  /** What was expected, what was found, what to do. */
  readonly message: string;
}

export interface Readiness {
  readonly ready: boolean;
  /** Names of Deployments that are not complete. */
  readonly unavailable: readonly string[];
  /** What Kubernetes reports about one of these. */
  readonly diagnosis?: Diagnosis;
  /** How many Deployments count. */
  readonly total: number;
  /** Whether no Deployment has a pod, as far as Kubernetes reports. */
  readonly hasNoPods: boolean;
}

/** What pods report about a lab that is not ready. */
export interface PodDiagnosis {
  /** Deployments that were not available when the pods were listed. */
  readonly unavailable: readonly string[];
  /** The first reason that a pod gives, if any does. */
  readonly diagnosis: Diagnosis | undefined;
}

/** A Deployment as it should be, and as it is. */
interface Comparison {
  readonly desired: Deployment;
  readonly live: Deployment | undefined;
}

/** Kubernetes leaves out numbers that are 0. */
const ZEROS = { observedGeneration: 0, replicas: 0, updatedReplicas: 0, availableReplicas: 0 };

/**
 * As `kubectl rollout status` decides.
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

/** Compares Deployments by name. Those in `ignored` do not count. */
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

/** The last line of a message, at most 240 characters, without control characters that a terminal would execute. */
export function lastLine(message: string): string {
  const lines = message.split('\n').map((line) => line.replace(/\p{Cc}+/gu, ' ').trim());
  const line = lines.findLast((one) => one !== '') ?? '';
  return line.length > 240 ? `${line.slice(0, 239)}…` : line;
}
