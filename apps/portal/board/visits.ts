// The visits of instructors in labs. spec.visit of a Seat says who looks in, and the learner's page shows it.
import type { PortalRole } from '../../../lab/portal-token.ts';
import type { Classes } from '../classes.ts';
import type { Seat } from '../kinds.ts';
import { recordDeed } from './events.ts';
import type { EventsOptions } from './events.ts';
import { visitBy } from './seat-changes.ts';
import { visitOf } from '../class-fields.ts';
import type { Writer } from './writer.ts';

/** Milliseconds after which a visit is renewed, while it is used. */
const RENEW_MS = 60_000;
/** Milliseconds from one look at the open exchanges to the next. */
const LOOK_MS = 15_000;

export interface VisitsOptions extends EventsOptions {
  readonly classes: Classes;
  readonly writer: Writer;
}

/** A running exchange of an instructor with a guide. */
export interface Exchange {
  readonly seat: string;
  readonly by: string;
  readonly role: PortalRole;
  /** Whether the instructor's session is still valid. */
  readonly isValid: () => boolean;
  readonly end: () => void;
}

/** Returns what an instructor may do in a seat: work in it only while its learner agrees. */
export function roleIn(seat: Seat | undefined, by: string, now = Date.now()): PortalRole | undefined {
  const visit = seat && visitOf(seat, now);
  if (visit?.by !== by) return undefined;
  return visit.takeover === 'granted' ? 'takeover' : 'instructor';
}

export class Visits {
  readonly #options: VisitsOptions;
  readonly #writing = new Map<string, Promise<void>>();
  readonly #open = new Set<Exchange>();
  readonly #timer = setInterval(() => this.#look(), LOOK_MS).unref();
  readonly #stop: () => void;

  constructor(options: VisitsOptions) {
    this.#options = options;
    this.#stop = options.classes.seats.onChange((before, after) => this.#endWithout((after ?? before)?.metadata.name));
  }

  /**
   * Begins the visit of an instructor, or renews it once a minute. Resolves when the API server knows of the visit. A
   * renewal is not waited for.
   * @throws BadAction if somebody else looks in; ApiError or a connection error
   */
  async enter(seat: Seat, by: string): Promise<void> {
    const visit = visitOf(seat, Date.now());
    if (visit?.by !== by) return this.#write(seat, by, true);
    if (Date.parse(visit.at) + RENEW_MS <= Date.now()) void this.#write(seat, by, false).catch(() => undefined);
  }

  /** Keeps a visit while an exchange runs, and ends the exchange when it may no longer. @returns how to forget it */
  keep(exchange: Exchange): () => void {
    this.#open.add(exchange);
    return () => void this.#open.delete(exchange);
  }

  /** Ends the exchanges that may no longer go on, such as those of a session that has ended. */
  endInvalid(): void {
    for (const exchange of [...this.#open]) if (!this.#isAllowed(exchange)) exchange.end();
  }

  close(): void {
    clearInterval(this.#timer);
    this.#stop();
  }

  /** Writes a visit. Requests at the same time wait for one write. */
  #write(seat: Seat, by: string, isNew: boolean): Promise<void> {
    const key = `${seat.metadata.name}\n${by}`;
    const known = this.#writing.get(key);
    if (known) return known;
    const write = this.#begin(seat, by, isNew).finally(() => this.#writing.delete(key));
    this.#writing.set(key, write);
    return write;
  }

  async #begin({ metadata }: Seat, by: string, isNew: boolean): Promise<void> {
    const written = await this.#options.writer.seat(metadata.name, (seat) => ({
      spec: { visit: visitBy(seat, { by, now: Date.now() }) },
    }));
    if (isNew) void recordDeed(written, by, { reason: 'VisitBegan', what: 'looks into the seat' }, this.#options);
  }

  /** Renews the visits with an open exchange. One that has ended or lapsed begins anew only with a request. */
  #look(): void {
    for (const exchange of [...this.#open]) {
      const seat = this.#options.classes.seats.get(exchange.seat);
      if (!this.#isAllowed(exchange)) exchange.end();
      else if (seat) void this.enter(seat, exchange.by).catch(() => undefined);
    }
  }

  /** Ends the exchanges at a seat that may no longer go on. */
  #endWithout(name: string | undefined): void {
    for (const exchange of [...this.#open]) if (exchange.seat === name && !this.#isAllowed(exchange)) exchange.end();
  }

  #isAllowed({ seat, by, role, isValid }: Exchange): boolean {
    const allowed = roleIn(this.#options.classes.seats.get(seat), by);
    return isValid() && (allowed === role || allowed === 'takeover');
  }
}
