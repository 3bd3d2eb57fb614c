// Waits for a condition, and reports the last error if it doesn't come true.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** The time limit, in milliseconds. */
  within: number;
  /** Milliseconds between two looks, 250 by default. */
  every?: number;
}

/**
 * Calls `look` until it no longer throws, so `look` may contain `expect`s.
 * @returns the result of `look`
 * @throws Error with the last error of `look` if it still fails after `within`
 */
export async function eventually<T>(look: () => T | Promise<T>, { within, every = 250 }: Patience): Promise<T> {
  const began = performance.now();
  for (let looks = 1; ; looks++) {
    try {
      return await look();
    } catch (error) {
      const waited = performance.now() - began;
      if (waited + every > within) throw late(error, waited, looks);
    }
    await sleep(every);
  }
}

/** Calls `look` repeatedly for `during` milliseconds. @throws the first error of `look` */
export async function always(
  look: () => void | Promise<void>,
  { during, every = 1000 }: { during: number; every?: number },
): Promise<void> {
  const end = performance.now() + during;
  while (performance.now() < end) {
    await look();
    await sleep(every);
  }
}

function late(cause: unknown, waited: number, looks: number): Error {
  const seen = cause instanceof Error ? cause.message : String(cause);
  return new Error(`Not so after ${(waited / 1000).toFixed(1)} s (${looks} looks). Last seen:\n${seen}`, { cause });
}
