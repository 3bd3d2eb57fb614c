// Writes container images from files of this machine, without a container engine. The image that `writeArchive` writes
// has one layer, and its archive has the OCI image layout
// (https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md).
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { arch } from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { Header, Pack } from 'tar-stream';

/** A file, directory or symbolic link of an image. */
export interface Entry {
  readonly path: string;
  /** Permission bits. The default is 0o755. */
  readonly mode?: number;
  /** Modification time in seconds since 1970. The default is 0. */
  readonly time?: number;
  /**
   * The content of a file in the image: the path of a file on this machine, or the bytes themselves. For a symbolic
   * link, the path that it names. Without this field, the path in the image is a directory.
   */
  readonly from?: { readonly source: string } | { readonly content: string | Uint8Array } | { readonly link: string };
}

/**
 * The configuration of an image, with the fields that we use:
 * https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md
 */
export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
  ExposedPorts?: Record<string, object>;
  Labels?: Record<string, string>;
  StopSignal?: string;
}

export interface Image {
  /** The name with registry and tag, as containerd stores it. */
  name: string;
  entries: Entry[];
  config: ImageConfig;
}

/** What a descriptor says about a blob. */
export interface Blob {
  digest: string;
  size: number;
}

/** The first part of the media types of an image. */
export const MEDIA = 'application/vnd.oci.image';
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/**
 * Writes the image `image` to the file `archive`, and the image's layer to a file next to the archive. The same content
 * always gives the same bytes.
 */
export async function writeArchive(image: Image, archive: string): Promise<void> {
  const layerFile = `${archive}.layer`;
  const layer = await writeTar(layerFile, image.entries);
  const config = jsonBlob({
    architecture: ARCHITECTURES[arch] ?? arch,
    os: 'linux',
    config: image.config,
    rootfs: { type: 'layers', diff_ids: [layer.digest] },
  });
  const manifest = jsonBlob({
    schemaVersion: 2,
    mediaType: `${MEDIA}.manifest.v1+json`,
    config: { mediaType: `${MEDIA}.config.v1+json`, ...config.blob },
    layers: [{ mediaType: `${MEDIA}.layer.v1.tar`, ...layer }],
  });
  await writeTar(archive, [
    { path: 'oci-layout', mode: 0o644, from: { content: '{"imageLayoutVersion":"1.0.0"}' } },
    { path: 'index.json', mode: 0o644, from: { content: index(image.name, manifest.blob) } },
    blobEntry(layer.digest, { source: layerFile }),
    blobEntry(config.blob.digest, { content: config.text }),
    blobEntry(manifest.blob.digest, { content: manifest.text }),
  ]);
}

/**
 * Returns the archive's index.json, which has the image's name in two annotations. containerd reads the first
 * annotation, buildah the second.
 */
function index(name: string, manifest: Blob): string {
  const annotations = { 'io.containerd.image.name': name, 'org.opencontainers.image.ref.name': name };
  return JSON.stringify({
    schemaVersion: 2,
    manifests: [{ mediaType: `${MEDIA}.manifest.v1+json`, ...manifest, annotations }],
  });
}

function blobEntry(digest: string, from: Entry['from']): Entry {
  return { path: `blobs/${digest.replace(':', '/')}`, mode: 0o644, ...(from === undefined ? {} : { from }) };
}

function jsonBlob(value: unknown): { text: string; blob: Blob } {
  const text = JSON.stringify(value);
  return { text, blob: { digest: digestOf(text), size: Buffer.byteLength(text) } };
}

/** Returns the digest of a blob, such as sha256:…. */
export function digestOf(bytes: string | Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function writeTar(file: string, entries: readonly Entry[]): Promise<Blob> {
  const hash = createHash('sha256');
  let size = 0;
  const counted = async function* (chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const chunk of chunks) {
      hash.update(chunk);
      size += chunk.length;
      yield chunk;
    }
  };
  await pipeline(Readable.from(tar(entries)), counted, createWriteStream(file));
  return { digest: `sha256:${hash.digest('hex')}`, size };
}

/** Returns the bytes of a POSIX tar file with these files and directories. Their owner and group are always 0. */
export function tar(entries: readonly Entry[]): AsyncIterable<Uint8Array> {
  const archive = pack();
  addEntries(archive, entries).then(
    () => archive.finalize(),
    (error: Error) => archive.destroy(error),
  );
  return archive as AsyncIterable<Uint8Array>;
}

async function addEntries(archive: Pack, entries: readonly Entry[]): Promise<void> {
  for (const { path, mode = 0o755, time = 0, from } of entries) {
    const header = { name: path.replace(/^\//, ''), mode, mtime: new Date(time * 1000) };
    if (from === undefined) archive.entry({ ...header, name: `${header.name}/`, type: 'directory' });
    else if ('link' in from) archive.entry({ ...header, type: 'symlink', linkname: from.link });
    else if ('content' in from) archive.entry(header, Buffer.from(from.content));
    else await addFile(archive, header, from.source);
  }
}

async function addFile(archive: Pack, header: Partial<Header> & Pick<Header, 'name'>, source: string): Promise<void> {
  const entry = archive.entry({ ...header, size: statSync(source).size });
  for await (const chunk of createReadStream(source, { highWaterMark: 1 << 20 }))
    if (!entry.write(chunk)) await once(entry, 'drain');
  entry.end(undefined);
}
