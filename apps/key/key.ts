// The guide's key, with which it signs what a check has found: random, made once for each lab, kept in a Secret that the chart makes empty.
// So nothing that renders the lab has to be random, and an upgrade has nothing to overwrite.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

/** One request about the Secret; `body` is a JSON merge patch. */
export type Ask = (method: 'GET' | 'PATCH', body?: object) => Promise<{ status: number; body: string }>;

interface Secret {
  metadata?: { resourceVersion?: string };
  data?: Record<string, string>;
}

/** No try will change it. */
export class KeyUnavailableError extends Error {}

function secretFrom({ status, body }: Awaited<ReturnType<Ask>>): Secret | undefined {
  if (status === 200) return JSON.parse(body) as Secret;
  if (status === 409) return undefined; // another was quicker
  const problem = `expected the API server to answer 200, found ${status}: ${body.slice(0, 200).trim()}`;
  throw status < 500 && status !== 429 ? new KeyUnavailableError(problem) : new Error(problem);
}

/**
 * The key in the Secret, put there if there is none: only into that very version that was read, so that of two one is kept.
 * @throws NoKey where it can't be had, Error where it may be in a moment
 */
export async function keyIn(ask: Ask): Promise<string> {
  const { metadata: { resourceVersion } = {}, data } = secretFrom(await ask('GET')) ?? {};
  const there = Buffer.from(data?.key ?? '', 'base64').toString();
  if (there !== '') return there;
  const made = randomBytes(32).toString('hex');
  const patched = secretFrom(
    await ask('PATCH', { metadata: { resourceVersion }, data: { key: Buffer.from(made).toString('base64') } }),
  );
  if (patched === undefined) throw new Error('expected nobody else to write the Secret, found that somebody has');
  return made;
}

/** Tries for so many milliseconds. @throws what the last try, or one that settles it, failed with */
export async function keyWithin(ask: Ask, patience: number, pause = 250): Promise<string> {
  for (const deadline = Date.now() + patience; ; await delay(pause)) {
    try {
      return await keyIn(ask);
    } catch (error) {
      if (error instanceof KeyUnavailableError || Date.now() + pause > deadline) throw error;
    }
  }
}
