// Reads or creates the guide's two secrets: the key that signs the learner's progress, and the token with which people
// log in. Both are random, so a login link says nothing about the key. They are created once per lab and stored in a
// Secret. The chart creates this Secret without data, so an upgrade keeps them.
import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { ApiError, isConflict, isTooManyRequests } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Secret } from '../../kubernetes/types.ts';

export type SecretApi = Pick<Api, 'get' | 'mergePatch'>;

/** The values in the Secret. */
export interface GuideSecrets {
  /** The key that signs the learner's progress. */
  readonly key: string;
  /** The token that lets people into the guide. */
  readonly token: string;
}

/** How many random bytes each value has. 16 bytes can't be guessed, and keep the login link short. */
const BYTES: Readonly<Record<keyof GuideSecrets, number>> = { key: 32, token: 16 };

interface SecretName {
  readonly name: string;
  readonly namespace: string;
}

/** Thrown when the key can't be read or created, and a retry wouldn't help. */
export class KeyUnavailableError extends Error {}

const decoded = (data: Secret['data'], name: keyof GuideSecrets): string =>
  Buffer.from(data?.[name] ?? '', 'base64').toString();

/** Returns a random value for each of the names that has none in the Secret. */
const missingValues = (data: Secret['data']): Partial<GuideSecrets> =>
  Object.fromEntries(
    Object.entries(BYTES)
      .filter(([name]) => decoded(data, name as keyof GuideSecrets) === '')
      .map(([name, bytes]) => [name, randomBytes(bytes).toString('hex')]),
  );

const encoded = (values: Partial<GuideSecrets>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, Buffer.from(value).toString('base64')]));

/**
 * Returns the values in the Secret. The function first writes a new value for each one that is missing. The write fails
 * if the Secret has changed since it was read, so two concurrent writers can't replace each other's values.
 * @throws KeyUnavailableError if the Secret doesn't exist, or the error of a failed request to the API server
 */
export async function secretsIn(api: SecretApi, secret: SecretName): Promise<GuideSecrets> {
  const { name, namespace } = secret;
  const live = await api.get<Secret>(KINDS.Secret, name, namespace);
  if (!live)
    throw new KeyUnavailableError(`Expected the Secret ${namespace}/${name}, found none. Install the lab again.`);
  const made = missingValues(live.data);
  const { resourceVersion } = live.metadata;
  if (Object.keys(made).length > 0)
    await api.mergePatch(KINDS.Secret, secret, { metadata: { resourceVersion }, data: encoded(made) });
  return { key: decoded(live.data, 'key'), token: decoded(live.data, 'token'), ...made };
}

export interface Patience {
  /** Time limit in milliseconds for all attempts to get the values. */
  readonly within: number;
  /** Milliseconds between two attempts to get the values. */
  readonly every?: number;
}

/**
 * Calls `secretsIn`, and retries after an error until the time limit has passed. Returns the values.
 * @throws the last error, or the first error that a retry can't fix
 */
export async function secretsWithin(
  api: SecretApi,
  secret: SecretName,
  { within, every = 250 }: Patience,
): Promise<GuideSecrets> {
  for (const deadline = Date.now() + within; ; await delay(every)) {
    try {
      return await secretsIn(api, secret);
    } catch (error) {
      if (isFinal(error) || Date.now() + every > deadline) throw error;
    }
  }
}

const isFinal = (error: unknown): boolean =>
  error instanceof KeyUnavailableError ||
  (error instanceof ApiError && error.code < 500 && !isConflict(error) && !isTooManyRequests(error));
