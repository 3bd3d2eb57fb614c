// Verifies a release in a registry: signatures, SBOMs, provenance, and the digest of everything that it consists of.
import { UserError, messageOf } from '../support/errors.ts';
import type { Progress } from '../support/progress.ts';
import { CHART, IMAGES, referenceOf } from './artifact.ts';
import type { AttestationType } from './artifact.ts';
import { digestsInChart } from './chart-artifact.ts';
import type { SignatureProblem, VerifierApi } from './cosign.ts';
import type { Descriptor, RegistryApi } from './registry.ts';
import type { Target } from './target.ts';

export interface VerifyOptions {
  readonly target: Target;
  readonly registry: RegistryApi;
  readonly verifier: VerifierApi;
  readonly report: Progress;
}

/** The names of everything in a release. */
const ARTIFACTS = [...Object.values(IMAGES), CHART];

const STATEMENTS: Readonly<Record<AttestationType, string>> = { cyclonedx: 'SBOM', slsaprovenance1: 'provenance' };

/**
 * Verifies the images and the chart of a release.
 * @throws UserError that lists everything that is wrong
 */
export async function verifyRelease(options: VerifyOptions): Promise<void> {
  const { registry, path, version } = options.target;
  await checkReleased(options);
  const problems: string[] = [];
  for (const name of ARTIFACTS) problems.push(...(await verifyArtifact(name, options).catch(problemsOf)));
  if (problems.length === 0) problems.push(...(await chartProblems(options)));
  if (problems.length === 0) return;
  throw new UserError(`The release ${version} in ${registry}/${path} is not as it was published.`, {
    expected: 'signatures, SBOMs and provenance by this key, and content that matches its digests',
    found: problems.join('\n'),
    todo: ["don't install it, and tell whoever published it", 'if you copied it, copy it again with its signatures'],
  });
}

/** @throws UserError if the registry has no part of the release, which is no damage */
async function checkReleased({ target, registry }: VerifyOptions): Promise<void> {
  const digests = await Promise.all(ARTIFACTS.map((name) => registry.digestOf(referenceOf(target, name))));
  if (digests.some((digest) => digest !== undefined)) return;
  throw new UserError(`There is no release ${target.version} in ${target.registry}/${target.path}.`, {
    expected: ARTIFACTS.map((name) => referenceOf(target, name)).join('\n'),
    found: 'none of them',
    todo: ['check the address', 'name the version: --verify HOST/PATH:VERSION'],
  });
}

/** Everything that is wrong with an image or the chart. */
class ArtifactError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

/** Returns the problems of an ArtifactError. Throws every other error again. */
function problemsOf(error: unknown): readonly string[] {
  if (error instanceof ArtifactError) return error.problems;
  throw error;
}

/** Verifies an image or the chart. @throws ArtifactError, so that the step counts as failed */
function verifyArtifact(name: string, options: VerifyOptions): Promise<readonly string[]> {
  return options.report.step(`Verify ${name}`, async (step) => {
    const verification = new ArtifactVerification(name, options, step);
    await verification.verify();
    if (verification.problems.length > 0) throw new ArtifactError(verification.problems);
    return [];
  });
}

class ArtifactVerification {
  readonly #name: string;
  readonly #options: VerifyOptions;
  readonly #step: Progress;
  readonly problems: string[] = [];

  constructor(name: string, options: VerifyOptions, step: Progress) {
    this.#name = name;
    this.#options = options;
    this.#step = step;
  }

  async verify(): Promise<void> {
    const { registry, verifier, target } = this.#options;
    const tagged = referenceOf(target, this.#name);
    const digest = await registry.digestOf(tagged);
    if (digest === undefined) return void this.problems.push(`${tagged} is not in the registry.`);
    this.#step.detail('signature');
    this.#add('signature', tagged, await verifier.problemOfSignature(this.#reference(digest)));
    await this.#manifest({ digest, size: 0 }, 'slsaprovenance1');
  }

  /** Verifies the attestation of a manifest and everything that it names. Each image in an image index has an SBOM. */
  async #manifest(descriptor: Descriptor, type: AttestationType): Promise<void> {
    const { registry, verifier, target } = this.#options;
    const subject = this.#subject(descriptor);
    const reference = this.#reference(descriptor.digest);
    this.#step.detail(`${STATEMENTS[type]} of ${subject}`);
    const problem =
      type === 'slsaprovenance1'
        ? await verifier.problemOfProvenance(reference, { name: this.#name, version: target.version })
        : await verifier.problemOfAttestation(reference, type);
    this.#add(STATEMENTS[type], subject, problem);
    const manifest = await this.#read(`The manifest of ${subject}`, () => registry.manifest(reference));
    const { manifests = [], layers = [], config } = manifest ?? {};
    for (const child of manifests) await this.#manifest(child, 'cyclonedx');
    for (const blob of [...(config ? [config] : []), ...layers]) await this.#blob(blob, subject);
  }

  async #blob({ digest, size }: Descriptor, subject: string): Promise<void> {
    this.#step.detail(`content of ${subject}, ${Math.ceil(size / 1024)} kB`);
    await this.#read(`The layer ${digest} of ${subject}`, () => this.#options.registry.blob(this.#reference(digest)));
  }

  /** Returns what `read` returns. If it fails, adds a problem and returns undefined. */
  async #read<T>(what: string, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      this.problems.push(`${what} ${contentProblem(messageOf(error))}`);
      return undefined;
    }
  }

  #add(what: string, subject: string, problem: SignatureProblem | undefined): void {
    if (problem !== undefined) this.problems.push(signatureText(what, subject, problem));
  }

  #subject({ platform }: Descriptor): string {
    const suffix = platform === undefined ? '' : ` for ${platform.os}/${platform.architecture}`;
    return referenceOf(this.#options.target, this.#name) + suffix;
  }

  #reference(digest: string): string {
    return referenceOf(this.#options.target, this.#name, digest);
  }
}

/** Returns a sentence about a signature or an attestation. */
export function signatureText(what: string, subject: string, problem: SignatureProblem): string {
  if (problem === 'missing') return `${subject} has no ${what}.`;
  if (problem === 'other key') return `The ${what} of ${subject} is by another key.`;
  if ('about' in problem) return `The ${what} of ${subject} is about ${problem.about}: somebody gave it another name.`;
  return `The ${what} of ${subject} can't be verified: ${problem.message}`;
}

/** Returns the end of a sentence about content that crane could not read. */
export function contentProblem(message: string): string {
  const [, found] = /got "(sha256:[0-9a-f]+)", want/.exec(message) ?? [];
  if (found !== undefined) return `was changed after the release: its content has the digest ${found}.`;
  if (/BLOB_UNKNOWN|MANIFEST_UNKNOWN/.test(message)) return 'is missing in the registry.';
  return `can't be read: ${message}`;
}

/** Checks that the chart names the images that have the version's tag. */
async function chartProblems({ target, registry }: VerifyOptions): Promise<string[]> {
  const { layers: [content] = [] } = await registry.manifest(referenceOf(target, CHART));
  if (content === undefined) return [`${referenceOf(target, CHART)} is not a chart: it has no content.`];
  const inChart = await digestsInChart(await registry.blob(referenceOf(target, CHART, content.digest)));
  const found = await Promise.all(Object.values(IMAGES).map((name) => registry.digestOf(referenceOf(target, name))));
  return Object.values(IMAGES)
    .filter((_, at) => !inChart.includes(found[at] ?? ''))
    .map((name) => `The chart doesn't name the digest of ${referenceOf(target, name)}.`);
}
