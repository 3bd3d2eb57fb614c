// A clock that only goes forward, and timers on it. Code measures durations with them, and tests replace them.

export interface Timers {
  /** Milliseconds on a clock that nobody sets. It goes on while the process is suspended. */
  now(): number;
  /** Calls `call` once, in `ms` milliseconds. Returns a function that cancels it. */
  after(ms: number, call: () => void): () => void;
}

/** The longest wait of setTimeout, 24 days. It does not wait at all when it is asked for more. */
const LONGEST = 2 ** 31 - 1;

export const systemTimers: Timers = {
  now: () => performance.now(),
  after(ms, call) {
    const timer = setTimeout(call, Math.min(ms, LONGEST));
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

/** `ms`, made up to a tenth longer at random, so that waits that began together end apart. */
export const jittered = (ms: number, random: () => number = Math.random): number => ms + (ms * random()) / 10;

/** The result of `work`. @throws Error when it takes more than `ms` milliseconds; the work itself goes on */
export function within<T>(timers: Timers, ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const late = (): void => reject(new Error(`Expected an answer within ${ms / 1000} s, found none.`));
    work.finally(timers.after(ms, late)).then(resolve, reject);
  });
}
