// Gives work a directory in the cache that is removed afterwards.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { cacheDir } from '../support/paths.ts';

/** Runs `work` with an empty directory, and removes the directory. */
export async function inWorkDirectory<T>(work: (directory: string) => Promise<T>): Promise<T> {
  await mkdir(cacheDir('release'), { recursive: true });
  const directory = await mkdtemp(cacheDir('release', 'work-'));
  try {
    return await work(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
