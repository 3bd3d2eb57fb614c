// The portal's secrets, from files that Kubernetes keeps up to date. The operator makes them.
import { createPrivateKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BOARD, PORTAL } from '../../lab/names.ts';
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

/** The texts of the files by their names. */
type Texts<K extends string> = Readonly<Record<K, string>>;

const { signing, cookie, people } = PORTAL.secretKeys;

/** @throws Error that says what was expected and what was found */
const secretsIn = (texts: Texts<keyof Secrets>): Secrets => ({
  signing: createPrivateKey(texts.signing),
  cookie: bytesIn(cookie, texts.cookie),
  people: bytesIn(people, texts.people),
});

function bytesIn(name: string, text: string): Buffer {
  const found = Buffer.from(text.trim(), 'base64url');
  if (found.length >= LEAST_BYTES) return found;
  throw new Error(`expected ${LEAST_BYTES} bytes in the file ${name}, found ${found.length}`);
}

export interface FollowOptions<T> {
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Called with the first secrets, and each time that they have changed. */
  readonly onRead: (secrets: T) => void;
  readonly log?: { warn(fields: object, message: string): void };
  /** Milliseconds from one reading to the next. */
  readonly every?: number;
}

/** Follows the portal's own secrets. */
export const followSecrets = (options: FollowOptions<Secrets>): Promise<void> =>
  followFiles([signing, cookie, people], secretsIn, options);

/** Follows the instructor key. */
export const followBoardKey = (options: FollowOptions<string>): Promise<void> =>
  followFiles([BOARD.key], (texts) => boardKeyIn(texts[BOARD.key].trim()), options);

function boardKeyIn(key: string): string {
  if (key.length >= BOARD.shortestKey) return key;
  throw new Error(`expected ${BOARD.shortestKey} characters or more in the file ${BOARD.key}, found ${key.length}`);
}

async function readTexts<K extends string>(folder: string, names: readonly K[]): Promise<Texts<K>> {
  const texts: [K, string][] = [];
  for (const name of names) texts.push([name, await readFile(join(folder, name), 'utf8')]);
  return Object.fromEntries(texts) as Texts<K>;
}

/** Reads files again and again until the signal is aborted. Files that can't be read or used change nothing. */
async function followFiles<K extends string, T>(
  names: readonly K[],
  parse: (texts: Texts<K>) => T,
  { folder, signal, onRead, log, every = 5000 }: FollowOptions<T>,
): Promise<void> {
  let trouble: string | undefined;
  let known = '';
  while (!signal.aborted) {
    try {
      const texts = await readTexts(folder, names);
      if (JSON.stringify(texts) !== known) onRead(parse(texts));
      known = JSON.stringify(texts);
      trouble = undefined;
    } catch (error) {
      if (trouble !== messageOf(error)) log?.warn({ err: messageOf(error) }, 'Waiting for the secrets of the portal');
      trouble = messageOf(error);
    }
    await pause(systemTimers, trouble === undefined ? every : Math.min(every, RETRY), signal);
  }
}
