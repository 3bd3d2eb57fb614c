// The portal's view of all classes: Workshops and Seats, from one watch each.
import type { HttpApi } from '../../kubernetes/client.ts';
import { Reflector } from '../../kubernetes/reflector.ts';
import { PORTAL } from '../../lab/names.ts';
import { SEAT, WORKSHOP } from './kinds.ts';
import type { Seat, Workshop } from './kinds.ts';
import { ObjectCache } from './object-cache.ts';

/** Leaves out what the portal never reads. A Workshop's and a Seat's spec.lab may be large. */
const withoutLab = <T extends Workshop | Seat>(object: T): T => {
  const metadata = { ...object.metadata, managedFields: undefined, annotations: undefined };
  return { ...object, metadata, spec: { ...object.spec, lab: undefined } };
};

export class Classes {
  readonly workshops = new ObjectCache<Workshop>(WORKSHOP, withoutLab);
  readonly seats = new ObjectCache<Seat>(SEAT, withoutLab);
  readonly #holders = new Map<string, string>();

  constructor() {
    this.seats.onChange((before, after) => this.#indexClaim(before, after));
  }

  get isListed(): boolean {
    return this.workshops.isListed && this.seats.isListed;
  }

  /** Keeps the view up to date until the signal is aborted. */
  async follow(api: HttpApi, signal: AbortSignal, log?: { warn(fields: object, message: string): void }) {
    const options = { api, ...(log && { log }) };
    await Promise.all([
      new Reflector({ ...options, store: this.workshops }).run(signal),
      new Reflector({ ...options, store: this.seats }).run(signal),
    ]);
  }

  /** Returns the class with a code. Capital letters and spaces around the code don't matter. */
  byCode(code: string): Workshop | undefined {
    const wanted = normalizedCode(code);
    return wanted === undefined ? undefined : this.workshops.list().find(({ status }) => status?.code === wanted);
  }

  seatsOf({ metadata }: Workshop): Seat[] {
    return this.seats.list().filter(({ spec }) => spec.workshop === metadata.name);
  }

  workshopOf({ spec }: Seat): Workshop | undefined {
    return this.workshops.get(spec.workshop);
  }

  /**
   * Returns the seat of a claim. If two seats have the same claim, it is the one that had it first, so all replicas
   * name the same one: the API server sends changes to all of them in the same order.
   */
  holderOf(claimId: string): Seat | undefined {
    const name = this.#holders.get(claimId);
    return name === undefined ? undefined : this.seats.get(name);
  }

  /** Whether the operator keeps a claim for a seat that somebody is resetting. */
  isReserved(claimId: string): boolean {
    const reserved = this.workshops.list().flatMap(({ status }) => status?.reserved ?? []);
    return reserved.some(({ claim }) => claim.id === claimId);
  }

  #indexClaim(before: Seat | undefined, after: Seat | undefined): void {
    if (claimOf(before) === claimOf(after)) return;
    if (before) this.#removeClaim(before);
    if (after) this.#addClaim(after);
  }

  #addClaim(seat: Seat): void {
    const claim = claimOf(seat);
    if (claim !== undefined && !this.#holders.has(claim)) this.#holders.set(claim, seat.metadata.name);
  }

  #removeClaim(seat: Seat): void {
    const claim = claimOf(seat);
    if (claim !== undefined && this.#holders.get(claim) === seat.metadata.name) this.#passOn(claim);
  }

  /** A claim was removed from the seat that had it first. Another seat with the same claim has it now. */
  #passOn(claimId: string): void {
    const next = this.seats.list().find((seat) => claimOf(seat) === claimId);
    if (next) this.#holders.set(claimId, next.metadata.name);
    else this.#holders.delete(claimId);
  }
}

const claimOf = (seat: Seat | undefined): string | undefined => seat?.spec.claim?.id;

const CODE = new RegExp(`^[${PORTAL.code.alphabet}]{${PORTAL.code.length}}$`);

/** Returns a code as the Workshop has it, or undefined if no class can have such a code. */
export function normalizedCode(text: string): string | undefined {
  const code = text.trim().toLowerCase();
  return CODE.test(code) ? code : undefined;
}
