// Gives seats to people. A claim is a conditional write on the Seat, so no seat is given twice, whatever the number of
// replicas. Repeating a claim with the same id gives the same seat.
import { createHash } from 'node:crypto';
import { isConflict } from '../../kubernetes/api.ts';
import type { HttpApi } from '../../kubernetes/client.ts';
import { rfc3339 } from '../../kubernetes/conditions.ts';
import { chooseSeat, seatState } from './class-state.ts';
import type { Classes } from './classes.ts';
import { SEAT } from './kinds.ts';
import type { Claim, Seat, Workshop } from './kinds.ts';
import { versionOf } from './object-cache.ts';
import { keyOf, wordsOf } from './three-words.ts';

export interface Person {
  /** The random id that the page made before it asked for a seat. */
  readonly claimId: string;
  /** What the person asked to be called. */
  readonly name: string;
  /** The attendee whose seat the person asks for, in a class with names. */
  readonly attendee?: string;
}

export type ClaimResult =
  | { readonly outcome: 'seated'; readonly seat: Seat }
  /** `taken`: somebody has this name's seat. `none`: no seat is free now. */
  | { readonly outcome: 'taken' | 'none' };

export interface ClaimsOptions {
  readonly api: Pick<HttpApi, 'get' | 'mergePatch'>;
  readonly classes: Classes;
  /** Returns the key that makes people's words. */
  readonly people: () => Buffer;
  /** Milliseconds to wait for the watch to show a claim. */
  readonly patience?: number;
  /** Milliseconds after which the second seat of one person is freed. */
  readonly freeAfter?: number;
}

/** How often a claim looks for another seat when somebody else was faster. */
const ATTEMPTS = 100;

/** Returns what a Seat has of a claim id. The same id in two classes makes two claims. */
export const hashOf = ({ metadata }: Workshop, claimId: string): string =>
  createHash('sha256').update(`${metadata.uid}/${claimId}`).digest('hex');

export class Claims {
  readonly #options: ClaimsOptions;

  constructor(options: ClaimsOptions) {
    this.#options = options;
    options.classes.seats.onChange((before, after) => {
      if (after?.spec.claim && before?.spec.claim?.id !== after.spec.claim.id) this.#freeSecond(after);
    });
  }

  /** @throws ApiError or a connection error. Then repeat the claim with the same id: it may have been written. */
  async claim(workshop: Workshop, person: Person): Promise<ClaimResult> {
    const { classes } = this.#options;
    const claim = this.#claimOf(workshop, person);
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      const held = classes.holderOf(claim.id);
      if (held) return { outcome: 'seated', seat: held };
      const seat = wanted(classes.seatsOf(workshop), claim.id, person.attendee);
      if (!seat || seat.spec.claim) return { outcome: seat ? 'taken' : 'none' };
      const written = await this.#write(seat, claim);
      if (written) return { outcome: 'seated', seat: await this.#settled(written, claim.id) };
    }
    return { outcome: 'none' };
  }

  /** Reads a Seat from the API server into the cache. @returns the Seat, or undefined if there is none */
  async refresh(name: string): Promise<Seat | undefined> {
    const { api, classes } = this.#options;
    const seat = await api.get<Seat>(SEAT, name);
    if (seat) classes.seats.upsert(seat);
    else classes.seats.forget(name);
    return classes.seats.get(name);
  }

  #claimOf(workshop: Workshop, { claimId, name }: Person): Claim {
    const { uid = '' } = workshop.metadata;
    const [people, id] = [this.#options.people(), hashOf(workshop, claimId)];
    return { id, name, key: keyOf(people, uid, wordsOf(people, uid, id)), at: rfc3339(Date.now()) };
  }

  /** Writes a claim if the Seat is still as we know it. @returns the new Seat, or undefined if it has changed */
  async #write(seat: Seat, claim: Claim | null): Promise<Seat | undefined> {
    const { name, resourceVersion } = seat.metadata;
    try {
      return await this.#options.api.mergePatch<Seat>(
        SEAT,
        { name },
        { metadata: { resourceVersion }, spec: { claim } },
      );
    } catch (error) {
      if (!isConflict(error)) throw error;
      await this.refresh(name);
      return undefined;
    }
  }

  /**
   * Waits until the watch has shown a claim that we wrote, and with it every earlier claim. @returns the person's seat:
   * another one if the same claim got there first through another replica
   */
  async #settled(written: Seat, claimId: string): Promise<Seat> {
    const { classes, patience = 2000 } = this.#options;
    if (!(await this.#isSeen(written, patience))) classes.seats.upsert(written);
    return classes.holderOf(claimId) ?? written;
  }

  #isSeen(written: Seat, patience: number): Promise<boolean> {
    const { seats } = this.#options.classes;
    const isThere = (): boolean => {
      const seen = seats.get(written.metadata.name);
      return seen === undefined || versionOf(seen) >= versionOf(written);
    };
    return new Promise((resolve) => {
      const end = (isSeen: boolean): void => {
        stop();
        clearTimeout(timer);
        resolve(isSeen);
      };
      const stop = seats.onChange(() => isThere() && end(true));
      const timer = setTimeout(() => end(false), patience);
      if (isThere()) end(true);
    });
  }

  /** Frees a seat after a while if the same claim has another seat. Every replica tries it, by a conditional write. */
  #freeSecond({ metadata: { name }, spec: { claim } }: Seat): void {
    const { classes, freeAfter = 5000 } = this.#options;
    const second = (): Seat | undefined => {
      const [seat, first] = [classes.seats.get(name), classes.holderOf(claim?.id ?? '')];
      return seat?.spec.claim?.id === claim?.id && first && first.metadata.name !== name ? seat : undefined;
    };
    if (!second()) return;
    const free = async (): Promise<void> => {
      const seat = second();
      if (seat) await this.#write(seat, null);
    };
    setTimeout(() => void free().catch(() => undefined), freeAfter).unref();
  }
}

/** Returns the seat that a person should get: the one of an attendee, or any free one. */
function wanted(seats: readonly Seat[], claimId: string, attendee: string | undefined): Seat | undefined {
  if (attendee === undefined) return chooseSeat(seats, claimId);
  return seats.find((seat) => seat.spec.attendee === attendee && seatState(seat) !== 'Ending');
}
