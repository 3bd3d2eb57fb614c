// Memory for telemetry, in bytes. Each service of the lab has a share of its own, so that no other service, and no name
// that somebody makes up, takes its place.
import { SERVICES } from '../../../../lab/services.ts';

const OWN_SERVICES: readonly string[] = SERVICES.filter((service) => 'image' in service).map(({ name }) => name);

/** Milliseconds between two looks for what may leave, because there may be a million requests for room. */
const SWEEP_EVERY = 1_000;

/** How long a series stays after its last value, if others need its room. An SDK reports every 60 s by default. */
const STALE = 75_000;

export const isStale = ({ seen }: { readonly seen: number }, now: number): boolean => now - seen > STALE;

export class Budget {
  readonly limit: number;
  /** Removes what may leave. */
  onFull: (now: number) => void = () => undefined;
  readonly #now: () => number;
  #used = 0;
  #swept = -Infinity;

  constructor(limit: number, now: () => number) {
    this.limit = limit;
    this.#now = now;
  }

  get used(): number {
    return this.#used;
  }

  /** Takes the bytes, unless there is no room, even after a sweep. @returns whether it took them */
  take(bytes: number): boolean {
    if (!this.#fits(bytes)) this.sweep();
    if (!this.#fits(bytes)) return false;
    this.#used += bytes;
    return true;
  }

  free(bytes: number): void {
    this.#used -= bytes;
  }

  /** Bytes that nobody has taken. */
  get unused(): number {
    return this.limit - this.#used;
  }

  /** Removes what may leave, at most once a second. */
  sweep(): void {
    const now = this.#now();
    if (now - this.#swept < SWEEP_EVERY) return;
    this.#swept = now;
    this.onFull(now);
  }

  #fits(bytes: number): boolean {
    return this.#used + bytes <= this.limit;
  }
}

export interface ShareSizes {
  /** Bytes for each service of the lab, except those in `more`. */
  readonly each: number;
  /** Bytes for all services together that are not the lab's. */
  readonly others: number;
  readonly more?: Readonly<Record<string, number>>;
}

/** What each service has a share in, by service. The services that are not the lab's share one. */
export class Shares<T> {
  readonly #own: ReadonlyMap<string, T>;
  readonly #others: T;

  constructor({ each, others, more = {} }: ShareSizes, create: (bytes: number) => T) {
    this.#own = new Map(OWN_SERVICES.map((name) => [name, create(more[name] ?? each)]));
    this.#others = create(others);
  }

  of(service: string): T {
    return this.#own.get(service) ?? this.#others;
  }

  all(): T[] {
    return [...this.#own.values(), this.#others];
  }
}

export const isOwnService = (service: string): boolean => OWN_SERVICES.includes(service);

export const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0);

// What V8 needs, in bytes, measured by memory.test.ts.

/** An object with a few fields, in a Map. */
export const OBJECT = 200;

/** A text. One with a character beyond U+00FF takes two bytes for each character. */
export const textBytes = (text: string): number => 24 + text.length * (/[^\0-\u00ff]/.test(text) ? 2 : 1);

/** A typed array with its buffer. */
export const arrayBytes = (length: number, bytesEach: number): number => 320 + length * bytesEach;

/** A list of numbers. */
export const listBytes = (numbers: readonly number[]): number => 32 + 8 * numbers.length;
