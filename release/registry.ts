// Pushes artifacts to a registry and reads them back, with crane. Credentials come from docker's configuration.
// https://github.com/google/go-containerregistry/blob/main/cmd/crane/doc/crane.md
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { buffer, text } from 'node:stream/consumers';
import { UserError } from '../support/errors.ts';
import { run } from '../support/run.ts';

/** A reference to content by its digest, as in a manifest. */
export interface Descriptor {
  readonly digest: string;
  readonly size: number;
  readonly platform?: { readonly os: string; readonly architecture: string };
}

/** A manifest, which names a config and layers, or an index, which names manifests. */
export interface Manifest {
  readonly manifests?: readonly Descriptor[];
  readonly config?: Descriptor;
  readonly layers?: readonly Descriptor[];
}

/** The time limit of a push or a read, in milliseconds. */
const TIMEOUT = 900_000;

/** Matches what registries answer for a tag or a repository that they don't have. */
const MISSING = /MANIFEST_UNKNOWN|NAME_UNKNOWN|404 Not Found/;

/** What this file does with a registry. */
export type RegistryApi = Pick<Registry, keyof Registry>;

export class Registry {
  readonly #crane: string;

  constructor(crane: string) {
    this.#crane = crane;
  }

  /** Returns the digest of a tag, or undefined if the registry doesn't have the tag. */
  async digestOf(reference: string): Promise<string | undefined> {
    const { code, stdout, stderr } = await run(this.#crane, ['digest', reference], { allowFailure: true });
    if (code === 0) return stdout.trim();
    if (MISSING.test(stderr)) return undefined;
    throw new UserError(`The registry didn't say whether it has ${reference}.`, {
      expected: 'a digest, or that there is none',
      found: /^Error: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim(),
      todo: ['check the address', 'log in: docker login HOST'],
    });
  }

  /** Pushes what the OCI layout's index.json names, and everything that belongs to it. */
  async push(layout: string, reference: string): Promise<void> {
    await this.#run('push', layout, reference);
  }

  /** Gives a tag to what the reference names. */
  async tag(reference: string, tag: string): Promise<void> {
    await this.#run('tag', reference, tag);
  }

  async manifest(reference: string): Promise<Manifest> {
    return JSON.parse(await this.#run('manifest', reference)) as Manifest;
  }

  /** Downloads a blob. @throws Error with crane's message if the content doesn't match the digest */
  async blob(reference: string): Promise<Uint8Array> {
    const child = spawn(this.#crane, ['blob', reference], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [bytes, stderr] = await Promise.all([buffer(child.stdout), text(child.stderr), once(child, 'close')]);
    if (child.exitCode === 0) return bytes;
    throw new Error(stderr.trim());
  }

  async #run(...args: string[]): Promise<string> {
    return (await run(this.#crane, args, { timeout: TIMEOUT })).stdout;
  }
}
