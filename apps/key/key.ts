// The guide's key, which signs what a check has found. It is random, made once per lab, and kept in a Secret that the
// chart creates empty. So rendering the lab needs nothing random, and an upgrade overwrites nothing.
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

/** There is no key, and trying again will not help. */
export class KeyUnavailableError extends Error {}

/**
 * The key in the Secret, created if there is none. Writes only to the version that was read, so two writers keep one
 * key.
 * @throws KeyUnavailableError without a Secret, or as Api
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
  /** How long to try, in milliseconds. */
  readonly within: number;
  /** The wait between two attempts, in milliseconds. */
  readonly every?: number;
}

/** Tries again until there is a key. @throws the last error, or the first that another attempt can't change */
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
