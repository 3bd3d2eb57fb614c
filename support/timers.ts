// A clock that never goes back, and timers that use this clock. All code that measures durations or waits uses them, so
// that tests can replace them with fake timers.

export interface Timers {
  /**
   * Returns the time in milliseconds of a clock that nobody can set. The clock also runs while the process is
   * suspended.
   */
  now(): number;
  /** Calls `call` once, after `ms` milliseconds. Returns a function that cancels the call. */
  after(ms: number, call: () => void): () => void;
}

/** Longest delay that setTimeout accepts, in milliseconds: 24 days. With a longer delay, setTimeout fires at once. */
const LONGEST = 2 ** 31 - 1;

export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.max(0, Math.min(ms, LONGEST)));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or when `signal` aborts. Never rejects. */
export function pause(timers: Timers, ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = (): void => {
      cancel();
      signal.removeEventListener('abort', end);
      resolve();
    };
    const cancel = timers.after(ms, end);
    signal.addEventListener('abort', end, { once: true });
  });
}

/** Returns `ms` plus a random part of up to a tenth, so that waits that began together end at different times. */
export const jittered = (ms: number, random: () => number = Math.random): number => ms + (ms * random()) / 10;

/**
 * Returns the result of `work`.
 * @throws Error if `work` takes more than `ms` milliseconds. `work` itself goes on after that.
 */
export function within<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`Expected an answer within ${ms / 1000} s, found none.`));
    work.finally(timers.after(ms, late)).then(resolve, reject);
  });
}
