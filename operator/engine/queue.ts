// The work queue, with the semantics of client-go's: a key waits at most once however often it is added, is never handed to two
// workers at once, and when added while it is worked on is handed out again after that.
// https://pkg.go.dev/k8s.io/client-go/util/workqueue
import { jittered, systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Told of what happens in a queue; durations are in seconds. */
export interface QueueHooks {
  /** How many keys wait for a worker. */
  depth(keys: number): void;
  added(): void;
  /** A key that failed is to be tried again. */
  retried(): void;
  /** A worker takes a key that has waited for so long. */
  started(waited: number): void;
  finished(worked: number): void;
}

export interface QueueOptions {
  readonly hooks?: QueueHooks;
  readonly timers?: Timers;
  /** Milliseconds before the first retry of a key; twice as long before each further one. Default 5. */
  readonly firstDelay?: number;
  /** Milliseconds, the longest between two retries of a key. Default 5 minutes. */
  readonly longestDelay?: number;
  /** From 0 to 1, for tests. */
  readonly random?: () => number;
}

interface Delayed {
  readonly due: number;
  readonly cancel: () => void;
}

const nothing = (): void => undefined;
const noHooks: QueueHooks = { depth: nothing, added: nothing, retried: nothing, started: nothing, finished: nothing };

export class WorkQueue {
  readonly #hooks: QueueHooks;
  readonly #timers: Timers;
  readonly #backoff: (failures: number) => number;
  /** Keys for a worker to take, in their order, each with the time at which it came. */
  readonly #waiting = new Map<string, number>();
  /** Keys that a worker has, each with the time at which it took it. */
  readonly #working = new Map<string, number>();
  /** Keys that were added while a worker had them, with the time of that. */
  readonly #again = new Map<string, number>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #failures = new Map<string, number>();
  readonly #idleWorkers: ((key: string | undefined) => void)[] = [];
  readonly #drained = Promise.withResolvers<void>();
  #shut = false;

  constructor({
    hooks = noHooks,
    timers = systemTimers,
    firstDelay = 5,
    longestDelay = 300_000,
    random = Math.random,
  }: QueueOptions = {}) {
    this.#hooks = hooks;
    this.#timers = timers;
    this.#backoff = (failures) => jittered(Math.min(firstDelay * 2 ** failures, longestDelay), random);
  }

  /** Has `key` handed to a worker soon. */
  add(key: string): void {
    if (this.#shut || this.#waiting.has(key) || this.#again.has(key)) return;
    this.#hooks.added();
    if (this.#working.has(key)) this.#again.set(key, this.#timers.now());
    else this.#queue(key, this.#timers.now());
  }

  /** Has `key` handed to a worker no later than `ms` milliseconds from now: sooner, where it is asked for sooner. */
  addAfter(key: string, ms: number): void {
    if (this.#shut) return;
    if (ms <= 0) return this.add(key);
    const due = this.#timers.now() + ms;
    const earlier = this.#delayed.get(key);
    if (earlier !== undefined && earlier.due <= due) return;
    earlier?.cancel();
    const fire = (): void => {
      this.#delayed.delete(key);
      this.add(key);
    };
    this.#delayed.set(key, { due, cancel: this.#timers.after(ms, fire) });
  }

  /** Has a key that failed handed out again, later each time until it is forgotten. @returns in how many milliseconds */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    const delay = this.#backoff(failures);
    if (this.#shut) return delay;
    this.#failures.set(key, failures + 1);
    this.#hooks.retried();
    this.addAfter(key, delay);
    return delay;
  }

  /** Has `key` succeeded: its next failure is again its first. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often `key` has failed since it was last forgotten. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, for the caller alone until it is `done`. Undefined once the queue is shut down. */
  get(): Promise<string | undefined> {
    if (this.#shut) return Promise.resolve(undefined);
    const [next] = this.#waiting;
    if (next === undefined) return new Promise((resolve) => this.#idleWorkers.push(resolve));
    const [key, since] = next;
    this.#waiting.delete(key);
    this.#hooks.depth(this.#waiting.size);
    this.#handOut(key, since);
    return Promise.resolve(key);
  }

  /** Ends the work on a key; for every key from `get`, whatever came of it. */
  done(key: string): void {
    const began = this.#working.get(key);
    if (began === undefined) return;
    this.#working.delete(key);
    this.#hooks.finished((this.#timers.now() - began) / 1000);
    const since = this.#again.get(key);
    this.#again.delete(key);
    if (since !== undefined) this.#queue(key, since);
    this.#settle();
  }

  /**
   * Hands out no key from now on, and takes none. What waits is dropped: whoever begins anew looks at everything anyway.
   * Resolves when the keys that workers have are done.
   */
  shutDown(): Promise<void> {
    this.#shut = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    for (const keys of [this.#delayed, this.#waiting, this.#again, this.#failures]) keys.clear();
    this.#hooks.depth(0);
    for (const resolve of this.#idleWorkers.splice(0)) resolve(undefined);
    this.#settle();
    return this.#drained.promise;
  }

  /** How many keys wait for a worker. */
  get depth(): number {
    return this.#waiting.size;
  }

  /** Seconds for which the keys that workers have are being worked on, all together: it grows when work is stuck. */
  get unfinishedWork(): number {
    const now = this.#timers.now();
    return [...this.#working.values()].reduce((sum, began) => sum + (now - began) / 1000, 0);
  }

  #queue(key: string, since: number): void {
    if (this.#shut) return;
    const worker = this.#idleWorkers.shift();
    if (worker !== undefined) {
      this.#handOut(key, since);
      return worker(key);
    }
    this.#waiting.set(key, since);
    this.#hooks.depth(this.#waiting.size);
  }

  #handOut(key: string, since: number): void {
    const now = this.#timers.now();
    this.#working.set(key, now);
    // Whoever asked for it later is served now; the work itself says when it wants to be called again.
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    this.#hooks.started((now - since) / 1000);
  }

  #settle(): void {
    if (this.#shut && this.#working.size === 0) this.#drained.resolve();
  }
}
