// Defines what the release's image build hands to signing, pushing and the chart: an OCI layout for each image, and a
// software bill of materials for each platform of it.

export const PLATFORMS = ['linux/amd64', 'linux/arm64'] as const;
export type Platform = (typeof PLATFORMS)[number];

export type ImageName = 'intro-otel' | 'intro-otel-flask' | 'intro-otel-terminal';

/** One platform's image in an image index. */
export interface PlatformImage {
  readonly platform: Platform;
  /** The digest of the image's manifest, such as sha256:…. */
  readonly digest: string;
  /** The path of the image's SBOM. */
  readonly sbom: string;
}

/** An image of the release, as a directory with the OCI image layout, for all platforms. */
export interface ReleaseImage {
  readonly name: ImageName;
  /** The path of the OCI layout. Its index.json names one image index. */
  readonly layout: string;
  /** The digest of the image index, such as sha256:…. */
  readonly digest: string;
  readonly platforms: readonly PlatformImage[];
}
