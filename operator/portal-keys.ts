// The keys of the portal and the board. The chart creates their Secrets without data, and the operator fills in what is
// missing. It gives the public part of the signing key to every seat, so that the guides believe the portal.
// To rotate a key, remove it from its Secret.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { NotLeadingError } from '../kubernetes/api.ts';
import type { Api } from '../kubernetes/api.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { Secret } from '../kubernetes/types.ts';
import { BOARD, PORTAL } from '../lab/names.ts';
import { messageOf } from '../support/errors.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';
import type { Logger } from './engine/log.ts';
import type { Source } from './engine/builder.ts';

const { signing, cookie, people } = PORTAL.secretKeys;

const newSigningKey = (): string =>
  generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const newSecret = (): string => randomBytes(32).toString('base64url');

/** How each key of a Secret is made. */
type Makers = Readonly<Record<string, () => string>>;

const PORTAL_MAKERS: Makers = { [signing]: newSigningKey, [cookie]: newSecret, [people]: newSecret };
/** The instructor key. It is 32 random bytes, so nobody guesses it. */
const BOARD_MAKERS: Makers = { [BOARD.key]: newSecret };

const base64 = (text: string): string => Buffer.from(text).toString('base64');

/** Returns new keys for those that the Secret lacks, as its field `data`. */
function missingKeys({ data = {} }: Secret, makers: Makers): Readonly<Record<string, string>> {
  const missing = Object.entries(makers).filter(([name]) => (data[name] ?? '') === '');
  return Object.fromEntries(missing.map(([name, make]) => [name, base64(make())]));
}

function privateKeyIn(pem: string): KeyObject | undefined {
  try {
    return createPrivateKey(pem);
  } catch {
    return undefined;
  }
}

/** Returns the public part of the signing key as PEM. @throws Error if the Secret has another kind of key */
function publicKeyOf({ data = {} }: Secret): string {
  const key = privateKeyIn(Buffer.from(data[signing] ?? '', 'base64').toString());
  if (key?.asymmetricKeyType === 'ed25519')
    return createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  throw new Error(
    `Expected an Ed25519 key as PKCS#8 PEM in the key ${signing}, found ${key?.asymmetricKeyType ?? 'none'}. Remove ` +
      'it from the Secret, and the operator makes another one.',
  );
}

type SecretName = { readonly name: string; readonly namespace: string };

export interface PortalKeysOptions {
  readonly api: Api;
  /** The Secret of the portal's keys. */
  readonly secret: SecretName;
  /** The Secret of the instructor key. */
  readonly board?: SecretName;
  readonly log: Pick<Logger, 'warn' | 'info'>;
  readonly timers?: Timers;
}

/** Milliseconds from a successful read of the Secret to the next read. */
const POLL_MS = 30_000;
/** Milliseconds from the first failed read or write to the next read. Each further failure doubles the time. */
const RETRY_MS = 2_000;

/** Reads the Secrets every half minute, fills them, and tells its listeners when the public key has changed. */
export class PortalKeys implements Source<string> {
  readonly #options: PortalKeysOptions;
  readonly #timers: Timers;
  readonly #listeners = new Set<(publicKey: string) => void>();
  #publicKey: string | undefined;

  constructor(options: PortalKeysOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** Returns the public key as PEM. Undefined before the first successful read. */
  publicKey(): string | undefined {
    return this.#publicKey;
  }

  onChange(listener: (publicKey: string) => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the Secret again and again until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    let retry = RETRY_MS;
    while (!signal.aborted) {
      const wait = (await this.#poll(signal)) ? POLL_MS : retry;
      retry = wait === POLL_MS ? RETRY_MS : Math.min(POLL_MS, 2 * retry);
      await pause(this.#timers, jittered(wait), signal);
    }
  }

  /** Reads the Secrets once. @returns true if they have all keys */
  async #poll(signal: AbortSignal): Promise<boolean> {
    const { log, secret, board } = this.#options;
    try {
      this.#update(publicKeyOf(await this.#filled(secret, PORTAL_MAKERS)));
      if (board) await this.#filled(board, BOARD_MAKERS);
      return true;
    } catch (error) {
      // Another process is the leader, which fills the Secret.
      if (!signal.aborted && !(error instanceof NotLeadingError))
        log.warn({ secret: secret.name, problem: messageOf(error) }, "The portal's keys are not known, retrying");
      return false;
    }
  }

  /** Returns a Secret with all keys. The write fails if somebody has changed the Secret meanwhile. */
  async #filled(secret: SecretName, makers: Makers): Promise<Secret> {
    const { api, log } = this.#options;
    const found = await api.get<Secret>(KINDS.Secret, secret.name, secret.namespace);
    if (!found) throw new Error(`Expected the Secret ${secret.name}, found none. Restore it with helm upgrade.`);
    const data = missingKeys(found, makers);
    if (Object.keys(data).length === 0) return found;
    const { resourceVersion } = found.metadata;
    const filled = await api.mergePatch<Secret>(KINDS.Secret, secret, { metadata: { resourceVersion }, data });
    log.info({ secret: secret.name, keys: Object.keys(data) }, 'Made keys that a Secret of the portal lacked');
    return filled;
  }

  #update(publicKey: string): void {
    if (publicKey === this.#publicKey) return;
    this.#publicKey = publicKey;
    for (const listener of this.#listeners) listener(publicKey);
  }
}
