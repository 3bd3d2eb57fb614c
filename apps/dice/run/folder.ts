// The folder in memory in which dice keeps the files of Runs. It is empty in a new pod, and outlives a restart of the
// container. The learner's code can write here too, so everything is checked when it is read.
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createPublicKey } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { join } from 'node:path';
import { isOfTexts, RUN_FILES, verifyRunToken } from '../../../lab/run-token.ts';
import type { RunClaims, RunTexts } from '../../../lab/run-token.ts';
import type { Failure, Version } from './version.ts';

/** A version in the folder: `next` is being tried, `current` is what runs or has run last. */
export type Slot = 'next' | 'current';

const KINDS: readonly unknown[] = ['error', 'loop', 'silent', 'ended'] satisfies Failure['kind'][];

/** Characters of a failure's text that are kept. */
const LONGEST_TEXT = 4_000;

export class RunFolder {
  readonly #path: string;
  readonly #keyFile: string;

  /** @param keyFile file with the guide's public key. It appears up to a minute after a new lab's guide has made it */
  constructor(path: string, keyFile: string) {
    this.#path = path;
    this.#keyFile = keyFile;
  }

  /** Returns the claims of a token that the guide signed, else undefined. It is so without the guide's key, too. */
  verified(token: string | undefined): RunClaims | undefined {
    const key = token === undefined ? undefined : this.#key();
    return key && verifyRunToken(token ?? '', key);
  }

  hasKey(): boolean {
    return this.#key() !== undefined;
  }

  #key(): KeyObject | undefined {
    try {
      return createPublicKey(readFileSync(this.#keyFile));
    } catch {
      return undefined;
    }
  }

  read(slot: Slot): Version | undefined {
    const stored = this.#json(slot) as { token?: unknown; texts?: Partial<RunTexts> } | undefined;
    const { token, texts } = stored ?? {};
    if (!texts || RUN_FILES.some((name) => typeof texts[name] !== 'string')) return undefined;
    const version = { texts: texts as RunTexts, token: typeof token === 'string' ? token : undefined };
    const claims = this.verified(version.token);
    return claims && isOfTexts(claims, version.texts) ? { ...version, claims } : { texts: version.texts };
  }

  write(slot: Slot, { texts, token }: Version): void {
    this.#write(slot, { texts, token });
  }

  /** Makes what was tried the current version. */
  promote(): void {
    renameSync(this.#file('next'), this.#file('current'));
    rmSync(this.#file('failed'), { force: true });
  }

  failure(): Failure | undefined {
    const { n, files, kind, text, line } = (this.#json('failed') ?? {}) as Partial<Failure>;
    if (!Number.isSafeInteger(n) || typeof files !== 'object' || typeof text !== 'string') return undefined;
    if (!KINDS.includes(kind)) return undefined;
    return { n: n as number, files, kind: kind as Failure['kind'], text, ...(line !== undefined && { line }) };
  }

  /** Remembers why the files of a Run don't run, and forgets these files. */
  fail(failure: Failure): void {
    this.#write('failed', { ...failure, text: failure.text.slice(0, LONGEST_TEXT) });
    rmSync(this.#file('next'), { force: true });
  }

  #file(name: string): string {
    return join(this.#path, `${name}.json`);
  }

  #json(name: string): object | undefined {
    try {
      const value = JSON.parse(readFileSync(this.#file(name), 'utf8')) as unknown;
      return typeof value === 'object' && value !== null ? value : undefined;
    } catch {
      return undefined;
    }
  }

  /** Writes a file as a whole, so that a process which ends meanwhile leaves no half of it. */
  #write(name: string, value: object): void {
    writeFileSync(`${this.#file(name)}.new`, JSON.stringify(value));
    renameSync(`${this.#file(name)}.new`, this.#file(name));
  }
}
