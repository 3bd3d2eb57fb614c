// The work queue, with the semantics of client-go's. A key waits at most once, however often it is added. Two workers
// never have the same key. A key that is added while a worker has it is handed out again afterwards.
// https://pkg.go.dev/k8s.io/client-go/util/workqueue
import { jittered, systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** Callbacks for metrics. Durations are in seconds. */
export interface QueueHooks {
  /** The number of waiting keys has changed. */
  depth(keys: number): void;
  added(): void;
  /** A failed key is queued again. */
  retried(): void;
  /** A worker takes a key, after it waited this long. */
  started(waited: number): void;
  finished(worked: number): void;
}

export interface QueueOptions {
  readonly hooks?: QueueHooks;
  readonly timers?: Timers;
  /** Milliseconds before the first retry of a key. Each further retry waits twice as long. Default 5. */
  readonly firstDelay?: number;
  /** Milliseconds between two retries at most. Default 5 minutes. */
  readonly longestDelay?: number;
  /** A number from 0 to 1. Tests replace it. */
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
  /** Waiting keys in order of arrival, with the time of arrival. */
  readonly #waiting = new Map<string, number>();
  /** Keys that workers have, with the time at which each was taken. */
  readonly #working = new Map<string, number>();
  /** Keys that were added while a worker had them, with the time at which each was added. */
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

  /** Queues `key`. */
  add(key: string): void {
    if (this.#shut || this.#waiting.has(key) || this.#readded.has(key)) return;
    this.#hooks.added();
    if (this.#working.has(key)) this.#readded.set(key, this.#timers.now());
    else this.#queue(key, this.#timers.now());
  }

  /** Queues `key` after `ms` milliseconds. If it is already delayed, the earlier time counts. */
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

  /** Queues a failed key with a delay that grows until `forget`. @returns the delay in milliseconds */
  addRateLimited(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    const delay = this.#backoff(failures);
    if (this.#shut) return delay;
    this.#failures.set(key, failures + 1);
    this.#hooks.retried();
    this.addAfter(key, delay);
    return delay;
  }

  /** Resets the backoff of `key`, after it succeeded. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often `key` has failed since the last `forget`. */
  retries(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key. It belongs to the caller until `done`. Undefined once the queue is shut down. */
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

  /** Returns a key to the queue. Call it for every key from `get`, whatever the outcome. */
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
   * Stops handing out and accepting keys, and drops the waiting ones: the next process looks at every object anyway.
   * Resolves when workers are done with the keys they have.
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

  /** Seconds that workers have spent on their current keys, in total. It keeps growing when work is stuck. */
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
    // This hand-out also serves a pending delayed one. The reconcile itself decides when to come back.
    this.#delayed.get(key)?.cancel();
    this.#delayed.delete(key);
    this.#hooks.started((now - since) / 1000);
  }

  #settle(): void {
    if (this.#shut && this.#working.size === 0) this.#drained.resolve();
  }
}
