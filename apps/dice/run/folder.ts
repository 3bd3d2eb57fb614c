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
    const { token, texts, script } = (this.#json(slot) ?? {}) as Partial<Record<keyof Version, unknown>>;
    if (!areTexts(texts)) return undefined;
    const version = { texts, token: textOf(token), script: textOf(script) };
    const claims = this.verified(version.token);
    return claims && isOfTexts(claims, texts) ? { ...version, claims } : { texts };
  }

  write(slot: Slot, { texts, token, script }: Version): void {
    this.#write(slot, { texts, token, script });
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
    rmSync(this.#file('next'), { force: true });
    this.#write('failed', { ...failure, text: failure.text.slice(0, LONGEST_TEXT) });
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

  /** Writes a whole file, so that a process that ends meanwhile leaves no half. @throws Error if there is no room */
  #write(name: string, value: object): void {
    const unfinished = `${this.#file(name)}.new`;
    try {
      writeFileSync(unfinished, JSON.stringify(value));
      renameSync(unfinished, this.#file(name));
    } catch (error) {
      rmSync(unfinished, { force: true });
      throw error;
    }
  }
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

function areTexts(value: unknown): value is RunTexts {
  const texts = (value ?? {}) as Partial<Record<string, unknown>>;
  return RUN_FILES.every((name) => typeof texts[name] === 'string');
}
