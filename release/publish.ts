// Pushes and signs the artifacts of a release. A release becomes visible at the end, when its parts get their tags.
import { UserError } from '../support/errors.ts';
import type { Progress } from '../support/progress.ts';
import { referenceOf } from './artifact.ts';
import type { Artifact, Attestation } from './artifact.ts';
import type { SignerApi } from './cosign.ts';
import type { RegistryApi } from './registry.ts';
import type { Target } from './target.ts';

export interface PublishOptions {
  readonly target: Target;
  readonly registry: RegistryApi;
  readonly signer: SignerApi;
  readonly report: Progress;
}

/**
 * Pushes what the registry doesn't have, signs what isn't signed, and gives the tags. If a run was interrupted, the
 * next one completes the release.
 * @returns the artifacts whose tags were already there
 * @throws UserError if the registry has the version with other content. Then it pushes nothing.
 */
export async function publish(artifacts: readonly Artifact[], options: PublishOptions): Promise<ReadonlySet<Artifact>> {
  const tagged = await taggedArtifacts(artifacts, options);
  for (const artifact of artifacts)
    await options.report.step(`Push and sign ${artifact.name}`, (step) => publishOne(artifact, options, step));
  const { target, registry } = options;
  for (const { name, digest } of artifacts.filter((one) => !tagged.has(one)))
    await registry.tag(referenceOf(target, name, digest), target.version);
  return tagged;
}

/** Returns an artifact's name with tag and digest, as in values of the chart. */
export const nameOf = ({ name, digest }: Artifact, target: Target): string => `${referenceOf(target, name)}@${digest}`;

/**
 * Finds the artifacts whose tag in the registry has the same digest.
 * @throws UserError that lists the artifacts whose tag has another digest
 */
export async function taggedArtifacts(
  artifacts: readonly Artifact[],
  { target, registry }: Pick<PublishOptions, 'target' | 'registry'>,
): Promise<ReadonlySet<Artifact>> {
  const found = await Promise.all(artifacts.map(({ name }) => registry.digestOf(referenceOf(target, name))));
  const other = artifacts.filter(({ digest }, at) => found[at] !== undefined && found[at] !== digest);
  if (other.length === 0) return new Set(artifacts.filter((_, at) => found[at] !== undefined));
  throw new UserError(`Version ${target.version} is already in the registry, with other content. It stays as it is.`, {
    expected: other.map((artifact) => nameOf(artifact, target)).join('\n'),
    found: other
      .map((artifact) => `${referenceOf(target, artifact.name)}@${found[artifacts.indexOf(artifact)]}`)
      .join('\n'),
    todo: [
      'raise the version in lab/versions.ts',
      'release the commit that the version was made from: it gives the same digests',
    ],
  });
}

async function publishOne(
  { name, layout, digest, attestations }: Artifact,
  options: PublishOptions,
  step: Progress,
): Promise<void> {
  const { target, registry, signer } = options;
  const reference = referenceOf(target, name, digest);
  step.detail('pushing');
  await registry.push(layout, reference);
  step.detail('signing');
  if ((await signer.verifier.problemOfSignature(reference)) !== undefined) await signer.sign(reference);
  for (const attestation of attestations) {
    step.detail(`attesting ${attestation.type}`);
    await attest(referenceOf(target, name, attestation.digest), attestation, signer);
  }
}

async function attest(reference: string, attestation: Attestation, signer: SignerApi): Promise<void> {
  if ((await signer.verifier.problemOfAttestation(reference, attestation.type)) === undefined) return;
  await signer.attest(reference, attestation);
}
