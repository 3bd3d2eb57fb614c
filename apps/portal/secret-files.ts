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

/** The texts of the files. */
type Texts = Readonly<Record<keyof Secrets, string>>;

async function readTexts(folder: string): Promise<Texts> {
  const text = (name: string): Promise<string> => readFile(join(folder, name), 'utf8');
  const { signing, cookie, people } = PORTAL.secretKeys;
  return { signing: await text(signing), cookie: await text(cookie), people: await text(people) };
}

/** @throws Error that says what was expected and what was found */
const secretsIn = ({ signing, cookie, people }: Texts): Secrets => ({
  signing: createPrivateKey(signing),
  cookie: bytesIn(PORTAL.secretKeys.cookie, cookie),
  people: bytesIn(PORTAL.secretKeys.people, people),
});

function bytesIn(name: string, text: string): Buffer {
  const found = Buffer.from(text.trim(), 'base64url');
  if (found.length >= LEAST_BYTES) return found;
  throw new Error(`expected ${LEAST_BYTES} bytes in the file ${name}, found ${found.length}`);
}

export interface FollowOptions {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with the first secrets, and each time that they have changed. */
  readonly onRead: (secrets: Secrets) => void;
  readonly log?: { warn(fields: object, message: string): void };
  /** Milliseconds from one reading to the next. */
  readonly every?: number;
}

/** Reads the secrets again and again until the signal is aborted. Files that can't be read change nothing. */
export async function followSecrets({ folder, signal, onRead, log, every = 5000 }: FollowOptions): Promise<void> {
  let trouble: string | undefined;
  let known = '';
  while (!signal.aborted) {
    try {
      const texts = await readTexts(folder);
      if (JSON.stringify(texts) !== known) onRead(secretsIn(texts));
      known = JSON.stringify(texts);
      trouble = undefined;
    } catch (error) {
      if (trouble !== messageOf(error)) log?.warn({ err: messageOf(error) }, 'Waiting for the secrets of the portal');
      trouble = messageOf(error);
    }
    await pause(systemTimers, trouble === undefined ? every : Math.min(every, RETRY), signal);
  }
}
