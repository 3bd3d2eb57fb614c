// Keeps the files that the release's images are made from in the cache, as they were downloaded. Each file is compared
// with its pinned digest whenever it is read.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../support/errors.ts';
import { withLock } from '../../support/locks.ts';
import { cacheDir } from '../../support/paths.ts';
import { inWorkDirectory } from '../work-directory.ts';

export interface Download {
  /** The file's name, which contains the version. */
  readonly file: string;
  /** The digest, as npm writes it: `sha512-` or `sha256-`, and the digest in base64. */
  readonly integrity: string;
}

const pathOf = ({ file }: Download): string => cacheDir('release', 'downloads', file);

/**
 * Downloads the files that are not in the cache.
 * @param fetch downloads files to a directory
 * @throws UserError if a file doesn't have its digest
 */
export async function ensureDownloads<T extends Download>(
  downloads: readonly T[],
  fetch: (missing: readonly T[], directory: string) => Promise<void>,
): Promise<void> {
  await withLock(cacheDir('locks', 'release-downloads'), async () => {
    const missing = downloads.filter((download) => !existsSync(pathOf(download)));
    if (missing.length > 0) await downloadInto(missing, fetch);
  });
}

async function downloadInto<T extends Download>(
  missing: readonly T[],
  fetch: (missing: readonly T[], directory: string) => Promise<void>,
): Promise<void> {
  await mkdir(cacheDir('release', 'downloads'), { recursive: true });
  await inWorkDirectory(async (directory) => {
    await fetch(missing, directory);
    for (const download of missing) {
      verify(download, await readFile(join(directory, download.file)));
      await rename(join(directory, download.file), pathOf(download));
    }
  });
}

/** Returns the path of a downloaded file. @throws UserError if the file doesn't have its digest */
export async function verifiedPath(download: Download): Promise<string> {
  verify(download, await readFile(pathOf(download)));
  return pathOf(download);
}

function verify({ file, integrity }: Download, bytes: Uint8Array): void {
  const [algorithm = ''] = integrity.split('-');
  const found = `${algorithm}-${createHash(algorithm).update(bytes).digest('base64')}`;
  if (found === integrity) return;
  throw new UserError(`${file} does not match its pinned digest.`, {
    expected: integrity,
    found,
    todo: [
      `delete ${pathOf({ file, integrity })} if it exists, and run this again`,
      'check who changed the pin, and why',
    ],
  });
}
