// Writes an image for several platforms as a directory with the OCI image layout. The same content gives the same
// bytes on every machine: https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'fflate';
import { digestOf, MEDIA, tar } from '../../cluster/components/oci.ts';
import type { Blob, Entry, ImageConfig } from '../../cluster/components/oci.ts';
import type { Platform } from './image.ts';

/** One platform's image. The layers are in the order in which they are applied. */
export interface PlatformContent {
  readonly platform: Platform;
  readonly layers: readonly (readonly Entry[])[];
  readonly config: ImageConfig;
}

/** What is the same on all platforms. */
export interface LayoutOptions {
  /** The time of the image, in seconds since 1970. */
  readonly created: number;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface WrittenLayout {
  /** The digest of the image index. */
  readonly digest: string;
  /** The digests of the images, in the order of the platforms. */
  readonly manifests: readonly string[];
}

export interface Descriptor extends Blob {
  readonly mediaType: string;
}

/** Writes the layout to `directory`. Its index.json names one image index, which names an image for each platform. */
export async function writeLayout(
  directory: string,
  images: readonly PlatformContent[],
  options: LayoutOptions,
): Promise<WrittenLayout> {
  await startLayout(directory);
  const manifests: Descriptor[] = [];
  for (const image of images) manifests.push(await writeImage(directory, image, options));
  const index = await writeJson(directory, 'index', {
    manifests: manifests.map((manifest, at) => ({ ...manifest, platform: platformOf(images[at]) })),
    annotations: options.annotations,
  });
  await finishLayout(directory, index);
  return { digest: index.digest, manifests: manifests.map(({ digest }) => digest) };
}

/** Returns the platform as an image's descriptor and configuration name it. */
function platformOf(image: Pick<PlatformContent, 'platform'> | undefined): { architecture: string; os: string } {
  const [os = '', architecture = ''] = image?.platform.split('/') ?? [];
  return { architecture, os };
}

async function writeImage(
  directory: string,
  image: PlatformContent,
  { created, annotations }: LayoutOptions,
): Promise<Descriptor> {
  const layers: Layer[] = [];
  for (const entries of image.layers) layers.push(await writeLayer(directory, entries));
  const config = await writeBlob(directory, `${MEDIA}.config.v1+json`, {
    created: new Date(created * 1000).toISOString(),
    ...platformOf(image),
    config: image.config,
    rootfs: { type: 'layers', diff_ids: layers.map(({ diffId }) => diffId) },
  });
  return writeJson(directory, 'manifest', { config, layers: layers.map(({ descriptor }) => descriptor), annotations });
}

interface Layer {
  readonly descriptor: Descriptor;
  /** The digest of the layer without compression. */
  readonly diffId: string;
}

/**
 * Writes a layer as a compressed tar file. fflate compresses in JavaScript, so the bytes don't depend on the processor.
 * The zlib in Node chooses other code on other processors, and that code may compress in another way.
 */
async function writeLayer(directory: string, entries: readonly Entry[]): Promise<Layer> {
  const bytes = await buffer(tar(entries));
  const compressed = gzipSync(bytes, { mtime: 0 });
  return { diffId: digestOf(bytes), descriptor: await writeBlob(directory, `${MEDIA}.layer.v1.tar+gzip`, compressed) };
}

function writeJson(directory: string, kind: 'manifest' | 'index', content: object): Promise<Descriptor> {
  const mediaType = `${MEDIA}.${kind}.v1+json`;
  return writeBlob(directory, mediaType, { schemaVersion: 2, mediaType, ...content });
}

/** Makes the directories of an OCI layout. */
export async function startLayout(directory: string): Promise<void> {
  await mkdir(join(directory, 'blobs', 'sha256'), { recursive: true });
}

/** Names the manifest or image index that an OCI layout is about. */
export async function finishLayout(directory: string, top: Descriptor): Promise<void> {
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [top] }));
}

/** Writes a blob, as bytes or as JSON, into an OCI layout whose directories exist. */
export async function writeBlob(directory: string, mediaType: string, content: object): Promise<Descriptor> {
  const bytes = content instanceof Uint8Array ? content : Buffer.from(JSON.stringify(content));
  const digest = digestOf(bytes);
  await writeFile(join(directory, 'blobs', digest.replace(':', '/')), bytes);
  return { mediaType, digest, size: bytes.length };
}
