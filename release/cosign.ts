// Signs and verifies artifacts in a registry with a key, with cosign. It contacts only the registry.
// https://docs.sigstore.dev/cosign/signing/signing_with_containers/
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../support/errors.ts';
import { run } from '../support/run.ts';
import type { RunResult } from '../support/run.ts';
import type { Attestation, AttestationType } from './artifact.ts';
import { claimsIn } from './provenance.ts';
import type { Claim } from './provenance.ts';

/**
 * A signing configuration and a trusted root without any service. Without these two files, cosign downloads those of
 * Sigstore's public services, and sends signatures to a public log.
 */
const NO_SERVICES = {
  'signing-config': {
    mediaType: 'application/vnd.dev.sigstore.signingconfig.v0.2+json',
    rekorTlogConfig: {},
    tsaConfig: {},
  },
  'trusted-root': { mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1' },
};

/** What is wrong with a signature or an attestation. `about` names what a statement is about instead. */
export type SignatureProblem = 'missing' | 'other key' | { readonly about: string } | { readonly message: string };

export type VerifierApi = Pick<Verifier, keyof Verifier>;
export type SignerApi = Pick<Signer, 'sign' | 'attest'> & { readonly verifier: VerifierApi };

/** Checks signatures and attestations with a public key. */
export class Verifier {
  readonly #cosign: string;
  readonly #key: string;

  constructor(cosign: string, key: string) {
    this.#cosign = cosign;
    this.#key = key;
  }

  problemOfSignature(reference: string): Promise<SignatureProblem | undefined> {
    return this.#problem('verify', reference);
  }

  problemOfAttestation(reference: string, type: AttestationType): Promise<SignatureProblem | undefined> {
    return this.#problem('verify-attestation', '--type', type, reference);
  }

  /**
   * Checks that the provenance is about this artifact and version. A signature alone would fit a copy of another
   * artifact or of an older version under this name.
   */
  async problemOfProvenance(reference: string, expected: Claim): Promise<SignatureProblem | undefined> {
    const { code, stdout, stderr } = await this.#run('verify-attestation', '--type', 'slsaprovenance1', reference);
    return code === 0 ? problemOfClaims(claimsIn(stdout), expected) : problemIn(stderr);
  }

  async #problem(command: string, ...args: string[]): Promise<SignatureProblem | undefined> {
    const { code, stderr } = await this.#run(command, ...args);
    return code === 0 ? undefined : problemIn(stderr);
  }

  #run(command: string, ...args: string[]): Promise<RunResult> {
    return run(this.#cosign, [command, '--key', this.#key, '--insecure-ignore-tlog', ...args], { allowFailure: true });
  }
}

/** Returns what the statements are about, unless one of them is about the artifact and version. */
export function problemOfClaims(claims: readonly Claim[], { name, version }: Claim): SignatureProblem | undefined {
  if (claims.some((claim) => claim.name === name && claim.version === version)) return undefined;
  return { about: claims.map((claim) => `${claim.name} ${claim.version}`).join(', ') || 'nothing' };
}

/** Finds the problem in the messages of cosign's verify commands. */
export function problemIn(stderr: string): SignatureProblem {
  if (/accepted signatures do not match threshold|invalid signature/.test(stderr)) return 'other key';
  if (/no signatures found|no matching attestations: *\n|none of the attestations matched/.test(stderr))
    return 'missing';
  return { message: /^Error: (.*)$/m.exec(stderr)?.[1] ?? stderr.trim() };
}

/** Signs with a private key. */
export class Signer {
  readonly #cosign: string;
  readonly #key: string;
  readonly #files: string[];
  readonly #env: Record<string, string | undefined>;
  /** Verifies what this Signer has signed. */
  readonly verifier: Verifier;

  private constructor(cosign: string, key: string, directory: string, password: string | undefined) {
    this.#cosign = cosign;
    this.#key = key;
    this.#files = Object.keys(NO_SERVICES).flatMap((name) => [`--${name}`, join(directory, `${name}.json`)]);
    this.#env = { COSIGN_PASSWORD: password };
    this.verifier = new Verifier(cosign, join(directory, 'cosign.pub'));
  }

  /**
   * Reads the key, and writes the public key and other files for cosign into `directory`.
   * @throws UserError if the key can't be read with the password
   */
  static async create(cosign: string, key: string, directory: string): Promise<Signer> {
    const signer = new Signer(cosign, key, directory, await keyPassword(process.env));
    for (const [name, content] of Object.entries(NO_SERVICES))
      await writeFile(join(directory, `${name}.json`), JSON.stringify(content));
    await writeFile(join(directory, 'cosign.pub'), await signer.#publicKey());
    return signer;
  }

  async sign(reference: string): Promise<void> {
    await this.#run('sign', '--key', this.#key, '--yes', ...this.#files, reference);
  }

  /** Signs a statement, and attaches it to what the reference names. */
  async attest(reference: string, { type, predicate }: Pick<Attestation, 'type' | 'predicate'>): Promise<void> {
    const statement = ['--type', type, '--predicate', predicate];
    await this.#run('attest', '--key', this.#key, '--yes', ...this.#files, ...statement, reference);
  }

  async #publicKey(): Promise<string> {
    const { code, stdout, stderr } = await run(this.#cosign, ['public-key', '--key', this.#key], {
      env: this.#env,
      allowFailure: true,
    });
    if (code === 0) return stdout;
    throw new UserError(`The key ${this.#key} can't be read.`, {
      expected: "cosign's private key, and its password in COSIGN_PASSWORD or in the file COSIGN_PASSWORD_FILE",
      found: /decryption failed/.test(stderr) ? 'another password, or none' : stderr.trim(),
      todo: ['set the password', `make a key: ${this.#cosign} generate-key-pair`],
    });
  }

  #run(...args: string[]): Promise<RunResult> {
    return run(this.#cosign, args, { env: this.#env, timeout: 300_000 });
  }
}

/** Returns the key's password from an environment variable, or from the file that another variable names. */
async function keyPassword(env: NodeJS.ProcessEnv): Promise<string | undefined> {
  const file = env['COSIGN_PASSWORD_FILE'];
  return file === undefined ? env['COSIGN_PASSWORD'] : (await readFile(file, 'utf8')).replace(/\r?\n$/, '');
}
