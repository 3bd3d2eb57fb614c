// The result of one phase of a seat: the phase is done, or the reconcile must soon be repeated, or a condition must
// report a problem.
import type { SeatStatus } from '../api/types.ts';
import type { Contest } from '../engine/contests.ts';
import type { Diagnosis, Readiness } from './deployment-readiness.ts';
import type { PodDiagnosis } from './deployment-readiness.ts';
import { asError } from '../../support/errors.ts';

/** A problem that keeps a seat from following its spec. Its text goes into the seat's conditions. */
export interface SeatProblem extends Diagnosis {
  /** Whether the problem stays until somebody changes something. If so, the seat's phase becomes Failed. */
  readonly permanent: boolean;
  /**
   * The unexpected error behind the problem, which makes the work queue retry the seat. Unset if the problem has a
   * specific reason.
   */
  readonly error?: Error;
}

/** Facts for the seat's status that the phases have found. */
export interface Findings {
  readonly access: SeatStatus['access'];
  readonly url: string | undefined;
  readonly progress: Pick<SeatStatus, 'exercises' | 'progress' | 'lastActivity' | 'course'>;
  /** How many steps count as not passed because they lack the guide's signature. */
  readonly unverifiedSteps: number;
  /** Whether the guide of a ready lab has stored no key. */
  readonly hasNoKey: boolean;
  /** Names of the sidecars in the guide's pod. */
  readonly sidecars: readonly string[];
  readonly readiness: Readiness;
  /** Names of the Deployments that run a file edited by the attendee. */
  readonly customized: readonly string[];
  /** Whether the lab is that of another release of the operator, and waits until the rollout changes it. */
  readonly awaitsRollout: boolean;
  /** Whether a stopped seat still has pods of the attendee. */
  readonly arePodsLeft?: boolean;
  /** Objects with fields that somebody keeps putting back. */
  readonly contests: readonly Contest[];
  /** What the pods report about a lab that is not ready. Undefined if the pods were not listed. */
  readonly podDiagnosis: PodDiagnosis | undefined;
  /** What the attendee has done that keeps the lab from being ready. Undefined if nothing shows that. */
  readonly breakage?: Diagnosis | undefined;
  /** Time since which the seat has not been ready, in milliseconds since 1970. */
  readonly unreadySince: number;
}

/** Why a reconcile ends early and is soon repeated, although nothing is wrong. */
export type RequeueReason =
  | 'FilesNotCached'
  | 'NamespaceNotCached'
  | 'NamespaceTerminating'
  | 'ObjectReplaced'
  | 'PermissionsPending'
  | 'ServiceAccountNotCached'
  | 'YieldToOtherSeats';

export interface Done<T extends Partial<Findings> = Partial<Findings>> {
  readonly type: 'done';
  readonly findings: T;
}

export interface RequeueAfter {
  readonly type: 'requeueAfter';
  readonly ms: number;
  readonly reason: RequeueReason;
}

export interface Problem {
  readonly type: 'problem';
  readonly problem: SeatProblem;
}

export type PhaseResult = Done | RequeueAfter | Problem;

export const DONE: Done = { type: 'done', findings: {} };

export const requeueAfter = (ms: number, reason: RequeueReason): RequeueAfter => ({ type: 'requeueAfter', ms, reason });

export const problem = (reason: string, message: string): Problem => ({
  type: 'problem',
  problem: { reason, message, permanent: false },
});

export const permanentProblem = (reason: string, message: string): Problem => ({
  type: 'problem',
  problem: { reason, message, permanent: true },
});

/**
 * Converts an error into a problem with the reason Error. Used for errors for which no phase has a more specific
 * reason.
 */
export function unexpected(thrown: unknown): Problem {
  const error = asError(thrown);
  const message = `The operator retries after an unexpected error: ${error.message}`;
  return { type: 'problem', problem: { reason: 'Error', message, permanent: false, error } };
}

/** Returns how bad a phase result is, as a number. A lower number is worse. */
function rankOf(result: PhaseResult): number {
  if (result.type === 'done') return 4;
  if (result.type === 'requeueAfter') return 3;
  if (result.problem.error) return 2;
  return result.problem.permanent ? 0 : 1;
}

/**
 * Returns the worst of several phase results. From worst to best: a permanent problem, a problem that may pass by
 * itself, an unexpected error, a requeue, done.
 */
export const worstOf = (results: readonly PhaseResult[]): PhaseResult =>
  results.toSorted((a, b) => rankOf(a) - rankOf(b))[0] ?? DONE;

/** Runs several steps one after another. Stops at the first step whose result is not done, and returns this result. */
export async function inOrder(...steps: readonly (() => Promise<PhaseResult>)[]): Promise<PhaseResult> {
  for (const step of steps) {
    const result = await step();
    if (result.type !== 'done') return result;
  }
  return DONE;
}
