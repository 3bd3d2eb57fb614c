// Builds a base image with Debian's Python, for the image of apps/flask on machines that can't reach a registry.
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { run } from '../../support/run.ts';
import { PATH, sharedLibraries, TMP } from './images.ts';
import type { Entry, Image, ImageConfig } from './oci.ts';
import type { Packages } from './packages.ts';

/**
 * The path of Debian's Python. It goes into the image. It also installs the packages, which must fit its version. So
 * another Python on the PATH can't replace it.
 */
export const PYTHON = '/usr/bin/python3';

/** The configuration of an image with Debian's Python. */
export const PYTHON_CONFIG: ImageConfig = { Cmd: [PYTHON], Env: [PATH, 'LANG=C.UTF-8'] };

/** The Debian packages for Python, each with the programs that we need from it. */
export const pythonPackages: Packages = { python3: [PYTHON], 'python3-pip': ['/usr/bin/pip3'] };

/**
 * A Python program that prints two words, such as `3.11 cpython-311`: the version in the names of directories, and the
 * tag in the names of compiled files.
 */
const ABOUT = 'import sys; print("%d.%d" % sys.version_info[:2], sys.implementation.cache_tag)';

/** The programs, besides Python, that scripts inside the image need. */
const TOOLS = ['/bin/sh', '/usr/bin/env'];

/**
 * Libraries that compiled Python packages may expect, except graphical ones, which a server does not need.
 * https://peps.python.org/pep-0599/#the-manylinux2014-policy
 */
const MANYLINUX = ['libdl.so.2', 'libgcc_s.so.1', 'libpthread.so.0', 'librt.so.1', 'libstdc++.so.6', 'libutil.so.1'];

/**
 * Builds the image: Python with its standard library, the shared libraries that Python and its packages load, and a
 * shell.
 */
export async function pythonBaseImage(): Promise<Image> {
  const [version = '', cacheTag = ''] = (await run(PYTHON, ['-c', ABOUT])).stdout.trim().split(' ');
  const standard = [`libpython${version}-minimal`, `libpython${version}-stdlib`];
  const library = (await filesOf(standard)).filter((path) => path.startsWith(`/usr/lib/python${version}/`));
  const programs = [PYTHON, ...TOOLS];
  const libraries = await librariesOf([...programs, ...library.filter((path) => path.endsWith('.so'))]);
  return {
    name: `throwaway.intro-otel.dev/python:${tagOf(await debianVersion(standard))}`,
    entries: [
      TMP,
      ...[...programs, ...libraries].map((path) => ({ path, from: { source: path } })),
      ...library.flatMap((path) => withCompiled(path, cacheTag)),
    ],
    config: PYTHON_CONFIG,
  };
}

/** Lists the files of Debian packages, as dpkg lists them. */
async function filesOf(packages: readonly string[]): Promise<string[]> {
  const { stdout } = await run('dpkg-query', ['--listfiles', ...packages]);
  return stdout.split('\n').filter((path) => statSync(path, { throwIfNoEntry: false })?.isFile());
}

async function debianVersion(packages: readonly string[]): Promise<string> {
  const { stdout } = await run('dpkg-query', ['--show', '--showformat', '${Version}\n', ...packages]);
  return stdout.split('\n')[0] ?? '';
}

/** Converts a Debian version to an image tag, which can't contain +, ~ or a colon. */
export function tagOf(version: string): string {
  return version.replace(/[^\w.-]/g, '-');
}

async function librariesOf(programs: readonly string[]): Promise<string[]> {
  const { stdout } = await run('ldd', programs);
  const found = sharedLibraries(stdout);
  const beside = found
    .filter((path) => path.endsWith('/libc.so.6'))
    .flatMap((path) => MANYLINUX.map((name) => join(dirname(path), name)));
  return [...new Set([...found, ...beside.filter((path) => existsSync(path))])].sort();
}

/**
 * Returns a file of the standard library and the file with its compiled form, as files of the image. Both keep their
 * modification times, because Python ignores the compiled form if the source's time has changed.
 */
function withCompiled(path: string, cacheTag: string): Entry[] {
  const compiled = path.replace(/([^/]+)\.py$/, `__pycache__/$1.${cacheTag}.pyc`);
  return [path, ...(compiled !== path && existsSync(compiled) ? [compiled] : [])].map((each) => {
    const { mtimeMs } = statSync(each);
    return { path: each, mode: 0o644, time: Math.floor(mtimeMs / 1000), from: { source: each } };
  });
}
