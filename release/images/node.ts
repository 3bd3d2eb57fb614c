// Takes Node's official binary for any architecture from npm.
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { nodeBinaries, versions } from '../../lab/versions.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import type { Entry } from '../../cluster/components/oci.ts';
import { parentsOf, readTar } from './contents.ts';
import type { Contents } from './contents.ts';
import type { Architecture } from './debian.ts';
import { ensureDownloads, verifiedPath } from './downloads.ts';
import type { Package } from './sbom.ts';

/** The version of Node in the images. */
export const NODE_VERSION = versions.nodeBase.replace(/-.*/, '');

/** The files of the npm package that go into the image, each with its path there. */
const FILES: Readonly<Record<string, string>> = {
  '/package/bin/node': '/usr/local/bin/node',
  '/package/LICENSE': '/usr/local/share/doc/node/LICENSE',
};

/** Returns Node with its license, and downloads it if the cache doesn't have it. */
export async function nodeContents(architecture: Architecture, report: Progress): Promise<Contents> {
  const { name, integrity } = nodeBinaries[architecture];
  const download = { file: `${name}-${NODE_VERSION}.tgz`, integrity };
  await ensureDownloads([download], (_, directory) =>
    report.step(`Download Node ${NODE_VERSION} for ${architecture} (52 MB)`, () =>
      pack(`${name}@${NODE_VERSION}`, directory),
    ),
  );
  const entries = await readTar(await promisify(gunzip)(await readFile(await verifiedPath(download))));
  return { entries: entries.flatMap(placed), packages: [packageOf(integrity)] };
}

async function pack(spec: string, directory: string): Promise<void> {
  await run('npm', ['pack', spec, '--silent', '--pack-destination', directory], { timeout: 600_000 });
}

function placed(entry: Entry): Entry[] {
  const path = FILES[entry.path];
  return path === undefined ? [] : [...parentsOf(path), { ...entry, path }];
}

function packageOf(integrity: string): Package {
  return {
    type: 'application',
    name: 'node',
    version: NODE_VERSION,
    purl: `pkg:generic/node@${NODE_VERSION}`,
    licenses: [{ expression: 'MIT' }],
    integrity,
    cpe: `cpe:2.3:a:nodejs:node.js:${NODE_VERSION}:*:*:*:*:*:*:*`,
  };
}
