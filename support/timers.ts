// Time that only goes forward, and timers by it: what durations are measured with, and what tests move by hand.

export interface Timers {
  /** Milliseconds since some moment, by a clock that nobody sets and that runs on while the process is stopped. */
  now(): number;
  /** Calls `call` once, `ms` milliseconds from now. The function returned calls it off. */
  after(ms: number, call: () => void): () => void;
}

/** The longest that setTimeout can wait, 24 days; told to wait longer it doesn't wait at all. */
const LONGEST = 2 ** 31 - 1;

export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(ms, LONGEST));
    return () => clearTimeout(timer);
  },
};

/** Resolves after `ms` milliseconds, or as soon as `signal` is aborted; never rejects. */
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

/** `ms` made up to a tenth longer, so that many who began together don't go on together. */
export const jittered = (ms: number, random: () => number = Math.random): number => ms + (ms * random()) / 10;

/** What `work` gives, if it does within `ms` milliseconds. @throws Error when it doesn't; the work itself goes on unheeded */
export function within<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`Expected an answer within ${ms / 1000} s, found none.`));
    work.finally(timers.after(ms, late)).then(resolve, reject);
  });
}
