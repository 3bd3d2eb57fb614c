// The Workshop reconciler. It creates, changes and deletes the Seats of a Workshop, a few at a time, and reports the
// progress. Each reconcile observes everything, plans the changes with `planRollout`, and writes only what differs.
import { completed } from '../../cdk8s/schema/partial.ts';
import type { SomeValues } from '../../cdk8s/render.ts';
import { asError } from '../../support/errors.ts';
import { DEFAULTS } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Reconciler, Result } from '../engine/reconciler.ts';
import { record } from '../events.ts';
import { Attempts } from './attempts.ts';
import { neededSeats, reservedClaims, withClaims } from './claims.ts';
import type { ReservedClaims } from './claims.ts';
import { ensureCode } from './class-code.ts';
import { CHECK_MS, CapacityCheck } from './capacity-check.ts';
import type { CapacityResult } from './capacity-check.ts';
import { ClusterReader } from './cluster-reader.ts';
import { deleteWorkshop } from './deletion.ts';
import { confirmedSchedule, recordsOf } from './ending.ts';
import { expiresSoon } from './events.ts';
import { executePlan } from './execute-plan.ts';
import { isWaitingForRoom, withHeldSeats } from './held-seats.ts';
import { IsolationCheck } from './isolation-check.ts';
import { ImagePrepull, NODES_MS } from './image-prepull.ts';
import { WorkshopMemos } from './memo.ts';
import type { WorkshopOptions } from './options.ts';
import { planRollout } from './rollout.ts';
import type { RolloutPlan } from './rollout.ts';
import { MAX_WAIT_MS, isOver } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { isDeleting, isSeatOf, nameOf, wantedSeats } from './seats.ts';
import { SeatWriter } from './seat-writer.ts';
import { invalidStatus, statusOf } from './status.ts';
import { validate } from './validation.ts';
import { ensureFinalizer, writeStatus } from './write-workshop.ts';

/** The Seats that exist, grouped by owner. */
interface ExistingSeats {
  readonly all: readonly Seat[];
  /** All Seats of the Workshop that have a place, even those that are no longer wanted. */
  readonly placed: readonly Seat[];
  /** All Seats of the Workshop that wait for room on the nodes. */
  readonly held: readonly Seat[];
  /** All Seats of the Workshop: those with a place, and those that wait for room. */
  readonly owned: readonly Seat[];
  /** Seats that have the name of a wanted Seat but belong to somebody else. */
  readonly taken: readonly Seat[];
}

/** The Seats that the Workshop wants at this time, and the Seats that exist. */
interface Situation {
  readonly schedule: Schedule;
  readonly wanted: readonly Seat[];
  readonly existing: ExistingSeats;
  readonly reserved: ReservedClaims;
}

export class WorkshopReconciler implements Reconciler {
  readonly name = 'workshop';
  readonly #options: WorkshopOptions;
  readonly #writer: SeatWriter;
  readonly #capacity: CapacityCheck;
  readonly #prepull: ImagePrepull;
  readonly #isolation: IsolationCheck;
  readonly #memos = new WorkshopMemos();

  constructor(options: WorkshopOptions) {
    const { api, clock } = options;
    const cluster = new ClusterReader(api, clock);
    this.#options = options;
    this.#writer = new SeatWriter(options);
    this.#capacity = new CapacityCheck({ cluster, clock, seatRequirements: (lab) => options.seatRequirements(lab) });
    this.#prepull = new ImagePrepull({ ...options, cluster });
    this.#isolation = new IsolationCheck(options);
  }

  async reconcile(key: string, signal: AbortSignal): Promise<Result | undefined> {
    const workshop = this.#options.workshops.get(key);
    if (workshop === undefined) return this.#forget(key);
    if (isDeleting(workshop)) return this.#delete(workshop);
    const coded = await ensureCode(this.#options, await ensureFinalizer(this.#options, workshop));
    const kept = withImages(coded, this.#options.images);
    const problems = this.#problemsOf(kept);
    return problems.length > 0 ? this.#reportProblems(kept, problems) : this.#rollOut(kept, signal);
  }

  #forget(key: string): undefined {
    this.#memos.delete(key);
    this.#capacity.forget(key);
    this.#isolation.forget(key);
  }

  async #delete(workshop: Workshop): Promise<Result | undefined> {
    const options = { ...this.#options, writer: this.#writer, prepull: this.#prepull };
    const result = await deleteWorkshop(options, workshop);
    return result === 'deleted' ? this.#forget(workshop.metadata.name) : result;
  }

  #problemsOf(workshop: Workshop): string[] {
    const problems = validate(workshop);
    if (problems.length > 0) return problems;
    try {
      this.#options.seatRequirements(workshop.spec.lab);
      return [this.#options.quotaProblem(workshop.spec)].filter((problem) => problem !== undefined);
    } catch (error) {
      return [asError(error).message];
    }
  }

  /**
   * Reports what to change in the invalid spec of a Workshop. Does not retry, because only a change of the spec helps.
   */
  async #reportProblems(workshop: Workshop, problems: readonly string[]): Promise<undefined> {
    const { owned } = this.#existing(workshop, []);
    const status = invalidStatus(workshop, problems, { owned, now: this.#options.clock.now() });
    await writeStatus(this.#options, workshop, status);
  }

  async #rollOut(given: Workshop, signal: AbortSignal): Promise<Result | undefined> {
    const attempts = new Attempts();
    const situation = this.#observe(given);
    const { schedule, wanted } = situation;
    const workshop = await this.#keepRecord(given, situation);
    const [images, capacity] = await Promise.all([
      isOver(schedule) ? undefined : attempts.attempt(() => this.#prepull.ensure(workshop)),
      this.#checkCapacity(workshop, situation, attempts),
    ]);
    signal.throwIfAborted();
    const plan = this.#plan(workshop, situation, capacity);
    const refused = await executePlan({ ...this.#options, writer: this.#writer, attempts }, workshop, plan);
    const { owned, taken } = this.#existing(workshop, wanted);
    const seats = inOrder(wanted, owned);
    const isolation = (await attempts.attempt(() => this.#isolation.check(workshop, seats))) ?? {};
    this.#warnBeforeEnd(workshop, schedule);
    const conditions = { capacity: capacity.condition, images, isolation: isolation.condition };
    const reserved = reservedClaims(workshop, wanted, owned);
    const state = { workshop, schedule, wanted, owned, taken, reserved, plan, refused, ...conditions };
    const status = statusOf(state, this.#options.clock.now());
    await attempts.attempt(() => writeStatus(this.#options, workshop, status));
    attempts.end();
    const recheck = [images && NODES_MS, taken.length > 0 ? CHECK_MS : undefined];
    return soonest(schedule.next, capacity.next, isolation.next, ...recheck);
  }

  /**
   * Writes how far each attendee got into the Workshop's status, when the class is over. No seat is deleted earlier.
   * @throws the error of the write
   */
  async #keepRecord(workshop: Workshop, { schedule, existing }: Situation): Promise<Workshop> {
    if (!isOver(schedule)) return workshop;
    const status = { ...workshop.status, record: recordsOf(workshop, existing.placed) };
    await writeStatus(this.#options, workshop, status);
    return { ...workshop, status };
  }

  #observe(workshop: Workshop): Situation {
    const schedule = confirmedSchedule(workshop, this.#options.clock.now());
    const over = isOver(schedule);
    const all = over && schedule.afterExpiry === 'Delete' ? [] : this.#wanted(workshop, over);
    const existing = this.#existing(workshop, all);
    const reserved = reservedClaims(workshop, all, existing.owned);
    const ahead = this.#ahead(workshop, over);
    return { schedule, wanted: neededSeats({ ...existing, all, reserved, ahead }), existing, reserved };
  }

  /** Returns how many seats to keep that nobody has claimed. Undefined means all. */
  #ahead({ spec: { seats, rollout } }: Workshop, over: boolean): number | undefined {
    const ahead = this.#options.hasPortal && seats !== undefined ? rollout?.ahead : undefined;
    return ahead !== undefined && over ? 0 : ahead;
  }

  /**
   * Returns the wanted Seats. As long as the spec is the same, it returns the same objects, so that comparing hundreds
   * of Seats is cheap.
   */
  #wanted(workshop: Workshop, stopped: boolean): readonly Seat[] {
    const memo = this.#memos.get(workshop);
    const key = `${workshop.metadata.generation} ${stopped}`;
    if (memo.wanted?.key !== key)
      memo.wanted = { key, seats: wantedSeats(workshop, this.#options.labHash(workshop.spec.lab), { stopped }) };
    return memo.wanted.seats;
  }

  #existing(workshop: Workshop, wanted: readonly Seat[]): ExistingSeats {
    const all = this.#options.seats.list();
    const names = new Set(wanted.map(nameOf));
    const owned = all.filter((seat) => isSeatOf(seat, workshop));
    const taken = all.filter((seat) => !isSeatOf(seat, workshop) && names.has(nameOf(seat)));
    const [held, placed] = [owned.filter(isWaitingForRoom), owned.filter((seat) => !isWaitingForRoom(seat))];
    return { all, owned, placed, held, taken };
  }

  /**
   * Checks which missing Seats fit on the nodes. If the check fails, no missing Seat counts as fitting, so the operator
   * creates none.
   */
  async #checkCapacity(
    workshop: Workshop,
    { wanted, existing }: Situation,
    attempts: Attempts,
  ): Promise<CapacityResult> {
    const input = {
      workshop,
      wanted,
      missing: missingSeats(wanted, existing),
      all: existing.all.filter((seat) => !isWaitingForRoom(seat)),
    };
    return (await attempts.attempt(() => this.#capacity.check(input))) ?? { fitting: new Set() };
  }

  #plan(
    workshop: Workshop,
    { schedule, wanted, existing, reserved }: Situation,
    capacity: CapacityResult,
  ): RolloutPlan {
    const { maxConcurrent, maxFailures, paused } = { ...DEFAULTS.rollout, ...workshop.spec.rollout };
    const mayStart = !paused && schedule.state !== 'Scheduled';
    const plan = planRollout({
      wanted,
      existing: existing.placed,
      taken: new Set(existing.taken.map(nameOf)),
      known: new Set([...this.#updateKnown(workshop, wanted, existing.placed), ...reserved.keys()]),
      fitting: capacity.fitting,
      maxConcurrent,
      maxFailures,
      mayStart,
    });
    const mayHold = mayStart && capacity.condition !== undefined;
    return withClaims(withHeldSeats({ wanted, held: existing.held, plan, mayHold }), reserved);
  }

  /**
   * Remembers which of the wanted Seats have existed so far, and returns their names. Forgets names that are no longer
   * wanted.
   */
  #updateKnown(workshop: Workshop, wanted: readonly Seat[], placed: readonly Seat[]): ReadonlySet<string> {
    const memo = this.#memos.get(workshop);
    const existed = new Set([...memo.known, ...placed.map(nameOf)]);
    memo.known = new Set(wanted.map(nameOf).filter((name) => existed.has(name)));
    return memo.known;
  }

  /**
   * Records a warning before the end of the class, each warning once. After a restart of the operator, the last warning
   * may appear again.
   */
  #warnBeforeEnd(workshop: Workshop, schedule: Schedule): void {
    const memo = this.#memos.get(workshop);
    const warning = `${schedule.expiresAt} ${schedule.warning}`;
    if (schedule.warning === undefined || memo.lastWarning === warning) return;
    memo.lastWarning = warning;
    record(this.#options.events, workshop, expiresSoon(schedule));
  }
}

/** Returns the Workshop with the operator's own images in its lab, except those that the Workshop names itself. */
function withImages(workshop: Workshop, images: SomeValues): Workshop {
  if (Object.keys(images).length === 0) return workshop;
  const lab = completed<SomeValues>({ default: images }, workshop.spec.lab ?? {});
  return { ...workshop, spec: { ...workshop.spec, lab } };
}

/** Returns the names of wanted Seats that have no place yet. */
function missingSeats(wanted: readonly Seat[], { placed, taken }: ExistingSeats): string[] {
  const names = new Set([...placed, ...taken].map(nameOf));
  return wanted.map(nameOf).filter((name) => !names.has(name));
}

/** Returns the Workshop's Seats in the order of its attendees. */
function inOrder(wanted: readonly Seat[], owned: readonly Seat[]): Seat[] {
  const byName = new Map(owned.map((seat) => [nameOf(seat), seat]));
  return wanted.flatMap((seat) => byName.get(nameOf(seat)) ?? []);
}

function soonest(...times: readonly (number | undefined)[]): Result | undefined {
  const waits = times.filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : { requeueAfter: Math.min(MAX_WAIT_MS, ...waits) };
}
