// Writes container images from files at hand, without a container engine: one layer, in an archive of the OCI image
// layout (https://github.com/opencontainers/image-spec/blob/v1.1.0/image-layout.md) that containerd and buildah read.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, statSync } from 'node:fs';
import { arch } from 'node:process';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

/** A file or directory of an image; `source` is a file of this machine, `content` the bytes themselves. */
export interface Entry {
  path: string;
  /** Permission bits, 0o755 unless given. */
  mode?: number;
  /** Seconds since 1970 that a file is from, 0 unless given: where what is in the image asks for it. */
  time?: number;
  /** What is in it; a directory when absent. */
  from?: { source: string } | { content: string | Uint8Array };
}

/** The part of https://github.com/opencontainers/image-spec/blob/v1.1.0/config.md that is used here. */
export interface ImageConfig {
  Entrypoint?: string[];
  Cmd?: string[];
  Env?: string[];
  User?: string;
  WorkingDir?: string;
  ExposedPorts?: Record<string, object>;
}

export interface Image {
  /** With registry and tag, as containerd keeps it. */
  name: string;
  entries: Entry[];
  config: ImageConfig;
}

interface Blob {
  digest: string;
  size: number;
}

const MEDIA = 'application/vnd.oci.image';
const ARCHITECTURES: Record<string, string> = { x64: 'amd64', arm64: 'arm64' };

/** Writes `image` to `archive`, by way of a layer file beside it. The same content always gives the same bytes. */
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

/** containerd takes the image's name from the first annotation, buildah from the second. */
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
  return {
    text,
    blob: { digest: `sha256:${createHash('sha256').update(text).digest('hex')}`, size: Buffer.byteLength(text) },
  };
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

const BLOCK = 512;

interface Header {
  name: string;
  mode: number;
  time: number;
  size: number;
  type: '0' | '5';
}

/** The bytes of a POSIX tar file: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html (ustar interchange format). */
export async function* tar(entries: readonly Entry[]): AsyncGenerator<Uint8Array> {
  for (const { path, mode = 0o755, time = 0, from } of entries) {
    const name = path.replace(/^\//, '') + (from === undefined ? '/' : '');
    if (from === undefined) {
      yield tarHeader({ name, mode, time, size: 0, type: '5' });
      continue;
    }
    const size = 'source' in from ? statSync(from.source).size : Buffer.byteLength(from.content);
    yield tarHeader({ name, mode, time, size, type: '0' });
    if ('source' in from) yield* createReadStream(from.source, { highWaterMark: 1 << 20 }) as AsyncIterable<Uint8Array>;
    else yield Buffer.from(from.content);
    yield Buffer.alloc((BLOCK - (size % BLOCK)) % BLOCK);
  }
  yield Buffer.alloc(2 * BLOCK);
}

/** Owner and, unless it is given, time are zero: root's, and the same on every machine. */
function tarHeader({ name, mode, time, size, type }: Header): Buffer {
  if (Buffer.byteLength(name) > 100) throw new Error(`${name} is longer than the 100 bytes a ustar name can have`);
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, offset: number, digits: number): void =>
    void header.write(value.toString(8).padStart(digits, '0'), offset);
  header.write(name, 0);
  octal(mode, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(time, 136, 11);
  header.write('        ', 148); // the checksum is taken with spaces in its place
  header.write(type, 156);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 6);
  header.write('\0 ', 154);
  return header;
}
