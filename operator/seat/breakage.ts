// Finds out whether the attendee keeps the lab from being ready. What an attendee breaks in their own seat must not
// stop the rollout for others.
import type { Deployment } from '../../kubernetes/types.ts';
import { BROKEN_BY_ATTENDEE } from '../api/types.ts';
import type { Diagnosis, PodDiagnosis } from './deployment-readiness.ts';

/** What is known of a lab that is not ready. */
export interface BreakageInput {
  readonly namespace: string;
  /** The live Deployments that are not available. */
  readonly deployments: readonly Deployment[];
  readonly podDiagnosis: PodDiagnosis;
  /** Time since which the lab has not been ready, in milliseconds since 1970. */
  readonly since: number;
}

/** Milliseconds after which a Deployment's pods must not be new any more, unless somebody deletes or restarts them. */
const NEW_PODS_AFTER_MS = 60_000;

const nameOf = ({ metadata }: Deployment): string => metadata.name;

function paused({ deployments }: BreakageInput): string | undefined {
  const [first] = deployments.filter(({ spec }) => spec.paused === true).map(nameOf);
  return first && `Deployment ${first} is paused, which the lab never does.`;
}

const isOverQuota = ({ status }: Deployment): boolean =>
  (status?.conditions ?? []).some(
    ({ type, status: value, message = '' }) =>
      type === 'ReplicaFailure' && value === 'True' && message.includes('exceeded quota'),
  );

function quotaFilled({ deployments, podDiagnosis: { pods }, namespace }: BreakageInput): string | undefined {
  const [first] = deployments.filter(isOverQuota).map(nameOf);
  if (first === undefined || pods.foreign.length === 0) return undefined;
  const names = pods.foreign.slice(0, 3).join(' ');
  return (
    `The attendee's ${pods.foreign.length} own pods fill the quota, so that ${first} gets none. ` +
    `Delete them: kubectl -n ${namespace} delete pod ${names}`
  );
}

/** A lab whose pods report no problem, but are much younger than its wait. Pods that nobody deletes are as old. */
function podsReplaced({ podDiagnosis: { pods, diagnosis, unavailable }, since }: BreakageInput): string | undefined {
  const isNew = pods.oldest !== undefined && pods.oldest - since > NEW_PODS_AFTER_MS;
  return isNew && !diagnosis
    ? `Somebody deletes or restarts the pods of ${unavailable.join(', ')} again and again.`
    : undefined;
}

/** Returns what the attendee has done that keeps the lab from being ready, if anything shows that. */
export function breakageOf(input: BreakageInput): Diagnosis | undefined {
  const message = paused(input) ?? quotaFilled(input) ?? podsReplaced(input);
  return message === undefined
    ? undefined
    : { reason: BROKEN_BY_ATTENDEE, message: `${message} Other seats are not affected.` };
}
