// Decides which Seats the operator creates, changes and deletes now. It sends no requests.
import type { Seat } from '../api/types.ts';
import { hasFailedRollout, isAsWanted, isDeleting, isInFlight, isReady, nameOf, writtenSpec } from './seats.ts';

export interface RolloutInput {
  /** The Seats that the Workshop should have, in the order of the attendees. */
  readonly wanted: readonly Seat[];
  /** The Workshop's Seats that exist now, in any state. */
  readonly existing: readonly Seat[];
  /** Names of wanted Seats that exist but belong to somebody else. The operator does not touch these Seats. */
  readonly taken: ReadonlySet<string>;
  /**
   * Names of wanted Seats that exist now or existed earlier. If one of these Seats is missing, somebody deleted it to
   * reset it.
   */
  readonly known: ReadonlySet<string>;
  /** Names of the missing Seats that fit on the nodes. */
  readonly fitting: ReadonlySet<string>;
  readonly maxConcurrent: number;
  readonly maxFailures: number;
  /** Whether new Seats may start. False while the rollout is paused or the class has not started. */
  readonly mayStart: boolean;
}

export interface RolloutPlan {
  readonly create: readonly Seat[];
  readonly update: readonly { readonly live: Seat; readonly wanted: Seat }[];
  readonly remove: readonly Seat[];
  /** Names of Seats that must be created or changed later, after this plan. */
  readonly waiting: readonly string[];
  /** Names of the Seats in `waiting` that do not fit on the nodes. */
  readonly unplaced: readonly string[];
  /** Whether the rollout has stopped, because too many Seats have failed at the current revision. */
  readonly halted: boolean;
}

interface Step {
  readonly wanted: Seat;
  readonly live?: Seat;
  /** Order in which the rollout takes this step. Steps with a lower rank go first. */
  readonly rank: number;
  /** Whether somebody deleted this Seat to reset it. Neither a pause nor failures hold back a reset. */
  readonly isReset: boolean;
  /** Whether the step counts towards `maxConcurrent`. */
  readonly takesSlot: boolean;
}

const RANK = { reset: 0, create: 1, broken: 2, update: 3 } as const;

/** Whether the change makes the seat start or replace pods. A change that undoes an edit or stops the seat does not. */
function startsWork(live: Seat, wanted: Seat): boolean {
  if (wanted.spec.stopped === true) return false;
  return live.spec.revision !== wanted.spec.revision || live.spec.stopped === true;
}

function stepFor(wanted: Seat, live: Seat | undefined, known: ReadonlySet<string>): Step | undefined {
  if (live === undefined) {
    const isReset = known.has(nameOf(wanted));
    return { wanted, rank: isReset ? RANK.reset : RANK.create, isReset, takesSlot: true };
  }
  if (isDeleting(live) || !startsWork(live, wanted)) return undefined;
  return {
    wanted,
    live,
    rank: isReady(live) ? RANK.update : RANK.broken,
    isReset: false,
    takesSlot: !isInFlight(live),
  };
}

/**
 * Returns the change that undoes somebody's edits of a Seat. If the Seat must not follow the new spec yet, it gets its
 * old spec back.
 */
function repairOf(wanted: Seat, live: Seat | undefined, started: ReadonlySet<Seat>): RolloutPlan['update'] {
  if (live === undefined || isDeleting(live) || started.has(wanted)) return [];
  const target = startsWork(live, wanted) ? { ...wanted, spec: writtenSpec(live) } : wanted;
  return isAsWanted(live, target) ? [] : [{ live, wanted: target }];
}

/**
 * Returns the steps to take now. These are all steps that do not count towards `maxConcurrent`, and as many others as
 * `slots` permits, from the lowest rank on.
 */
function chooseSteps(steps: readonly Step[], slots: number): Step[] {
  let left = slots;
  return steps.toSorted((a, b) => a.rank - b.rank).filter(({ takesSlot }) => !takesSlot || left-- > 0);
}

/**
 * Plans the next writes of a rollout:
 * - It deletes Seats without an attendee and undoes edits by hand at once.
 * - It keeps at most `maxConcurrent` Seats in flight. A Seat is in flight while it is being created or changed.
 * - A Seat in flight may get a new change at any time, because it already counts towards `maxConcurrent`.
 * - While `mayStart` is false, or after `maxFailures` Seats have failed at this revision, it starts only Seats that
 *   somebody deleted to reset them.
 */
export function planRollout(input: RolloutInput): RolloutPlan {
  const live = new Map(input.existing.map((seat) => [nameOf(seat), seat]));
  const wanted = input.wanted.filter((seat) => !input.taken.has(nameOf(seat)));
  const halted = isHalted(input, wanted);
  const steps = wanted
    .map((seat) => stepFor(seat, live.get(nameOf(seat)), input.known))
    .filter((step) => step !== undefined);
  const chosen = chooseSteps(possibleSteps(steps, input, halted), freeSlots(input));
  const started = new Set(chosen.map((step) => step.wanted));
  const waiting = steps.map((step) => step.wanted).filter((seat) => !started.has(seat));
  const repairs = wanted.flatMap((seat) => repairOf(seat, live.get(nameOf(seat)), started));
  return {
    create: chosen.filter((step) => step.live === undefined).map((step) => step.wanted),
    update: [...chosen.flatMap(updateOf), ...repairs],
    remove: unwantedSeats(input),
    waiting: waiting.map(nameOf),
    unplaced: waiting.map(nameOf).filter((name) => !live.has(name) && !input.fitting.has(name)),
    halted,
  };
}

const updateOf = ({ live, wanted }: Step): RolloutPlan['update'] => (live ? [{ live, wanted }] : []);

function attendedSeats({ existing, wanted }: RolloutInput): readonly Seat[] {
  const names = new Set(wanted.map(nameOf));
  return existing.filter((seat) => names.has(nameOf(seat)));
}

function unwantedSeats({ existing, wanted }: RolloutInput): Seat[] {
  const names = new Set(wanted.map(nameOf));
  return existing.filter((seat) => !names.has(nameOf(seat)) && !isDeleting(seat));
}

function isHalted(input: RolloutInput, [first]: readonly Seat[]): boolean {
  const failed = attendedSeats(input).filter(hasFailedRollout);
  return failed.filter((seat) => seat.spec.revision === first?.spec.revision).length >= input.maxFailures;
}

const freeSlots = (input: RolloutInput): number => input.maxConcurrent - attendedSeats(input).filter(isInFlight).length;

/** Returns the steps that may be taken. Leaves out steps that a pause, failures or full nodes hold back. */
const possibleSteps = (steps: readonly Step[], { mayStart, fitting }: RolloutInput, halted: boolean): Step[] =>
  steps.filter(
    ({ isReset, live, wanted }) =>
      (isReset || (mayStart && !halted)) && (live !== undefined || fitting.has(nameOf(wanted))),
  );
