// Builds a Seat's status from the results of the phases. It sends no requests. The controller writes the status if it
// differs from the current one.
import { conditionOf, isTrue, rfc3339, setCondition, setConditions } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { NAMES } from '../api/types.ts';
import type { Seat, SeatPhase, SeatStatus } from '../api/types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import { validAccess } from './access-condition.ts';
import { isStopped } from './context.ts';
import type { Contest } from '../engine/contests.ts';
import type { Diagnosis } from './deployment-readiness.ts';
import { guideConditions } from './guide-conditions.ts';
import { namespaceOf } from './objects.ts';
import type { Findings, SeatProblem } from './phase-result.ts';

/** What the phases of one reconcile have found. */
export interface SeatState extends Findings {
  /** The problem because of which some objects do not match the spec. Unset if all objects match. */
  readonly problem: SeatProblem | undefined;
  /** The problem because of which the attendee has no valid kubeconfig. Unset if the kubeconfig is valid. */
  readonly accessProblem: SeatProblem | undefined;
  /** The API server's URL in the kubeconfig. */
  readonly server: string;
}

export interface Timing {
  /** Current time, in milliseconds since 1970. */
  readonly now: number;
  /** How long a seat may take to become ready, in milliseconds. */
  readonly deadline: number;
}

/** Types of a Seat's conditions. Ready is True only if Provisioned and Access are True. */
export const TYPES = { ready: 'Ready', provisioned: 'Provisioned', access: 'Access' } as const;

/** Whether an earlier reconcile has already brought all of the seat's objects to the current spec. */
export const wasProvisioned = ({ metadata, status }: Seat): boolean =>
  status?.observedGeneration === metadata.generation && isTrue(status?.conditions, TYPES.provisioned);

/** Whether the seat must change to a new revision, or was stopped and must start again. */
const isRestarting = (seat: Seat): boolean =>
  seat.status?.revision !== seat.spec.revision || (seat.status.phase === 'Stopped' && !isStopped(seat));

/**
 * Returns the conditions from the current status. If the seat restarts, Provisioned is set to False, so that the time
 * limit for readiness starts again.
 */
function earlierConditions(seat: Seat, now: number): readonly Condition[] {
  const conditions = seat.status?.conditions ?? [];
  if (!isRestarting(seat)) return conditions;
  return setCondition(
    conditions,
    { type: TYPES.provisioned, status: 'False', reason: 'Provisioning', message: '' },
    { now },
  );
}

/**
 * Returns the time since which the seat has waited for its present goal, in milliseconds since 1970. The first goal is
 * that its objects match the spec, the second that its lab is ready.
 */
export function unreadySince(seat: Seat, provisioned: boolean, now: number): number {
  const conditions = earlierConditions(seat, now);
  const since = (type: string, status: 'True' | 'False'): number => {
    const condition = conditionOf(conditions, type);
    return condition?.status === status ? Date.parse(condition.lastTransitionTime) : now;
  };
  return Math.max(since(TYPES.provisioned, provisioned ? 'True' : 'False'), since(TYPES.ready, 'False'));
}

/** Formats milliseconds for people, such as "5 minutes" or "90 s". */
export const duration = (ms: number): string =>
  ms > 60_000 && ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${Math.round(ms / 1000)} s`;

/** Says who keeps adding which fields to an object. Names the manager as the API server recorded it. */
function contestText({ object: { kind, metadata }, fields, managers }: Contest, others: number): string {
  const more = others > 0 ? ` The same happens to ${others} more objects.` : '';
  return (
    `But field manager ${managers.join(', ')} has put back ${fields.slice(0, 3).join(', ')} of ${kind} ` +
    `${metadata.name} three times, so the operator leaves it for ten minutes.${more} If a tool of the cluster does ` +
    `this, exclude namespace ${metadata.namespace ?? ''} from it. If it is the attendee, talk to them.`
  );
}

/** Says that the lab is that of another release. Provisioned stays False if that release has not finished the lab. */
function awaitsRolloutCondition({ spec, status }: Seat): ConditionSpec {
  const isComplete = status?.revision === spec.revision;
  const message =
    'Another release of the operator created this lab. It stays as it is, also if somebody changes its objects, ' +
    `until the rollout of Workshop ${spec.workshop} reaches this seat. If the rollout is paused, resume it: ` +
    `kubectl patch workshop ${spec.workshop} --type=merge -p '{"spec":{"rollout":{"paused":false}}}'`;
  return { type: TYPES.provisioned, status: isComplete ? 'True' : 'False', reason: 'AwaitsRollout', message };
}

function provisionedCondition(seat: Seat, { problem, contests, awaitsRollout }: SeatState): ConditionSpec {
  const type = TYPES.provisioned;
  if (problem) return { type, status: 'False', reason: problem.reason, message: problem.message };
  if (awaitsRollout) return awaitsRolloutCondition(seat);
  const message = `Namespace ${namespaceOf(seat)} and its objects follow revision ${seat.spec.revision}.`;
  const [first, ...others] = contests;
  if (!first) return { type, status: 'True', reason: 'Provisioned', message };
  return {
    type,
    status: 'True',
    reason: 'FieldsContested',
    message: `${message} ${contestText(first, others.length)}`,
  };
}

const ACCESS_ENDED: Diagnosis = {
  reason: 'Stopped',
  message:
    "The seat is stopped, so the attendee's kubeconfig and all tokens of the attendee's account are void. After the " +
    'start, the operator writes a new kubeconfig. Hand it out again.',
};

const NO_ACCESS_YET: Diagnosis = {
  reason: 'NotYet',
  message: 'The kubeconfig does not exist yet. The operator writes it after it creates the namespace.',
};

function accessCondition(seat: Seat, { access, accessProblem, problem, server }: SeatState): ConditionSpec {
  if (access && !accessProblem) return validAccess(seat, access, server);
  const { reason, message } = accessProblem ?? problem ?? (isStopped(seat) ? ACCESS_ENDED : NO_ACCESS_YET);
  return { type: TYPES.access, status: 'False', reason, message };
}

/**
 * Returns a text that names the Deployments which do not count for readiness, because they run files that the attendee
 * has edited.
 */
const customizedText = ({ customized }: SeatState): string =>
  customized
    .map((name) => {
      const files = name === NAMES.dice ? 'code' : 'configuration';
      return ` ${name} is not counted because it runs the attendee's own ${files}.`;
    })
    .join('');

/** Milliseconds before the status explains why a lab is not ready. Most labs are ready earlier. */
export const QUIET_MS = 30_000;
/**
 * Milliseconds before a lab without a known problem is reported as slow. In a large class on few CPUs, labs often only
 * need time, and each report costs a write.
 */
const SLOW_MS = 90_000;

const STOPPED: Diagnosis = {
  reason: 'Stopped',
  message:
    "The seat is stopped. All its pods end, also the attendee's own. " +
    'Start it with kubectl scale seat NAME --replicas=1. ' +
    "If the class has expired, set the Workshop's spec.schedule.expiresAt to a later time.",
};

const starting = ({ status }: Seat): Diagnosis => ({
  reason: status?.readyAt === undefined ? 'Starting' : 'Updating',
  message: "Waiting for the lab's Deployments to become available.",
});

function notAvailable(seat: Seat, state: SeatState, { deadline }: Timing): Diagnosis {
  const unavailable = state.podDiagnosis?.unavailable ?? state.readiness.unavailable;
  return {
    reason: 'NotAvailable',
    message:
      `Expected the lab's Deployments to become available within ${duration(deadline)}, found some that are not: ` +
      `${unavailable.join(', ')}.${customizedText(state)} ` +
      `Look closer: kubectl -n ${namespaceOf(seat)} get pods,events`,
  };
}

/** Returns why the lab's Deployments are not available. In the first QUIET_MS it only says that they are starting. */
function unavailability(seat: Seat, state: SeatState, timing: Timing): Diagnosis {
  const waited = timing.now - state.unreadySince;
  if (waited < QUIET_MS) return starting(seat);
  if (state.breakage) return state.breakage;
  const diagnosis = state.podDiagnosis?.diagnosis ?? state.readiness.diagnosis;
  if (diagnosis) return diagnosis;
  return waited < Math.min(SLOW_MS, timing.deadline) ? starting(seat) : notAvailable(seat, state, timing);
}

function problemDiagnosis({ reason, message }: SeatProblem, isRunning: boolean): Diagnosis {
  return { reason, message: isRunning ? `${message} The lab keeps running as before.` : message };
}

function unreadiness(seat: Seat, state: SeatState, timing: Timing): Diagnosis {
  const { readiness, problem, accessProblem } = state;
  if (problem) return problemDiagnosis(problem, readiness.ready);
  if (isStopped(seat)) return STOPPED;
  return readiness.ready && accessProblem ? accessProblem : unavailability(seat, state, timing);
}

/** Whether the seat is running and all its objects follow its spec. */
const isReady = (seat: Seat, { problem, readiness, accessProblem }: SeatState): boolean =>
  problem === undefined && accessProblem === undefined && readiness.ready && !isStopped(seat);

function readyCondition(seat: Seat, state: SeatState, timing: Timing): ConditionSpec {
  const type = TYPES.ready;
  if (isReady(seat, state)) {
    const message = `All ${state.readiness.total} Deployments of the lab are available.${customizedText(state)}`;
    return { type, status: 'True', reason: 'LabAvailable', message };
  }
  const { reason, message } = unreadiness(seat, state, timing);
  return { type, status: 'False', reason, message };
}

/** Whether the attendee has broken the seat. It fails at once, so that it takes no place in the rollout. */
const isBroken = ({ breakage, unreadySince: since }: SeatState, now: number): boolean =>
  breakage !== undefined && now - since >= QUIET_MS;

/** Whether the seat is stopped and has no pods left. */
const hasEnded = (seat: Seat, { readiness, arePodsLeft = false }: SeatState): boolean =>
  isStopped(seat) && readiness.hasNoPods && !arePodsLeft;

/** Returns the phase of a seat that is neither Ready nor Stopped yet, and may still get there. */
function changingPhase(seat: Seat, problem: SeatProblem | undefined): SeatPhase {
  if (problem?.reason === 'NamespaceTerminating') return 'Pending';
  return isStopped(seat) ? 'Stopping' : 'Provisioning';
}

function phaseOf(seat: Seat, state: SeatState, { now, deadline }: Timing): SeatPhase {
  const { problem, unreadySince: since } = state;
  if (problem?.permanent) return 'Failed';
  if (!problem && hasEnded(seat, state)) return 'Stopped';
  if (isReady(seat, state)) return 'Ready';
  if (isBroken(state, now)) return 'Failed';
  if (now - since >= deadline) return 'Failed';
  return changingPhase(seat, problem);
}

function conditionsOf(seat: Seat, state: SeatState, timing: Timing): Condition[] {
  const { now } = timing;
  const specs = [
    readyCondition(seat, state, timing),
    provisionedCondition(seat, state),
    accessCondition(seat, state),
    ...guideConditions(state),
  ];
  return setConditions(earlierConditions(seat, now), specs, { generation: seat.metadata.generation, now });
}

/** Returns the complete status of the Seat. */
export function statusOf(seat: Seat, state: SeatState, timing: Timing): SeatStatus {
  const { problem, access, url, progress, awaitsRollout } = state;
  const { status: before = {} } = seat;
  const phase = phaseOf(seat, state, timing);
  return withoutUndefined({
    observedGeneration: seat.metadata.generation,
    conditions: conditionsOf(seat, state, timing),
    phase,
    namespace: problem ? before.namespace : namespaceOf(seat),
    revision: problem || awaitsRollout ? before.revision : seat.spec.revision,
    url,
    access,
    ...progress,
    readyRevision: phase === 'Ready' ? seat.spec.revision : before.readyRevision,
    readyAt: before.readyAt ?? (phase === 'Ready' ? rfc3339(timing.now) : undefined),
    replicas: hasEnded(seat, state) ? 0 : 1,
  });
}

const withoutUndefined = (status: { readonly [Key in keyof SeatStatus]: SeatStatus[Key] | undefined }): SeatStatus =>
  Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
