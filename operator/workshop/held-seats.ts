// Seats that do not fit on the nodes. They exist, so that `kubectl get seats` lists them, but the operator creates
// nothing for them. It decides about them as if they did not exist.
import { isHeld } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import type { RolloutPlan } from './rollout.ts';
import { isAsWanted, isDeleting, nameOf } from './seats.ts';

/** Whether the Seat only shows that an attendee waits for room. A Seat that is being deleted no longer waits. */
export const isWaitingForRoom = (seat: Seat): boolean => isHeld(seat) && !isDeleting(seat);

export interface HoldInput {
  readonly wanted: readonly Seat[];
  /** The Workshop's Seats that wait for room. */
  readonly held: readonly Seat[];
  /** The plan for all other Seats. */
  readonly plan: RolloutPlan;
  /**
   * Whether to create Seats only to show that they wait. False while no new Seat may start, or while it is unknown
   * which Seats fit.
   */
  readonly mayHold: boolean;
}

const holding = (seat: Seat): Seat => ({ ...seat, spec: { ...seat.spec, held: true } });

/**
 * Completes a plan with the Seats that wait for room: it creates them held, releases those that the plan creates, and
 * deletes those without an attendee.
 */
export function withHeldSeats({ wanted, held, plan, mayHold }: HoldInput): RolloutPlan {
  const live = new Map(held.map((seat) => [nameOf(seat), seat]));
  const names = new Set(wanted.map(nameOf));
  const unplaced = new Set(plan.unplaced);
  const toHold = wanted.filter((seat) => unplaced.has(nameOf(seat))).map(holding);
  return {
    ...plan,
    create: [...plan.create, ...(mayHold ? toHold : [])].filter((seat) => !live.has(nameOf(seat))),
    update: [...plan.update, ...changesOf([...plan.create, ...toHold], live)],
    remove: [...plan.remove, ...held.filter((seat) => !names.has(nameOf(seat)))],
  };
}

/** Returns the changes that give the held Seats their new spec. */
const changesOf = (seats: readonly Seat[], live: ReadonlyMap<string, Seat>): RolloutPlan['update'] =>
  seats.flatMap((wanted) => {
    const before = live.get(nameOf(wanted));
    return before === undefined || isAsWanted(before, wanted) ? [] : [{ live: before, wanted }];
  });
