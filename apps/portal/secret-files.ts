// The portal's secrets, from files that Kubernetes keeps up to date. The operator makes them.
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PORTAL } from '../../lab/names.ts';
import { messageOf } from '../../support/errors.ts';
import { pause, systemTimers } from '../../support/timers.ts';

export interface Secrets {
  /** Ed25519 key that signs what the portal tells the guides. */
  readonly signing: KeyObject;
  /** Signs the portal's cookie. */
  readonly cookie: Buffer;
  /** Makes and checks the three words of each person. */
  readonly people: Buffer;
}

const LEAST_BYTES = 32;
/** Milliseconds until the next look for files that can't be read. */
const RETRY = 500;

/** @throws Error that says which file was expected and what was found */
async function readSecrets(folder: string): Promise<Secrets> {
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const bytes = async (name: string): Promise<Buffer> => {
    const found = Buffer.from((await text(name)).trim(), 'base64url');
    if (found.length >= LEAST_BYTES) return found;
    throw new Error(`expected ${LEAST_BYTES} bytes in ${join(folder, name)}, found ${found.length}`);
  };
  const { signing, cookie, people } = PORTAL.secretKeys;
  return { signing: createPrivateKey(await text(signing)), cookie: await bytes(cookie), people: await bytes(people) };
}

export interface FollowOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with the first secrets, and each time that they were read again. */
  readonly onRead: (secrets: Secrets) => void;
  readonly log?: { warn(fields: object, message: string): void };
  /** Milliseconds from one reading to the next. */
  readonly every?: number;
}

/** Reads the secrets again and again until the signal is aborted. Files that can't be read change nothing. */
export async function followSecrets({ folder, signal, onRead, log, every = 5000 }: FollowOptions): Promise<void> {
  let trouble: string | undefined;
  while (!signal.aborted) {
    try {
      onRead(await readSecrets(folder));
      trouble = undefined;
    } catch (error) {
      if (trouble !== messageOf(error)) log?.warn({ err: messageOf(error) }, 'Waiting for the secrets of the portal');
      trouble = messageOf(error);
    }
    await pause(systemTimers, trouble === undefined ? every : Math.min(every, RETRY), signal);
  }
}
