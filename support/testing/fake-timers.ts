// Timers with a fake clock, which stands still until a test advances it.
import { setImmediate } from 'node:timers/promises';
import type { Timers } from '../timers.ts';

export interface FakeTimers extends Timers {
  /**
   * Lets `ms` milliseconds pass. Fires due timers in order. After each timer, lets the promises that it settles run
   * before the next timer fires.
   */
  advance(ms: number): Promise<void>;
  /** Lets `ms` milliseconds pass in one jump, as if the process was suspended. Then fires all due timers. */
  freeze(ms: number): Promise<void>;
  /** The number of running timers. */
  readonly pending: number;
}

export function fakeTimers(): FakeTimers {
  let time = 1_000;
  const timers = new Set<{ readonly due: number; readonly call: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 3; turn++) await setImmediate();
  };
  const fireNext = (until: number): boolean => {
    const [next] = [...timers].sort((a, b) => a.due - b.due);
    if (next === undefined || next.due > until) return false;
    time = Math.max(time, next.due);
    timers.delete(next);
    next.call();
    return true;
  };
  const advance = async (ms: number): Promise<void> => {
    const until = time + ms;
    await settle();
    while (fireNext(until)) await settle();
    time = Math.max(time, until);
    await settle();
  };
  return {
    now: () => time,
    after(ms, call) {
      const timer = { due: time + ms, call };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    advance,
    async freeze(ms) {
      time += ms;
      await advance(0);
    },
    get pending() {
      return timers.size;
    },
  };
}
