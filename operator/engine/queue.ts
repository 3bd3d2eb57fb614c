// A work queue of keys that behaves like the one in client-go. A key is in the queue at most once, even if it is added
// several times. Two workers never process the same key at the same time. If a key is added while a worker processes
// it, the queue hands it out again afterwards.
// https://pkg.go.dev/k8s.io/client-go/util/workqueue
import { jittered, systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Callbacks through which the queue reports its metrics. All durations are in seconds. */
export interface QueueHooks {
  /** Called when the number of waiting keys changes. */
  depth(keys: number): void;
  added(): void;
  /** Called when a key is queued again after a failure. */
  retried(): void;
  /** Called when a worker takes a key. `waited` is the time that the key waited for a worker. */
  started(waited: number): void;
  finished(worked: number): void;
}

export interface QueueOptions {
  readonly hooks?: QueueHooks;
  readonly timers?: Timers;
  /** Milliseconds before the first retry of a key. Each further retry of the key waits twice as long. Default 5. */
  readonly firstDelay?: number;
  /** Longest delay between two retries of a key, in milliseconds. Default 300,000 (5 minutes). */
  readonly longestDelay?: number;
  /** Returns a random number from 0 to 1, which adds jitter to the retry delays. Default: Math.random. */
  readonly random?: () => number;
}

interface Delayed {
  readonly due: number;
  readonly cancel: () => void;
}

const noop = (): void => undefined;
const noHooks: QueueHooks = { depth: noop, added: noop, retried: noop, started: noop, finished: noop };

export class WorkQueue {
  readonly #hooks: QueueHooks;
  readonly #timers: Timers;
  readonly #backoff: (failures: number) => number;
  /** Keys that wait for a worker, oldest first. Each key has the time at which it was queued, in milliseconds. */
  readonly #waiting = new Map<string, number>();
  /** Keys that workers are processing. Each key has the time at which the worker took it, in milliseconds. */
  readonly #working = new Map<string, number>();
  /**
   * Keys that were added again while a worker processes them. Each key has the time at which it was added again, in
   * milliseconds.
   */
  readonly #readded = new Map<string, number>();
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

  /** Queues `key`, unless it is already waiting. */
  add(key: string): void {
    if (this.#shut || this.#waiting.has(key) || this.#readded.has(key)) return;
    this.#hooks.added();
    if (this.#working.has(key)) this.#readded.set(key, this.#timers.now());
    else this.#queue(key, this.#timers.now());
  }

  /**
   * Queues `key` after `ms` milliseconds. If the key is already due to be queued later, the earlier of the two times
   * counts.
   */
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

  /**
   * Queues a failed key after a delay that grows with each failure, until `forget(key)`.
   * @returns the delay in milliseconds
   */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    const delay = this.#backoff(failures);
    if (this.#shut) return delay;
    this.#failures.set(key, failures + 1);
    this.#hooks.retried();
    this.addAfter(key, delay);
    return delay;
  }

  /** Resets the retry delay of `key`. Call it after the key succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** Returns how often `key` has failed since the last `forget(key)`. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /**
   * Waits for the next key. The caller must call `done` for it. Resolves with undefined once the queue is shut down.
   */
  get(): Promise<string | undefined> {
    if (this.#shut) return Promise.resolve(undefined);
    const [first] = this.#waiting;
    if (first === undefined) return new Promise((resolve) => this.#idleWorkers.push(resolve));
    const [key, since] = first;
    this.#waiting.delete(key);
    this.#hooks.depth(this.#waiting.size);
    this.#handOut(key, since);
    return Promise.resolve(key);
  }

  /** Tells the queue that the worker has finished this key. Call it for every key from `get`, even after a failure. */
  done(key: string): void {
    const since = this.#working.get(key);
    if (since === undefined) return;
    this.#working.delete(key);
    this.#hooks.finished((this.#timers.now() - since) / 1000);
    const readdedAt = this.#readded.get(key);
    this.#readded.delete(key);
    if (readdedAt !== undefined) this.#queue(key, readdedAt);
    this.#settle();
  }

  /**
   * Stops the queue. After that, it accepts no keys and hands out none. Waiting keys are dropped, because the next
   * process reconciles every object anyway. Resolves when the workers have finished their current keys.
   */
  shutDown(): Promise<void> {
    this.#shut = true;
    for (const { cancel } of this.#delayed.values()) cancel();
    for (const keys of [this.#delayed, this.#waiting, this.#readded, this.#failures]) keys.clear();
    this.#hooks.depth(0);
    for (const resolve of this.#idleWorkers.splice(0)) resolve(undefined);
    this.#settle();
    return this.#drained.promise;
  }

  /** The number of waiting keys. */
  get depth(): number {
    return this.#waiting.size;
  }

  /**
   * Total time, in seconds, that all workers have spent on their current keys. If a worker is stuck, this time keeps
   * growing.
   */
  get unfinishedWork(): number {
    const now = this.#timers.now();
    return [...this.#working.values()].reduce((sum, since) => sum + (now - since) / 1000, 0);
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
    // If the key is also due to be queued later, cancel that. After this reconcile, the reconciler decides when the
    // next one is due.
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    this.#hooks.started((now - since) / 1000);
  }

  #settle(): void {
    if (this.#shut && this.#working.size === 0) this.#drained.resolve();
  }
}
