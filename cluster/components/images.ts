// The images that the throwaway cluster runs without a registry. They are made from our own builds. They have the names
// and entry points of the originals, so that the chart runs on them with its defaults.
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
import type { Entry, Image } from './oci.ts';
import type { ComponentName } from './catalog.ts';
import { components } from './catalog.ts';
import { pauseProgram } from './pause.ts';

const program = (path: string, source: string): Entry => ({ path, from: { source } });
const text = (path: string, content: string): Entry => ({ path, mode: 0o644, from: { content } });
export const TMP: Entry = { path: '/tmp', mode: 0o1777 };
export const PATH = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Images that every cluster needs. These two have no original. */
export const PAUSE_IMAGE = 'throwaway.intro-otel.dev/pause:1';
export const COREDNS_IMAGE = `throwaway.intro-otel.dev/coredns:${components.coredns.version}`;

/** The components whose binaries are in the images of `clusterImages`. */
export const IMAGE_COMPONENTS: readonly ComponentName[] = ['coredns', 'opentelemetry'];

/** The images that a cluster gets at its start. The components in `IMAGE_COMPONENTS` must be built first. */
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
      config: { Entrypoint: ['/coredns'] }, // as root for port 53, and its pod drops all other capabilities
    },
    {
      name: `docker.io/otel/opentelemetry-collector-contrib:${versions.collector}`,
      entries: [program('/otelcol-contrib', binary('opentelemetry', 'collector'))],
      config: {
        Entrypoint: ['/otelcol-contrib'],
        Cmd: ['--config', '/etc/otelcol-contrib/config.yaml'],
        Env: [PATH],
        User: '10001',
      },
    },
    {
      name: `docker.io/jaegertracing/jaeger:${versions.jaeger}`,
      entries: [TMP, program('/cmd/jaeger/jaeger-linux', binary('opentelemetry', 'jaeger'))],
      config: { Entrypoint: ['/cmd/jaeger/jaeger-linux'], Env: [PATH], User: '10001' },
    },
  ];
}

/** The base of our own image: the Node that runs this, and its libraries. It has no shell and no package manager. */
export async function nodeBaseImage(): Promise<Image> {
  const { stdout } = await run('ldd', [process.execPath]);
  return {
    name: `docker.io/library/node:${process.versions.node}-bookworm-slim`,
    entries: [
      TMP,
      text('/etc/passwd', 'root:x:0:0:root:/root:/sbin/nologin\nnode:x:1000:1000::/home/node:/sbin/nologin\n'),
      text('/etc/group', 'root:x:0:\nnode:x:1000:\n'),
      text('/etc/nsswitch.conf', 'hosts: files dns\n'),
      program('/usr/local/bin/node', process.execPath),
      ...sharedLibraries(stdout).map((path) => program(path, path)),
    ],
    config: { Cmd: ['node'], Env: [PATH, `NODE_VERSION=${process.versions.node}`] },
  };
}

/** The files in the output of ldd(1). The kernel's own vdso is not a file. */
export function sharedLibraries(ldd: string): string[] {
  return ldd.split('\n').flatMap((line) => /(?:=>\s+|^\s+)(\/\S+)\s+\(0x/.exec(line)?.[1] ?? []);
}

/** The path of an image's archive. It is written when the cache has none with this content. */
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

/** The archives of all images that a cluster gets at its start. Builds what is missing. */
export async function ensureClusterImages(report: Progress): Promise<string[]> {
  await ensureComponents(IMAGE_COMPONENTS, report);
  return Promise.all(clusterImages().map(ensureArchive));
}

/**
 * Puts a base image into a store of ours and returns the options that make buildah use this store. The store is of the
 * vfs kind. An overlay store leaves a mount behind and is no faster for an image of three layers.
 */
export async function ensureBuildahBase(image: Image): Promise<string[]> {
  const archive = await ensureArchive(image);
  const options = ['--root', cacheDir('buildah'), '--runroot', cacheDir('buildah-run'), '--storage-driver', 'vfs'];
  const tagged = `${image.name}-${basename(archive, '.tar').slice(-12)}`; // says whether the store has this content
  await withLock(cacheDir('locks', 'buildah-base'), async () => {
    const known = await run('buildah', [...options, 'inspect', '--type', 'image', tagged], { allowFailure: true });
    if (known.code === 0) return;
    const { stdout } = await run('buildah', [...options, 'pull', '--quiet', `oci-archive:${archive}`]);
    await run('buildah', [...options, 'tag', stdout.trim(), image.name, tagged]);
  });
  return options;
}

/**
 * A hash of an image's content. It takes files by size and time, since reading 300 MB would cost a second per start.
 */
function contentKey(image: Image): string {
  const entries = image.entries.map(({ path, mode, from }) => {
    if (from === undefined) return [path, mode];
    if ('content' in from) return [path, mode, Buffer.from(from.content).toString('base64')];
    const { size, mtimeMs } = statSync(from.source);
    return [path, mode, size, mtimeMs];
  });
  return createHash('sha256')
    .update(JSON.stringify([image.name, image.config, entries]))
    .digest('hex')
    .slice(0, 12);
}

/** Removes archives with other content, layers and unfinished files. Nothing will ask for them again. */
async function removeOthers(name: string, archive: string): Promise<void> {
  const others = (await readdir(cacheDir('images'))).filter(
    (file) => file.startsWith(`${name}-`) && file !== basename(archive),
  );
  await Promise.all(others.map((file) => rm(join(cacheDir('images'), file), { force: true })));
}
