// Builds the container images of the throwaway cluster from programs that we compile, because the cluster has no
// registry. The images have the names and entry points of the upstream images, so that the chart's default values work.
import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { binary, ensureComponents } from './build.ts';
import { withLock } from '../../support/locks.ts';
import { writeArchive } from './oci.ts';
import type { Entry, Image, ImageConfig } from './oci.ts';
import type { ComponentName } from './catalog.ts';
import { components } from './catalog.ts';
import { pauseProgram } from './pause.ts';

const program = (path: string, source: string): Entry => ({ path, from: { source } });
const text = (path: string, content: string): Entry => ({ path, mode: 0o644, from: { content } });
export const TMP: Entry = { path: '/tmp', mode: 0o1777 };
export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** The names of the images that every cluster needs and that have no upstream image. */
export const PAUSE_IMAGE = 'throwaway.intro-otel.dev/pause:1';
export const COREDNS_IMAGE = `throwaway.intro-otel.dev/coredns:${components.coredns.version}`;

/** The components whose binaries `clusterImages` needs. */
export const IMAGE_COMPONENTS: readonly ComponentName[] = ['coredns', 'collector', 'jaeger', 'prometheus'];

/** Returns the images that a cluster gets at its start. The components in `IMAGE_COMPONENTS` must be built first. */
export function clusterImages(): Image[] {
  return [
    {
      name: PAUSE_IMAGE,
      entries: [{ path: '/pause', from: { content: pauseProgram() } }],
      config: { Entrypoint: ['/pause'], User: '65535:65535' },
    },
    {
      name: COREDNS_IMAGE,
      entries: [program('/coredns', binary('coredns'))],
      config: { Entrypoint: ['/coredns'] }, // runs as root to listen on port 53; its pod drops all other capabilities
    },
    {
      name: `docker.io/otel/opentelemetry-collector-contrib:${versions.collector}`,
      entries: [program('/otelcol-contrib', binary('collector'))],
      config: {
        Entrypoint: ['/otelcol-contrib'],
        Cmd: ['--config', '/etc/otelcol-contrib/config.yaml'],
        Env: [PATH],
        User: '10001',
      },
    },
    {
      name: `docker.io/jaegertracing/jaeger:${versions.jaeger}`,
      entries: [TMP, program('/cmd/jaeger/jaeger-linux', binary('jaeger'))],
      config: { Entrypoint: ['/cmd/jaeger/jaeger-linux'], Env: [PATH], User: '10001' },
    },
    {
      name: `docker.io/prom/prometheus:v${versions.prometheus}`,
      entries: [program('/bin/prometheus', binary('prometheus'))],
      config: { Entrypoint: ['/bin/prometheus'], Env: [PATH], User: '65534' },
    },
  ];
}

/** The users and the name lookup of an image with Node. */
export const NODE_FILES: readonly Entry[] = [
  TMP,
  text('/etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000::/home/node:/sbin/nologin\n'),
  text('/etc/group', 'root:x:0:\nnode:x:1000:\n'),
  text('/etc/nsswitch.conf', 'hosts: files dns\n'),
];

/** Returns the configuration of an image with this version of Node. */
export function nodeConfig(version: string): ImageConfig {
  return { Cmd: ['node'], Env: [PATH, `NODE_VERSION=${version}`] };
}

/**
 * Builds the base image of the lab's image. It contains the Node that runs this program, and Node's libraries, but no
 * shell and no package manager.
 */
export async function nodeBaseImage(): Promise<Image> {
  const { stdout } = await run('ldd', [process.execPath]);
  return {
    name: `docker.io/library/node:${process.versions.node}-bookworm-slim`,
    entries: [
      ...NODE_FILES,
      program('/usr/local/bin/node', process.execPath),
      ...sharedLibraries(stdout).map((path) => program(path, path)),
    ],
    config: nodeConfig(process.versions.node),
  };
}

/** Lists the files in the output of ldd(1), without the kernel's vdso, which is not a file. */
export function sharedLibraries(ldd: string): string[] {
  return ldd.split('\n').flatMap((line) => /(?:=>\s+|^\s+)(\/\S+)\s+\(0x/.exec(line)?.[1] ?? []);
}

/** Writes an image's archive unless the cache has an archive with the same content. @returns the path of the archive */
export async function ensureArchive(image: Image): Promise<string> {
  const name = image.name.replace(/[^\w.-]+/g, '_');
  const archive = cacheDir('images', `${name}-${contentKey(image)}.tar`);
  if (existsSync(archive)) return archive;
  await withLock(cacheDir('locks', `image-${name}`), async () => {
    if (existsSync(archive)) return;
    await mkdir(cacheDir('images'), { recursive: true });
    await writeArchive(image, `${archive}.unfinished`);
    await rename(`${archive}.unfinished`, archive);
    await removeOthers(name, archive);
  });
  return archive;
}

/**
 * Builds the images that a cluster gets at its start, unless the cache has them.
 * @returns the paths of their archives
 */
export async function ensureClusterImages(report: Progress): Promise<string[]> {
  await ensureComponents(IMAGE_COMPONENTS, report);
  return Promise.all(clusterImages().map(ensureArchive));
}

/** A base image in a buildah store. */
export interface BuildahBase {
  /** The options that make buildah use this store. */
  readonly options: readonly string[];
  /** The name of the image in the store. It ends with a hash of the content: other versions may be there, too. */
  readonly name: string;
}

/**
 * Imports a base image into a separate buildah store in our cache. The store uses the driver vfs. An overlay store
 * would leave a mount behind, and is not faster for three layers.
 */
export async function ensureBuildahBase(image: Image): Promise<BuildahBase> {
  const archive = await ensureArchive(image);
  const options = ['--root', cacheDir('buildah'), '--runroot', cacheDir('buildah-run'), '--storage-driver', 'vfs'];
  const name = `${image.name}-${basename(archive, '.tar').slice(-12)}`;
  await withLock(cacheDir('locks', 'buildah-base'), async () => {
    const known = await run('buildah', [...options, 'inspect', '--type', 'image', name], { allowFailure: true });
    if (known.code === 0) return;
    const { stdout } = await run('buildah', [...options, 'pull', '--quiet', `oci-archive:${archive}`]);
    await run('buildah', [...options, 'tag', stdout.trim(), name]);
  });
  return { options, name };
}

/**
 * Returns a hash of an image's content. A file counts with its size and modification time instead of its bytes, because
 * reading 300 MB would take a second at each start.
 */
function contentKey(image: Image): string {
  const entries = image.entries.map(({ path, mode, from }) => {
    if (from === undefined) return [path, mode];
    if ('link' in from) return [path, from.link];
    if ('content' in from) return [path, mode, Buffer.from(from.content).toString('base64')];
    const { size, mtimeMs } = statSync(from.source);
    return [path, mode, size, mtimeMs];
  });
  return createHash('sha256')
    .update(JSON.stringify([image.name, image.config, entries]))
    .digest('hex')
    .slice(0, 12);
}

/** Removes an image's older archives, layer files and unfinished files, which are no longer needed. */
async function removeOthers(name: string, archive: string): Promise<void> {
  const others = (await readdir(cacheDir('images'))).filter(
    (file) => file.startsWith(`${name}-`) && file !== basename(archive),
  );
  await Promise.all(others.map((file) => rm(join(cacheDir('images'), file), { force: true })));
}
