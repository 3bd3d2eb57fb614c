// Reads or creates the key with which the guide signs the learner's progress. The key is random, is created once per
// lab, and is stored in a Secret. The chart creates this Secret without data, so an upgrade keeps the key.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, isConflict, isTooManyRequests } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Secret } from '../../kubernetes/types.ts';

export type SecretApi = Pick<Api, 'get' | 'mergePatch'>;

interface SecretName {
  readonly name: string;
  readonly namespace: string;
}

/** Thrown when the guide's key can't be read or created, and a retry wouldn't help. */
export class KeyUnavailableError extends Error {}

/**
 * Returns the guide's key from its Secret. If the Secret is still empty, the function creates a key and writes it into
 * the Secret. The write fails if the Secret has changed since it was read. So two concurrent writers can't replace each
 * other's key.
 * @throws KeyUnavailableError if the Secret doesn't exist, or the error of a failed request to the API server
 */
export async function keyIn(api: SecretApi, secret: SecretName): Promise<string> {
  const { name, namespace } = secret;
  const live = await api.get<Secret>(KINDS.Secret, name, namespace);
  if (!live)
    throw new KeyUnavailableError(`Expected the Secret ${namespace}/${name}, found none. Install the lab again.`);
  const key = Buffer.from(live.data?.['key'] ?? '', 'base64').toString();
  if (key !== '') return key;
  const made = randomBytes(32).toString('hex');
  const { resourceVersion } = live.metadata;
  const data = { key: Buffer.from(made).toString('base64') };
  await api.mergePatch(KINDS.Secret, secret, { metadata: { resourceVersion }, data });
  return made;
}

export interface Patience {
  /** Time limit, in milliseconds, for all attempts to read or create the key that signs the learner's progress. */
  readonly within: number;
  /**
   * Milliseconds between two attempts to read or create the key that signs the learner's progress. The default is 250.
   */
  readonly every?: number;
}

/**
 * Returns the guide's key. It calls `keyIn`, and repeats a failed call until the time limit has passed.
 * @throws the last error, or the first error that a retry can't fix
 */
export async function keyWithin(
  api: SecretApi,
  secret: SecretName,
  { within, every = 250 }: Patience,
): Promise<string> {
  for (const deadline = Date.now() + within; ; await delay(every)) {
    try {
      return await keyIn(api, secret);
    } catch (error) {
      if (isFinal(error) || Date.now() + every > deadline) throw error;
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof KeyUnavailableError ||
  (error instanceof ApiError && error.code < 500 && !isConflict(error) && !isTooManyRequests(error));
