// Takes Python from Debian packages for any architecture, and compiles Python files with that same Python, because the
// Flask app runs on a read-only file system. Compiled files are the same for all architectures, so the packages for the
// machine's own architecture compile for all others.
import { rename } from 'node:fs/promises';
import { existsSync, readFileSync } from 'node:fs';
import { arch } from 'node:process';
import { join } from 'node:path';
import { digestOf } from '../../cluster/components/oci.ts';
import type { Entry } from '../../cluster/components/oci.ts';
import { TMP } from '../../cluster/components/images.ts';
import { withLock } from '../../support/locks.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { directoryEntries, joined, writeEntries } from './contents.ts';
import type { Contents } from './contents.ts';
import { debianContents, nodePackages, PINS, pythonPackages } from './debian.ts';
import type { Architecture } from './debian.ts';
import { inWorkDirectory } from '../work-directory.ts';

/** The version in the names of Debian's packages and directories. */
export const PYTHON_VERSION = '3.11';

const LIBRARY = `/usr/lib/python${PYTHON_VERSION}`;

/** The loader of each architecture, and its directory of libraries, in the Debian packages. */
const LOADERS: Readonly<Record<Architecture, { readonly loader: string; readonly triplet: string }>> = {
  amd64: { loader: 'ld-linux-x86-64.so.2', triplet: 'x86_64-linux-gnu' },
  arm64: { loader: 'ld-linux-aarch64.so.1', triplet: 'aarch64-linux-gnu' },
};

/** The architecture of this machine, whose Python compiles. */
const OWN: Architecture = arch === 'arm64' ? 'arm64' : 'amd64';

/** Returns Python with its standard library, compiled, and a shell. */
export async function pythonContents(architecture: Architecture, report: Progress): Promise<Contents[]> {
  const packages = await debianContents([...nodePackages, ...pythonPackages], architecture, report);
  const compiled = await compiledLibrary(joined(packages).entries, report);
  return [...packages, { entries: [TMP], packages: [] }, { entries: compiled, packages: [] }];
}

/** Compiles the standard library. @returns the compiled files only */
async function compiledLibrary(entries: readonly Entry[], report: Progress): Promise<Entry[]> {
  return inWorkDirectory(async (root) => {
    await writeEntries(
      entries.filter(({ path }) => path.startsWith(`${LIBRARY}/`) && !path.endsWith('.so')),
      root,
    );
    await compile(join(root, LIBRARY), LIBRARY, report);
    return directoryEntries(join(root, LIBRARY), LIBRARY).filter(({ path }) => path.includes('/__pycache__'));
  });
}

/**
 * Compiles the Python files in a directory. Python does not compare the compiled files with the times of their sources.
 * @param target the directory's path in the image
 */
export async function compile(directory: string, target: string, report: Progress): Promise<void> {
  const { loader, triplet } = LOADERS[OWN];
  const root = await ensurePython(report);
  const libraries = ['lib', 'usr/lib'].map((each) => join(root, each, triplet));
  const paths = ['-s', directory, '-p', target, directory];
  await run(
    join(root, 'lib', triplet, loader),
    [
      ...['--library-path', libraries.join(':'), join(root, 'usr', 'bin', `python${PYTHON_VERSION}`), '-sS'],
      ...['-m', 'compileall', '-q', '--invalidation-mode', 'unchecked-hash', ...paths],
    ],
    { env: { PYTHONHASHSEED: '0', PYTHONHOME: undefined, PYTHONPATH: undefined, PYTHONOPTIMIZE: undefined } },
  );
}

/** Unpacks Python for this machine's architecture, once for each set of pins. @returns the path of the directory */
async function ensurePython(report: Progress): Promise<string> {
  const key = digestOf(readFileSync(PINS)).slice(7, 19);
  const directory = cacheDir('release', `python-${key}`);
  await withLock(cacheDir('locks', 'release-python'), async () => {
    if (existsSync(directory)) return;
    const names = [...nodePackages, ...pythonPackages];
    const { entries } = joined(await debianContents(names, OWN, report));
    await writeEntries(entries, `${directory}.unfinished`);
    await rename(`${directory}.unfinished`, directory);
  });
  return directory;
}
