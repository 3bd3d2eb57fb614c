// Changes the fields of a Seat that people of the class write. A change is a conditional write, so it never reaches the
// next person of a seat that was freed in the meantime.
import { isConflict } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import type { Claims } from './claims.ts';
import type { Classes } from './classes.ts';
import { SEAT } from './kinds.ts';
import type { Seat } from './kinds.ts';

/** How often a change is tried when somebody else, such as the operator, was faster. */
const ATTEMPTS = 5;

export interface SeatChangeParts {
  readonly api: Pick<HttpApi, 'mergePatch'>;
  readonly classes: Classes;
  readonly claims: Pick<Claims, 'refresh'>;
}

/**
 * Changes a Seat while it has the same person.
 * @param specOf returns the merge patch of the spec for the Seat as it is now, or undefined if nothing is to be done
 * @returns false if the person has the seat no longer
 * @throws ApiError or a connection error
 */
export async function changeSeat(
  { api, classes, claims }: SeatChangeParts,
  { metadata: { name }, spec: { claim } }: Seat,
  specOf: (seat: Seat) => object | undefined,
): Promise<boolean> {
  for (let attempt = 1; ; attempt++) {
    const seat = classes.seats.get(name);
    if (!seat || seat.spec.claim?.id !== claim?.id) return false;
    const spec = specOf(seat);
    if (spec === undefined) return true;
    const { resourceVersion } = seat.metadata;
    try {
      classes.seats.upsert(await api.mergePatch<Seat>(SEAT, { name }, { metadata: { resourceVersion }, spec }));
      return true;
    } catch (error) {
      if (!isConflict(error) || attempt >= ATTEMPTS) throw error;
      await claims.refresh(name);
    }
  }
}
