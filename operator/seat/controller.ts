// The Seat reconciler. It gives each Seat a namespace with a lab, an account for the attendee, and guardrails. It runs
// the phases in order and collects their results. Then it writes the status once, and only if the status has changed.
import { FINALIZER, isHeld } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { NotLeadingError, isConflict } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import type { Reconciler, Result } from '../engine/reconciler.ts';
import { awaitsRollout, DEADLINES, isStopped } from './context.ts';
import type { Deadlines, LabContext, SeatContext, SeatMemo, SeatOptions } from './context.ts';
import { desiredSeat } from './desired-seat.ts';
import { recordChanges } from './events.ts';
import { heldStatus } from './held-status.ts';
import { unexpected } from './phase-result.ts';
import type { Findings, PhaseResult, Problem, RequeueAfter, RequeueReason, SeatProblem } from './phase-result.ts';
import type { Phase } from './phase.ts';
import { access, secretDue, serverOf } from './phases/access.ts';
import { guardrails } from './phases/guardrails.ts';
import { lab } from './phases/lab.ts';
import { namespace } from './phases/namespace.ts';
import { ownPods } from './phases/own-pods.ts';
import { quotaCheck } from './phases/quota-check.ts';
import { readiness } from './phases/readiness.ts';
import { termination } from './phases/termination.ts';
import { workloads } from './phases/workloads.ts';
import { QUIET_MS, statusOf } from './status.ts';
import type { SeatState } from './status.ts';
import { writeStatus } from './write-status.ts';

/**
 * The phases of a seat, in order. Permissions and guardrails come first, so that no pod ever runs unprotected. The lab
 * without its pods, the quota and the attendee's access follow. The pods come last.
 */
const PHASES: readonly Phase<LabContext>[] = [quotaCheck, namespace, guardrails, lab, access, workloads, ownPods];
/** The phases of a seat whose lab can't be rendered, or must stay as it is until the rollout changes it. */
const PHASES_WITHOUT_LAB: readonly Phase[] = [access];

/** Milliseconds for which an unexpected error is retried before the status reports it. */
const REPORT_AFTER_MS = 10_000;
/**
 * How long a seat with a problem waits for its next reconcile, in milliseconds. WAITING_MS is for a problem that may
 * pass by itself. FAILED_MS is for a problem that only a change of the Workshop or the cluster can fix.
 */
const WAITING_MS = 30_000;
const FAILED_MS = 5 * 60_000;
/** Milliseconds until the operator looks again whether a stopped seat still has pods. */
const LOOK_MS = 2000;

/** The result of a reconcile: when to reconcile the seat again, and the reason if the reconcile ended early. */
export interface SeatResult extends Result {
  readonly reason?: RequeueReason;
}

/** The combined results of all phases that have run so far. */
interface Outcome {
  readonly type: 'outcome';
  readonly problems: Partial<Readonly<Record<Phase['condition'], SeatProblem>>>;
  readonly findings: Partial<Findings>;
}

/**
 * Whether the operator only retries after an error, and does not report it. This is so if this process is not the
 * leader, if somebody else has just changed the object, or if the errors began less than REPORT_AFTER_MS ago.
 */
function isOnlyRetried(error: Error, { memo, now }: SeatContext): boolean {
  if (error instanceof NotLeadingError || isConflict(error)) return true;
  memo.failingSince ??= now;
  return now - memo.failingSince < REPORT_AFTER_MS;
}

/**
 * Returns a phase's problem, so that the status reports it.
 * @throws the problem's error, if the operator should retry and report nothing
 */
function reported({ problem }: Problem, context: SeatContext): Problem {
  context.signal.throwIfAborted();
  if (problem.error && isOnlyRetried(problem.error, context)) throw problem.error;
  return { type: 'problem', problem };
}

async function runPhase<Context extends SeatContext>(phase: Phase<Context>, context: Context): Promise<PhaseResult> {
  const result = await attempt(phase, context);
  return result.type === 'problem' ? reported(result, context) : result;
}

async function attempt<Context extends SeatContext>(phase: Phase<Context>, context: Context): Promise<PhaseResult> {
  try {
    return await phase.reconcile(context);
  } catch (error) {
    return unexpected(error);
  }
}

function fold(outcome: Outcome, phase: Pick<Phase, 'condition'>, result: Exclude<PhaseResult, RequeueAfter>): Outcome {
  return result.type === 'done'
    ? { ...outcome, findings: { ...outcome.findings, ...result.findings } }
    : { ...outcome, problems: { ...outcome.problems, [phase.condition]: result.problem } };
}

/**
 * Runs the phases in order. After a problem, runs only the phases that have `runsAfterProblem` set. Stops at the first
 * phase that requests a requeue.
 */
async function runPhases<Context extends SeatContext>(
  phases: readonly Phase<Context>[],
  context: Context,
  start: Outcome,
): Promise<Outcome | RequeueAfter> {
  let outcome = start;
  for (const phase of phases) {
    const problem = outcome.problems.Provisioned;
    if (problem && phase.runsAfterProblem !== true) continue;
    const result = await runPhase(phase, { ...context, problem });
    if (result.type === 'requeueAfter') return result;
    outcome = fold(outcome, phase, result);
  }
  return outcome;
}

const START: Outcome = { type: 'outcome', problems: {}, findings: {} };

async function ensureFinalizer({ options: { api, stores }, seat }: SeatContext): Promise<Seat> {
  const { name, resourceVersion = '', finalizers = [] } = seat.metadata;
  if (finalizers.includes(FINALIZER)) return seat;
  const patch = { metadata: { resourceVersion, finalizers: [...finalizers, FINALIZER] } };
  const patched = await api.mergePatch<Seat>(KINDS.Seat, { name }, patch);
  stores.Seat.observe(patched);
  return patched;
}

/**
 * Runs all phases except readiness. The readiness phase runs later, because it needs the results of all other phases.
 */
async function provision(context: SeatContext): Promise<{ context: SeatContext; outcome: Outcome | RequeueAfter }> {
  const desired = desiredSeat(context);
  if ('type' in desired) {
    const { problem } = reported(desired, context);
    const start = { ...START, problems: { Provisioned: problem } };
    return { context, outcome: await runPhases(PHASES_WITHOUT_LAB, context, start) };
  }
  const withLab = { ...context, desired };
  const phases = awaitsRollout(withLab) ? PHASES_WITHOUT_LAB : PHASES;
  return { context: withLab, outcome: await runPhases<LabContext>(phases, withLab, START) };
}

/** Returns the milliseconds until the seat must be reconciled again, even if no object changes. */
function nextReconcile(context: SeatContext, state: SeatState, status: SeatStatus): number {
  const { seat, now, deadlines } = context;
  const problem = state.problem ?? state.accessProblem;
  if (problem) return problem.permanent ? FAILED_MS : WAITING_MS;
  if (isStopped(seat)) return context.memo.pods?.isOver === true ? FAILED_MS : LOOK_MS;
  const due = [secretDue(context), status.access ? Date.parse(status.access.renewAt) : Infinity];
  const since = state.unreadySince;
  if (!state.readiness.ready)
    due.push(...[since + QUIET_MS, since + deadlines.ready].filter((time) => time > now), now + WAITING_MS);
  return Math.ceil(Math.max(1000, Math.min(...due) - now));
}

/** Resets the start times of errors that did not happen in this reconcile. */
function clearErrors({ memo }: SeatContext, { Provisioned, Access }: Outcome['problems']): void {
  if (!Provisioned?.error && !Access?.error) delete memo.failingSince;
  if (!Provisioned) delete memo.forbiddenSince;
}

/**
 * Observes the lab, writes the status, and returns when to reconcile again.
 * @throws a phase's unexpected error, after writing the status, so that the work queue retries the seat
 */
async function report(context: SeatContext, { problems, findings }: Outcome): Promise<SeatResult> {
  const { seat, now, deadlines } = context;
  const { Provisioned: problem, Access: accessProblem } = problems;
  clearErrors(context, problems);
  const observed = await readiness.reconcile({ ...context, problem });
  const known = { access: seat.status?.access, server: serverOf(context) };
  const state = { ...known, ...findings, ...observed.findings, problem, accessProblem };
  const status = statusOf(seat, state, { now, deadline: deadlines.ready });
  if (await writeStatus(context, status)) recordChanges(context, status);
  const error = problem?.error ?? accessProblem?.error;
  if (error) throw error;
  return { requeueAfter: nextReconcile(context, state, status) };
}

const requeue = ({ ms, reason }: RequeueAfter): SeatResult => ({ requeueAfter: ms, reason });

/** Reports that the seat waits for room on the nodes, and creates nothing for it. */
async function hold(context: SeatContext): Promise<SeatResult> {
  await writeStatus(context, heldStatus(context));
  return { requeueAfter: WAITING_MS };
}

async function reconcileSeat(given: SeatContext): Promise<SeatResult> {
  const seat = await ensureFinalizer(given);
  if (isHeld(seat)) return hold({ ...given, seat });
  const { context, outcome } = await provision({ ...given, seat });
  return outcome.type === 'requeueAfter' ? requeue(outcome) : report(context, outcome);
}

async function terminate(context: SeatContext): Promise<SeatResult | undefined> {
  const result = await termination.reconcile(context);
  if (result.type === 'problem') throw result.problem.error ?? new Error(result.problem.message);
  return result.type === 'requeueAfter' ? requeue(result) : undefined;
}

/**
 * Reconciles Seats. The caller enqueues a Seat's name when the Seat, its namespace or an object in the namespace
 * changes. A ready seat that does not change costs no requests, except an occasional read of its Secret.
 */
export class SeatReconciler implements Reconciler {
  readonly name = 'seat';
  readonly #options: SeatOptions;
  readonly #deadlines: Deadlines;
  readonly #memos = new Map<string, SeatMemo>();

  constructor(options: SeatOptions) {
    this.#options = options;
    this.#deadlines = { ...DEADLINES, ...options.deadlines };
  }

  async reconcile(key: string, signal: AbortSignal): Promise<SeatResult | undefined> {
    const seat = this.#options.stores.Seat.get(key);
    if (!seat) return void this.#memos.delete(key);
    const context = this.#contextOf(seat, signal);
    return seat.metadata.deletionTimestamp === undefined ? reconcileSeat(context) : terminate(context);
  }

  #contextOf(seat: Seat, signal: AbortSignal): SeatContext {
    const options = this.#options;
    const memo = this.#memoOf(seat);
    return { options, deadlines: this.#deadlines, seat, memo, now: options.clock.now(), signal };
  }

  /** Returns the in-memory state of a Seat. A new Seat never gets the state of an earlier Seat with the same name. */
  #memoOf({ metadata: { name, uid = '' } }: Seat): SeatMemo {
    const known = this.#memos.get(name);
    const memo = known?.uid === uid ? known : { uid };
    this.#memos.set(name, memo);
    return memo;
  }
}
