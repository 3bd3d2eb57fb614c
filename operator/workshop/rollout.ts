// Which Seats to make, change and remove now. A pure function, as all that happens to a class at once is decided here.
import type { Seat } from '../api/types.ts';
import { hasFailed, isAsWanted, isInFlight, isLeaving, isReady, writtenSpec } from './seats.ts';

export interface RolloutInput {
  /** As they are to be, in the order of the attendees. */
  readonly wanted: readonly Seat[];
  /** The Workshop's own, in whatever state. */
  readonly existing: readonly Seat[];
  /** Names that are another's: nothing is done about those. */
  readonly taken: ReadonlySet<string>;
  /** Seats that were there before. One of them that is missing was deleted to be had afresh. */
  readonly known: ReadonlySet<string>;
  /** Names for which the nodes have room. */
  readonly fitting: ReadonlySet<string>;
  readonly maxConcurrent: number;
  readonly maxFailures: number;
  /** False while it is paused, or the class has not started. */
  readonly mayBegin: boolean;
}

export interface RolloutPlan {
  readonly create: readonly Seat[];
  readonly update: readonly { readonly live: Seat; readonly wanted: Seat }[];
  readonly remove: readonly Seat[];
  /** Seats that are still to be begun after these. */
  readonly waiting: readonly string[];
  /** Of the waiting those for which there is no room. */
  readonly unplaced: readonly string[];
  /** Too many have failed at this revision: nothing is begun. */
  readonly halted: boolean;
}

interface Step {
  readonly wanted: Seat;
  readonly live?: Seat;
  /** Lower is sooner. */
  readonly rank: number;
  /** Neither a pause nor failures hold it back: it is asked for by name. */
  readonly isReset: boolean;
  /** Whether it adds to the seats in flight. */
  readonly takesSlot: boolean;
}

const RANK = { reset: 0, create: 1, broken: 2, update: 3 } as const;

/**
 * Whether the change sets a seat in motion, rather than put right what was edited by hand. Stopping does not wait: it takes load off.
 */
function begins(live: Seat, wanted: Seat): boolean {
  if (wanted.spec.stopped === true) return false;
  return live.spec.revision !== wanted.spec.revision || live.spec.stopped === true;
}

function stepFor(wanted: Seat, live: Seat | undefined, known: ReadonlySet<string>): Step | undefined {
  if (live === undefined) {
    const isReset = known.has(wanted.metadata.name);
    return { wanted, rank: isReset ? RANK.reset : RANK.create, isReset, takesSlot: true };
  }
  if (isLeaving(live) || !begins(live, wanted)) return undefined;
  return {
    wanted,
    live,
    rank: isReady(live) ? RANK.update : RANK.broken,
    isReset: false,
    takesSlot: !isInFlight(live),
  };
}

/** What was edited by hand, put right at once; of a seat that is not to follow the new spec yet, only what is not in the spec. */
function repairOf(wanted: Seat, live: Seat | undefined, begun: ReadonlySet<Seat>): RolloutPlan['update'] {
  if (live === undefined || isLeaving(live) || begun.has(wanted)) return [];
  const target = begins(live, wanted) ? { ...wanted, spec: writtenSpec(live) } : wanted;
  return isAsWanted(live, target) ? [] : [{ live, wanted: target }];
}

/** The steps to take now: as many as there are slots for, those first that somebody waits for most. */
function chosen(steps: readonly Step[], slots: number): Step[] {
  let left = slots;
  return steps.toSorted((a, b) => a.rank - b.rank).filter(({ takesSlot }) => !takesSlot || left-- > 0);
}

/**
 * - Seats of no attendee are removed at once, and what was edited by hand is put right at once.
 * - At most `maxConcurrent` seats are in flight: neither settled nor failed. One that is already costs nothing to change.
 * - Once `maxFailures` have failed at this revision, or unless `mayBegin`, nothing is begun but seats that were deleted to be had afresh.
 */
export function planRollout(input: RolloutInput): RolloutPlan {
  const live = new Map(input.existing.map((seat) => [seat.metadata.name, seat]));
  const wanted = input.wanted.filter(({ metadata: { name } }) => !input.taken.has(name));
  const names = new Set(input.wanted.map(({ metadata: { name } }) => name));
  const attending = input.existing.filter(({ metadata: { name } }) => names.has(name));
  const halted =
    attending.filter((seat) => hasFailed(seat) && seat.spec.revision === wanted[0]?.spec.revision).length >=
    input.maxFailures;

  const steps = wanted
    .map((seat) => stepFor(seat, live.get(seat.metadata.name), input.known))
    .filter((step) => step !== undefined);
  const possible = steps.filter(
    ({
      isReset,
      live: there,
      wanted: {
        metadata: { name },
      },
    }) => (isReset || (input.mayBegin && !halted)) && (there !== undefined || input.fitting.has(name)),
  );
  const begun = chosen(possible, input.maxConcurrent - attending.filter(isInFlight).length);

  const beginning = new Set(begun.map((step) => step.wanted));
  const waiting = steps
    .filter((step) => !beginning.has(step.wanted))
    .map(
      ({
        wanted: {
          metadata: { name },
        },
      }) => name,
    );
  return {
    create: begun.filter((step) => step.live === undefined).map((step) => step.wanted),
    update: [
      ...begun.flatMap((step) => (step.live === undefined ? [] : [{ live: step.live, wanted: step.wanted }])),
      ...wanted.flatMap((seat) => repairOf(seat, live.get(seat.metadata.name), beginning)),
    ],
    remove: input.existing.filter((seat) => !names.has(seat.metadata.name) && !isLeaving(seat)),
    waiting,
    unplaced: waiting.filter((name) => !live.has(name) && !input.fitting.has(name)),
    halted,
  };
}
