// Claims: which seats people have who joined at the portal, and which seats the operator creates for people to come.
// It sends no requests.
import type { Claim, Seat, Workshop } from '../api/types.ts';
import type { RolloutPlan } from './rollout.ts';
import { hasFailed, isDeleting, nameOf } from './seats.ts';

/** Claims of Seats that do not exist at the moment, or are being deleted, by the name of the Seat. */
export type ReservedClaims = ReadonlyMap<string, Claim>;

const byName = (seats: readonly Seat[]): ReadonlyMap<string, Seat> =>
  new Map(seats.map((seat) => [nameOf(seat), seat]));

/**
 * Returns the claims that the operator carries over to new Seats, so that a person whose seat is reset gets it again.
 * The claim comes from the Seat while that is being deleted, and then from the Workshop's status.
 */
export function reservedClaims(
  { status }: Pick<Workshop, 'status'>,
  wanted: readonly Seat[],
  owned: readonly Seat[],
): ReservedClaims {
  const live = byName(owned);
  const earlier = new Map(status?.reserved?.map(({ seat, claim }) => [seat, claim]));
  const claimFor = (name: string): Claim | undefined => {
    const seat = live.get(name);
    if (seat === undefined) return earlier.get(name);
    return isDeleting(seat) ? seat.spec.claim : undefined;
  };
  const claims = wanted.map(nameOf).flatMap((name): [string, Claim][] => {
    const claim = claimFor(name);
    return claim ? [[name, claim]] : [];
  });
  return new Map(claims);
}

export interface NeedInput {
  /** The Seats of the whole class, in the order of the attendees. */
  readonly all: readonly Seat[];
  /** The Workshop's Seats that exist now. */
  readonly owned: readonly Seat[];
  /** Seats that have the name of a wanted Seat but belong to somebody else. */
  readonly taken: readonly Seat[];
  readonly reserved: ReservedClaims;
  /** How many seats to keep that nobody has claimed. Undefined means all. */
  readonly ahead: number | undefined;
}

const isFree = (seat: Seat): boolean => seat.spec.claim === undefined && !isDeleting(seat) && !hasFailed(seat);

/**
 * Returns the Seats that the class needs now: those that exist, those of people whose seat is being reset, and as many
 * others that `ahead` Seats are free. An existing Seat is always needed, because its attendee may work in it without a
 * claim, by kubectl.
 */
export function neededSeats({ all, owned, taken, reserved, ahead }: NeedInput): readonly Seat[] {
  if (ahead === undefined) return all;
  const standing = new Set([...owned.filter((seat) => !isDeleting(seat)), ...taken].map(nameOf));
  const ending = new Set(owned.filter(isDeleting).map(nameOf));
  let missing = ahead - owned.filter(isFree).length;
  return all.filter((seat) => {
    const name = nameOf(seat);
    return standing.has(name) || reserved.has(name) || (!ending.has(name) && missing-- > 0);
  });
}

/** Returns the plan, in which each new Seat has its reserved claim. */
export const withClaims = (plan: RolloutPlan, reserved: ReservedClaims): RolloutPlan => ({
  ...plan,
  create: plan.create.map((seat) => {
    const claim = reserved.get(nameOf(seat));
    return claim ? { ...seat, spec: { ...seat.spec, claim } } : seat;
  }),
});
