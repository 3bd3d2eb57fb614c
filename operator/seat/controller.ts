// The seat's reconciler: one Seat becomes a namespace with a lab, an attendee's account, and fences around them.
// Deletion first, then the finalizer, then one step after another; what came of them is written into the status once, where it differs.
import { FINALIZER, LABELS, NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { NotLeadingError, isConflict } from '../../kubernetes/api.ts';
import { asError } from '../../support/as-error.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { TerminalError } from '../engine/reconciler.ts';
import type { Reconciler, Result } from '../engine/reconciler.ts';
import { ensureAccess, secretDue } from './access.ts';
import { recordChanges } from './events.ts';
import { finalize } from './finalize.ts';
import { labOf as labOfChart } from './lab.ts';
import type { Lab } from './lab.ts';
import { namespaceOf } from './objects.ts';
import { DEADLINES, isStopped } from './options.ts';
import type { SeatMemo, SeatContext, SeatOptions } from './options.ts';
import { lookIntoPods } from './pods.ts';
import { LookAgain, SeatProblem } from './problem.ts';
import { progressOf } from './progress.ts';
import { ensureFoundation, ensureWorkloads, seatLab } from './provision.ts';
import type { SeatLab } from './provision.ts';
import { readinessOf } from './readiness.ts';
import type { Readiness } from './readiness.ts';
import { isDeployment } from './types.ts';
import type { Deployment, Service } from './types.ts';
import { SOON_MS, statusOf, unreadySince } from './status.ts';
import type { Found } from './status.ts';
import { FRONT_DOOR, urlOf } from './url.ts';
import { writeStatus } from './write-status.ts';

/** For so long an error that nobody has foreseen is only tried again; then the status tells of it as well. */
const FLEETING_MS = 10_000;
/** How soon a seat is looked at again that something else keeps from being ready, and one that nothing but a change can mend. */
const WAITING_MS = 30_000;
const FAILED_MS = 5 * 60_000;

/** What came of a step: what it gave, or what kept it from that. */
interface Attempt<T> {
  readonly value?: T;
  readonly problem?: SeatProblem;
  /** To be thrown once the status is written. */
  readonly error?: Error;
}

function problemOf(error: unknown): SeatProblem {
  if (error instanceof SeatProblem) return error;
  if (error instanceof TerminalError)
    return new SeatProblem({ reason: 'LabInvalid', message: error.message }, { cause: error, permanent: true });
  return new SeatProblem(
    {
      reason: 'Error',
      message: `Expected every request to be answered, found: ${asError(error).message} It is tried again.`,
    },
    { cause: error },
  );
}

/** Whether the reconcile has to end as it is: somebody was quicker, or nobody wants it any more. */
const endsHere = (error: unknown, signal: AbortSignal): boolean =>
  error instanceof LookAgain || error instanceof NotLeadingError || isConflict(error) || signal.aborted;

async function attempt<T>({ note, now, signal }: SeatContext, step: () => Promise<T> | T): Promise<Attempt<T>> {
  try {
    return { value: await step() };
  } catch (error) {
    if (endsHere(error, signal)) throw error;
    const problem = problemOf(error);
    if (problem.reason !== 'Error') return { problem };
    note.failingSince ??= now;
    if (now - note.failingSince < FLEETING_MS) throw error;
    return { problem, error: asError(error) };
  }
}

async function ensureFinalizer({ options: { api, stores }, seat }: SeatContext): Promise<Seat> {
  const { name, resourceVersion = '', finalizers = [] } = seat.metadata;
  if (finalizers.includes(FINALIZER)) return seat;
  const kept = await api.mergePatch<Seat>(
    KINDS.Seat,
    { name },
    { metadata: { resourceVersion, finalizers: [...finalizers, FINALIZER] } },
  );
  stores.Seat.observe(kept);
  return kept;
}

/** Of the lab as it is to be; where that can't be told, as it is. */
function readiness({ options: { stores }, seat }: SeatContext, lab: SeatLab | undefined): Readiness {
  const live = (name: string): Deployment | undefined =>
    stores.Deployment.get(`${namespaceOf(seat)}/${name}`) as Deployment | undefined;
  const there = () =>
    stores.Deployment.byLabel(LABELS.seat, seat.metadata.name).filter(
      ({ metadata }) => metadata.namespace === namespaceOf(seat),
    );
  const desired = (lab?.objects ?? there()).filter(isDeployment);
  return readinessOf(desired, live, lab?.runningOwn ?? []);
}

function url({ options: { stores, surroundings }, seat }: SeatContext, lab: Lab): string {
  const namespace = namespaceOf(seat);
  const live = stores.Service.get(`${namespace}/${FRONT_DOOR}`) as Service | undefined;
  return urlOf(lab.values, { namespace, live, nodeAddress: surroundings().nodeAddress });
}

const progress = ({ options: { stores }, seat, now }: SeatContext): Found['progress'] =>
  progressOf(stores.ConfigMap.get(`${namespaceOf(seat)}/${NAMES.progress}`), now);

type Made = Omit<Found, 'waiting'> & Pick<Attempt<never>, 'error'>;
type Begun = Omit<Made, 'readiness' | 'runningOwn'>;

/** What can be told of a seat whatever its lab is like. */
const begun = (pass: SeatContext, { problem, error }: Attempt<unknown>): Begun => ({
  problem,
  accessProblem: undefined,
  access: pass.seat.status?.access,
  url: pass.seat.status?.url,
  progress: progress(pass),
  ...(error && { error }),
});

/** A seat that can't follow its spec, but stands as it did before, keeps its attendee: their token is renewed when that is due. */
function isAccessDue({ seat: { status }, now }: SeatContext, problem: SeatProblem | undefined): boolean {
  if (!problem) return true;
  const stands = problem.permanent && problem.reason !== 'NamespaceTaken';
  return stands && status?.access !== undefined && now >= Date.parse(status.access.renewAt);
}

async function withAccess(pass: SeatContext, made: Begun): Promise<Begun> {
  if (!isAccessDue(pass, made.problem)) return made;
  const { value, problem, error = made.error } = await attempt(pass, () => ensureAccess(pass));
  return { ...made, accessProblem: problem, ...(value && { access: value }), ...(error && { error }) };
}

/** The lab is there but for its pods, and the attendee can get in. */
async function withLab(pass: SeatContext, lab: Lab, own: SeatLab): Promise<Made> {
  const made = await withAccess(pass, begun(pass, await attempt(pass, () => ensureFoundation(pass, lab, own))));
  const { problem, error = made.error } = made.problem
    ? made
    : await attempt(pass, () => ensureWorkloads(pass, lab, own));
  return {
    ...made,
    problem,
    readiness: readiness(pass, own),
    runningOwn: own.runningOwn,
    ...(!problem && { url: url(pass, lab) }),
    ...(error && { error }),
  };
}

/** All steps, each made only where the one before it was. */
async function steps(pass: SeatContext): Promise<Made> {
  const {
    seat,
    options: { labOf = labOfChart },
  } = pass;
  const lab = await attempt(pass, () => labOf(seat.spec.lab));
  if (lab.value) return withLab(pass, lab.value, seatLab(pass, lab.value));
  return { ...(await withAccess(pass, begun(pass, lab))), readiness: readiness(pass, undefined), runningOwn: [] };
}

/** Milliseconds until the seat has to be looked at again though nothing may have changed. */
function requeueAfter(
  pass: SeatContext,
  { problem, accessProblem, readiness: { ready } }: Found,
  status: SeatStatus,
  since: number,
): number {
  const { seat, now, deadlines } = pass;
  const trouble = problem ?? accessProblem;
  if (trouble) return trouble.permanent ? FAILED_MS : WAITING_MS;
  const due = [secretDue(pass), status.access ? Date.parse(status.access.renewAt) : Infinity];
  if (!ready && !isStopped(seat))
    due.push(...[since + SOON_MS, since + deadlines.ready].filter((time) => time > now), now + WAITING_MS);
  return Math.ceil(Math.max(1000, Math.min(...due) - now));
}

async function reconcileSeat(given: SeatContext): Promise<Result> {
  const pass = { ...given, seat: await ensureFinalizer(given) };
  const { seat, now, deadlines } = pass;
  const { error, ...found } = await steps(pass);
  if (!error) delete pass.note.failingSince;
  if (!found.problem) delete pass.note.forbiddenSince;
  const since = unreadySince(seat, found.problem === undefined, now);
  const isLong = !found.readiness.ready && !isStopped(seat) && now - since >= SOON_MS;
  const waiting = isLong && !found.problem ? await lookIntoPods(pass, found.readiness.waitingFor) : undefined;
  const status = statusOf(seat, { ...found, waiting }, { now, since, deadline: deadlines.ready });
  if (await writeStatus(pass, status)) recordChanges(pass, status);
  if (error) throw error;
  return { requeueAfter: requeueAfter(pass, { ...found, waiting }, status, since) };
}

/**
 * An unchanged seat that is ready costs no request, but for a look at its Secret now and then. To be called for a key that is the Seat's name,
 * whenever the Seat, its namespace or an object with its label has changed.
 */
export function seatReconciler(options: SeatOptions): Reconciler {
  const notes = new Map<string, SeatMemo>();
  const deadlines = { ...DEADLINES, ...options.deadlines };
  const noteOf = (key: string, uid: string): SeatMemo => {
    const known = notes.get(key);
    const note = known?.uid === uid ? known : { uid };
    notes.set(key, note);
    return note;
  };
  return {
    name: 'seat',
    async reconcile(key, signal) {
      const seat = options.stores.Seat.get(key);
      if (!seat) return void notes.delete(key);
      const { uid = '', deletionTimestamp } = seat.metadata;
      const pass: SeatContext = { options, deadlines, seat, note: noteOf(key, uid), now: options.clock.now(), signal };
      try {
        return await (deletionTimestamp === undefined ? reconcileSeat(pass) : finalize(pass));
      } catch (error) {
        if (error instanceof LookAgain) return { requeueAfter: error.after };
        throw error;
      }
    },
  };
}
