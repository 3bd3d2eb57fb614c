// What a Seat's status says, from what was found. Pure, so that a reconcile writes it once, and only where it differs.
import { conditionOf, isTrue, rfc3339, setCondition, setConditions } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { NAMES } from '../api/types.ts';
import type { Seat, SeatPhase, SeatStatus } from '../api/types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import { namespaceOf } from './objects.ts';
import { isStopped } from './options.ts';
import type { SeatProblem } from './problem.ts';
import type { Waiting } from './pods.ts';
import type { Readiness, Why } from './readiness.ts';

/** What a reconcile has found out and done. */
export interface Found {
  /** Why not all objects stand, if not. */
  readonly problem: SeatProblem | undefined;
  /** Why the attendee has no access, if not. */
  readonly accessProblem: SeatProblem | undefined;
  readonly access: SeatStatus['access'];
  readonly readiness: Readiness;
  /** Deployments that run what is the attendee's own. */
  readonly runningOwn: readonly string[];
  /** What the lab is waiting for, where that was looked into. */
  readonly waiting: Waiting | undefined;
  readonly url: string | undefined;
  readonly progress: Pick<SeatStatus, 'exercises' | 'progress' | 'lastActivity'>;
}

export interface When {
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Since when the seat is not ready, as `unreadySince` says. */
  readonly since: number;
  /** Milliseconds that it may take. */
  readonly deadline: number;
}

/** Ready says it all; the others, what that needs. */
export const TYPES = { ready: 'Ready', provisioned: 'Provisioned', access: 'Access' } as const;

/** Everything has been as the spec says it now. */
export const wasProvisioned = ({ metadata, status }: Seat): boolean =>
  status?.observedGeneration === metadata.generation && isTrue(status?.conditions, TYPES.provisioned);

/** The namespace is to follow a new revision, or to be started again. */
const beginsAnew = (seat: Seat): boolean =>
  seat.status?.revision !== seat.spec.revision || (seat.status.phase === 'Stopped' && !isStopped(seat));

/** The conditions as they were, but that what begins anew is not provisioned until it is: so that the time counts from then. */
function conditionsBefore(seat: Seat, now: number): readonly Condition[] {
  const { status: { conditions = [] } = {} } = seat;
  if (!beginsAnew(seat)) return conditions;
  return setCondition(
    conditions,
    { type: TYPES.provisioned, status: 'False', reason: 'Provisioning', message: '' },
    { now },
  );
}

/** Since when the seat would have been waiting, should it not be ready now: until its objects stand for that, from then on for its lab. */
export function unreadySince(seat: Seat, provisioned: boolean, now: number): number {
  const before = conditionsBefore(seat, now);
  const since = (type: string, status: 'True' | 'False'): number => {
    const condition = conditionOf(before, type);
    return condition?.status === status ? Date.parse(condition.lastTransitionTime) : now;
  };
  return Math.max(since(TYPES.provisioned, provisioned ? 'True' : 'False'), since(TYPES.ready, 'False'));
}

/** For people: 5 minutes, 90 s. */
export const duration = (ms: number): string =>
  ms > 60_000 && ms % 60_000 === 0 ? `${ms / 60_000} minutes` : `${Math.round(ms / 1000)} s`;

function provisionedCondition(seat: Seat, { problem }: Found): ConditionSpec {
  const type = TYPES.provisioned;
  return problem
    ? { type, status: 'False', reason: problem.reason, message: problem.message }
    : {
        type,
        status: 'True',
        reason: 'Provisioned',
        message: `Namespace ${namespaceOf(seat)} and all in it are as revision ${seat.spec.revision} has them.`,
      };
}

function accessCondition(seat: Seat, { access, accessProblem, problem }: Found): ConditionSpec {
  const type = TYPES.access;
  if (access && !accessProblem) {
    return {
      type,
      status: 'True',
      reason: 'KubeconfigValid',
      message: `Secret ${namespaceOf(seat)}/${NAMES.kubeconfig} holds a kubeconfig, whose token is renewed in time.`,
    };
  }
  const { reason, message } = accessProblem ??
    problem ?? { reason: 'NotYet', message: 'The kubeconfig is written once the namespace is there.' };
  return { type, status: 'False', reason, message };
}

/** What is said of those with code or configuration of the attendee's own: that they run or not is theirs to see to. */
const ofOwn = ({ runningOwn }: Found): string =>
  runningOwn
    .map(
      (name) =>
        ` ${name} is not counted, as it runs the attendee's own ${name === NAMES.dice ? 'code' : 'configuration'}.`,
    )
    .join('');

/** For so long nobody asks what a lab is waiting for: most is over by then. */
export const SOON_MS = 30_000;
/** And for so long nothing is said of it unless something is wrong: a class that begins on few processors only needs time, and each word is a write. */
const PATIENT_MS = 90_000;
const isSoon = ({ now, since }: When): boolean => now - since < SOON_MS;
const isPatient = ({ now, since, deadline }: When): boolean => now - since < Math.min(PATIENT_MS, deadline);

const STOPPED: Why = {
  reason: 'Stopped',
  message:
    'The seat is stopped. Start it with kubectl scale seat NAME --replicas=1, or extend the class if it has expired.',
};

const starting = ({ status }: Seat): Why => ({
  reason: status?.readyAt === undefined ? 'Starting' : 'Updating',
  message: "Waiting for the lab's Deployments to become available.",
});

function notAvailable(seat: Seat, found: Found, { deadline }: When): Why {
  return {
    reason: 'NotAvailable',
    message:
      `Expected the lab's Deployments to become available within ${duration(deadline)}, still waiting for ${(found.waiting?.for ?? found.readiness.waitingFor).join(', ')}.${ofOwn(found)} ` +
      `Look closer: kubectl -n ${namespaceOf(seat)} get pods,events`,
  };
}

/** What the lab's Deployments are short of, as far as it is time to say so. */
function whyNotAvailable(seat: Seat, found: Found, when: When): Why {
  if (isSoon(when)) return starting(seat);
  return (
    found.waiting?.why ??
    found.readiness.trouble ??
    (isPatient(when) ? starting(seat) : notAvailable(seat, found, when))
  );
}

function whyNotReady(seat: Seat, found: Found, when: When): Why {
  const {
    readiness: { ready },
    problem,
    accessProblem,
  } = found;
  if (problem)
    return {
      reason: problem.reason,
      message: ready ? `${problem.message} The lab runs as it was before.` : problem.message,
    };
  if (isStopped(seat)) return STOPPED;
  if (ready && accessProblem) return accessProblem;
  return whyNotAvailable(seat, found, when);
}

/** As its spec says in every way, and running. */
const isReady = (seat: Seat, { problem, readiness, accessProblem }: Found): boolean =>
  problem === undefined && accessProblem === undefined && readiness.ready && !isStopped(seat);

function readyCondition(seat: Seat, found: Found, when: When): ConditionSpec {
  if (isReady(seat, found)) {
    return {
      type: TYPES.ready,
      status: 'True',
      reason: 'LabAvailable',
      message: `All ${found.readiness.of} Deployments of the lab are available.${ofOwn(found)}`,
    };
  }
  const { reason, message } = whyNotReady(seat, found, when);
  return { type: TYPES.ready, status: 'False', reason, message };
}

function phaseOf(seat: Seat, found: Found, { now, since, deadline }: When): SeatPhase {
  const { problem, readiness } = found;
  if (problem?.permanent) return 'Failed';
  if (!problem && isStopped(seat) && readiness.none) return 'Stopped';
  if (isReady(seat, found)) return 'Ready';
  if (now - since >= deadline) return 'Failed';
  return problem?.reason === 'NamespaceTerminating' ? 'Pending' : 'Provisioning';
}

/** The status, complete. */
export function statusOf(seat: Seat, found: Found, when: When): SeatStatus {
  const { problem, access, url, progress, readiness } = found;
  const { status: before = {} } = seat;
  const phase = phaseOf(seat, found, when);
  const at = { generation: seat.metadata.generation, now: when.now };
  const sayings = [readyCondition(seat, found, when), provisionedCondition(seat, found), accessCondition(seat, found)];
  const namespace = problem ? before.namespace : namespaceOf(seat);
  const revision = problem ? before.revision : seat.spec.revision;
  const readyAt = before.readyAt ?? (phase === 'Ready' ? rfc3339(when.now) : undefined);
  return withoutUndefined({
    observedGeneration: seat.metadata.generation,
    conditions: setConditions(conditionsBefore(seat, when.now), sayings, at),
    phase,
    namespace,
    revision,
    url,
    access,
    ...progress,
    readyAt,
    replicas: isStopped(seat) && readiness.none ? 0 : 1,
  });
}

const withoutUndefined = (status: { readonly [Key in keyof SeatStatus]: SeatStatus[Key] | undefined }): SeatStatus =>
  Object.fromEntries(Object.entries(status).filter(([, value]) => value !== undefined));
