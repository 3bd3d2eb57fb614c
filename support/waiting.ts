// Waits until a condition is true, by checking it again and again.
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from './errors.ts';

export interface Patience {
  /** The time limit, in milliseconds. */
  readonly within: number;
  /** Milliseconds between two attempts. */
  readonly every?: number;
}

/** The time limit of a wait that is not a bound, in milliseconds. Much longer than a slow, busy machine needs. */
const WITHIN = 60_000;

/**
 * Calls `look` again and again until it no longer throws, but at least once. `look` may contain calls of `expect`.
 * Give `within` only if the time itself is promised: a short limit fails on a slow machine, and proves nothing.
 * @returns the result of `look`
 * @throws Error with the last error of `look` if `look` still fails after `within` milliseconds, one minute by default
 */
export async function eventually<T>(look: () => T | Promise<T>, patience: Partial<Patience> = {}): Promise<T> {
  const began = performance.now();
  let looks = 0;
  let last: unknown;
  const attempt = async (): Promise<{ result: T } | undefined> => {
    looks++;
    try {
      return { result: await look() };
    } catch (error) {
      last = error;
      return undefined;
    }
  };
  const success = await poll(attempt, { within: WITHIN, ...patience });
  if (success === undefined) throw late(last, performance.now() - began, looks);
  return success.result;
}

/**
 * Calls `ask` again and again until it returns a value. If `ask` throws, the wait ends with its error.
 * @throws Error that names the expected value, `what`, if there is still no value after `within` milliseconds
 */
export async function waitFor<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  { within = 20_000, every = 30 }: Partial<Patience> = {},
): Promise<T> {
  const value = await poll(ask, { within, every });
  if (value === undefined) throw new Error(`expected ${what} within ${within} ms, found none`);
  return value;
}

/**
 * Calls `ask` again and again until it returns a value.
 * @returns the value, or undefined if there is none after `within` milliseconds
 */
export async function poll<T>(
  ask: () => T | undefined | Promise<T | undefined>,
  { within, every = 250 }: Patience,
): Promise<T | undefined> {
  const end = performance.now() + within;
  for (;;) {
    const value = await ask();
    if (value !== undefined || performance.now() + every > end) return value;
    await sleep(every);
  }
}

/** Calls `look` again and again for `during` milliseconds. @throws the first error that `look` throws */
export async function always(
  look: () => void | Promise<void>,
  { during, every = 1000 }: { readonly during: number; readonly every?: number },
): Promise<void> {
  const end = performance.now() + during;
  while (performance.now() < end) {
    await look();
    await sleep(every);
  }
}

function late(cause: unknown, waited: number, looks: number): Error {
  const seen = messageOf(cause);
  return new Error(`Still failing after ${(waited / 1000).toFixed(1)} s (${looks} attempts). Last error:\n${seen}`, {
    cause,
  });
}
