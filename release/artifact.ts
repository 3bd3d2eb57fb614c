// The parts of a release: three images and the chart. Each one has a repository in the registry.
import type { ImageName } from './images/image.ts';
import type { Target } from './target.ts';

/** The kinds of attestations, as cosign calls them: an SBOM in the format CycloneDX, and SLSA provenance. */
export type AttestationType = 'cyclonedx' | 'slsaprovenance1';

/** A signed statement about an image or the chart. */
export interface Attestation {
  readonly type: AttestationType;
  /** The digest of what the statement is about: an artifact, or one platform's image. */
  readonly digest: string;
  /** The path of the file with the statement's content. */
  readonly predicate: string;
}

export interface Artifact {
  /** The name of the artifact's repository. */
  readonly name: string;
  /** The path of the OCI layout. Its index.json names one manifest or one image index. */
  readonly layout: string;
  /** The digest of that manifest or image index. */
  readonly digest: string;
  readonly attestations: readonly Attestation[];
}

/** The repository of the chart. Helm requires that its last part is the chart's name. */
export const CHART = 'intro-otel';

/**
 * The repositories of the images. The image intro-otel can't have the chart's repository, in which the tag of the
 * version belongs to the chart.
 */
export const IMAGES: Readonly<Record<ImageName, string>> = {
  'intro-otel': 'intro-otel-apps',
  'intro-otel-flask': 'intro-otel-flask',
  'intro-otel-terminal': 'intro-otel-terminal',
};

/** Returns a reference by digest, or by the version's tag. */
export function referenceOf({ registry, path, version }: Target, name: string, digest?: string): string {
  const repository = `${registry}/${path}/${name}`;
  return digest === undefined ? `${repository}:${version}` : `${repository}@${digest}`;
}
