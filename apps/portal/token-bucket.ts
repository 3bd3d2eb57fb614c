// A token bucket: a limit on how often something may happen, with bursts.
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

export interface BucketOptions {
  /** How many tokens a full bucket has. */
  readonly size: number;
  readonly perSecond: number;
  readonly timers?: Pick<Timers, 'now'>;
}

/** A token bucket for each of several keys, such as seats. */
export class TokenBuckets {
  readonly #options: BucketOptions;
  readonly #buckets = new Map<string, TokenBucket>();

  constructor(options: BucketOptions) {
    this.#options = options;
  }

  /** Takes a token of a key. @returns false if there was none */
  take(key: string): boolean {
    const bucket = this.#buckets.get(key) ?? new TokenBucket(this.#options);
    this.#buckets.set(key, bucket);
    return bucket.take();
  }

  forget(key: string): void {
    this.#buckets.delete(key);
  }
}

export class TokenBucket {
  readonly #options: BucketOptions;
  readonly #timers: Pick<Timers, 'now'>;
  #tokens: number;
  #filledAt: number;

  constructor(options: BucketOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#tokens = options.size;
    this.#filledAt = this.#timers.now();
  }

  get isEmpty(): boolean {
    this.#fill();
    return this.#tokens < 1;
  }

  /** Takes a token. @returns false if there was none */
  take(): boolean {
    if (this.isEmpty) return false;
    this.#tokens -= 1;
    return true;
  }

  #fill(): void {
    const now = this.#timers.now();
    const { size, perSecond } = this.#options;
    this.#tokens = Math.min(size, this.#tokens + ((now - this.#filledAt) / 1000) * perSecond);
    this.#filledAt = now;
  }
}
