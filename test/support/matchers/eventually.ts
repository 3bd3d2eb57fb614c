// Waits for something to become true, and says what was seen instead when it doesn't.
import { setTimeout as sleep } from 'node:timers/promises';

export interface Patience {
  /** Milliseconds it may take. */
  within: number;
  /** Milliseconds between two looks; 250 unless told otherwise. */
  every?: number;
}

/**
 * Calls `look` until it no longer throws and resolves to what it returned, so `look` may hold `expect`s.
 * @throws Error with what `look` threw last, when that goes on for longer than `within`.
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

/** Holds for the whole of `during` milliseconds: calls `look` again and again and throws what it throws first. */
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
