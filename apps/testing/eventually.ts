// Waiting for what will be true in a moment.
import { setTimeout as delay } from 'node:timers/promises';

/** Asks until there is an answer. @throws after `patience` milliseconds, saying what was waited for */
export async function eventually<T>(
  what: string,
  ask: () => T | undefined | Promise<T | undefined>,
  patience = 20_000,
): Promise<T> {
  const deadline = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error(`expected ${what} within ${patience} ms, found none`);
    await delay(30);
  }
}
