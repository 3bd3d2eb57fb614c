// Reads what people of a class tell each other from a Seat and its Workshop: requests for help, hints and visits. These
// functions read objects and change nothing.
import type { Hint } from '../guide/class-contract.ts';
import type { Seat, Workshop } from './kinds.ts';

export type Help = NonNullable<Seat['spec']['help']>;
export type Visit = NonNullable<Seat['spec']['visit']>;

/** Milliseconds for which a visit counts after its time. The instructor's page renews it while it is open. */
export const VISIT_MS = 90_000;

/**
 * Whether something in a Seat is about the person who has it now. Somebody may free a seat with kubectl and leave what
 * the earlier person wrote.
 */
const isOfPerson = ({ spec }: Seat, { at }: { readonly at: string }): boolean =>
  spec.claim === undefined || Date.parse(at) >= Date.parse(spec.claim.at);

/** Returns the open request for help of the person in a seat. */
export function helpOf(seat: Seat): Help | undefined {
  const { help } = seat.spec;
  return help && isOfPerson(seat, help) ? help : undefined;
}

/** @param now in milliseconds since 1970 */
export function visitOf(seat: Seat, now: number): Visit | undefined {
  const { visit } = seat.spec;
  return visit && isOfPerson(seat, visit) && Date.parse(visit.at) + VISIT_MS > now ? visit : undefined;
}

/** Returns the newest hint to the person in a seat, and the newest to all, newest first. */
export function hintsOf(seat: Seat, workshop: Workshop | undefined): Hint[] {
  const { hint } = seat.spec;
  const { announcement } = workshop?.spec ?? {};
  const hints = [
    ...(hint && isOfPerson(seat, hint) ? [{ ...hint, toAll: false }] : []),
    ...(announcement ? [{ ...announcement, toAll: true }] : []),
  ];
  return hints.sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
}
