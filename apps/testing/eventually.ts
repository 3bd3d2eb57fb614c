// Waits for a condition.
import { setTimeout as delay } from 'node:timers/promises';

/** Calls `ask` until it returns a value. @throws Error after `timeout` milliseconds. The message contains `what`. */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  timeout = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeout;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`expected ${what} within ${timeout} ms, found none`);
    await delay(30);
  }
}
