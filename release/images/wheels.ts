// Takes the Python packages of the Flask app for any architecture. requirements.txt pins their versions and digests.
// The files of a wheel are copied as they are: https://packaging.python.org/specifications/binary-distribution-format/
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unzipSync } from 'fflate';
import { PYTHON, pythonPackages as pip } from '../../cluster/components/python.ts';
import { ensurePackages } from '../../cluster/components/packages.ts';
import { withLock } from '../../support/locks.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { UserError } from '../../support/errors.ts';
import type { Architecture } from './debian.ts';
import { PYTHON_VERSION } from './python.ts';
import type { Licenses, Package } from './sbom.ts';

/** The names of each architecture's platform in wheels. The numbers are glibc's version, and Debian 12 has 2.36. */
const PLATFORMS: Readonly<Record<Architecture, readonly string[]>> = {
  amd64: ['manylinux_2_28_x86_64', 'manylinux_2_17_x86_64', 'manylinux2014_x86_64'],
  arm64: ['manylinux_2_28_aarch64', 'manylinux_2_17_aarch64', 'manylinux2014_aarch64'],
};

/** Unpacks the packages in `requirements` to `directory`. @returns the packages */
export async function unpackWheels(
  requirements: string,
  directory: string,
  architecture: Architecture,
  report: Progress,
): Promise<Package[]> {
  const wheels = await ensureWheels(requirements, architecture, report);
  const pinned = new Set((await readFile(requirements, 'utf8')).match(/(?<=--hash=sha256:)[0-9a-f]{64}/g));
  const packages: Package[] = [];
  for (const wheel of wheels) {
    const bytes = await readFile(wheel);
    const sha256 = createHash('sha256').update(bytes);
    const digest = sha256.copy().digest('hex');
    if (!pinned.has(digest)) throw changedWheel(wheel, requirements, digest);
    packages.push(await unpackWheel(unzipSync(bytes), directory, `sha256-${sha256.digest('base64')}`));
  }
  return packages;
}

function changedWheel(wheel: string, requirements: string, digest: string): UserError {
  return new UserError(`${wheel} does not match its pinned digest.`, {
    expected: `a digest in ${requirements}`,
    found: digest,
    todo: `Delete ${dirname(wheel)}, then run this again.`,
  });
}

/** Downloads the wheels, once for each content of `requirements`. @returns their paths */
async function ensureWheels(requirements: string, architecture: Architecture, report: Progress): Promise<string[]> {
  const key = createHash('sha256')
    .update(await readFile(requirements))
    .digest('hex')
    .slice(0, 12);
  const directory = cacheDir('release', `wheels-${key}-${architecture}`);
  await withLock(cacheDir('locks', 'release-wheels'), async () => {
    if (existsSync(directory)) return;
    await ensurePackages(report, pip);
    await rm(`${directory}.unfinished`, { recursive: true, force: true });
    await report.step(`Download Python packages for ${architecture}`, () =>
      pipDownload(requirements, `${directory}.unfinished`, architecture),
    );
    await rename(`${directory}.unfinished`, directory);
  });
  return (await readdir(directory)).sort().map((name) => join(directory, name));
}

async function pipDownload(requirements: string, directory: string, architecture: Architecture): Promise<void> {
  const platforms = PLATFORMS[architecture].flatMap((platform) => ['--platform', platform]);
  const python = ['--implementation', 'cp', '--python-version', PYTHON_VERSION];
  await run(PYTHON, [
    ...['-m', 'pip', 'download', '--disable-pip-version-check', '--require-hashes', '--no-deps', '--quiet'],
    ...['--only-binary', ':all:', ...platforms, ...python, '--dest', directory, '--requirement', requirements],
  ]);
}

type Files = Readonly<Record<string, Uint8Array>>;

/** Writes the files of a wheel, and a script for each command. @throws Error if a file belongs elsewhere */
async function unpackWheel(files: Files, directory: string, integrity: string): Promise<Package> {
  for (const [name, content] of Object.entries(files)) {
    if (/^[^/]+\.data\//.test(name)) throw new Error(`expected a wheel without a data directory, found ${name}`);
    if (!name.endsWith('/')) await write(join(directory, name), content);
  }
  const info = (name: string): string => {
    const path = Object.keys(files).find((each) => /^[^/]+\.dist-info\//.test(each) && each.endsWith(`/${name}`));
    return Buffer.from(files[path ?? ''] ?? '').toString();
  };
  for (const [name, script] of commandsIn(info('entry_points.txt'))) {
    await write(join(directory, 'bin', name), script);
    await chmod(join(directory, 'bin', name), 0o755);
  }
  return packageOf(info('METADATA'), integrity);
}

async function write(path: string, content: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
}

/** Lists the commands of a wheel, each with the script that runs it. */
export function commandsIn(entryPoints: string): [name: string, script: string][] {
  const section = /^\[console_scripts\]\n([^[]*)/m.exec(entryPoints)?.[1] ?? '';
  return [...section.matchAll(/^([\w.-]+)\s*=\s*([\w.]+):(\w+)\s*$/gm)].map(([, name = '', module = '', call = '']) => [
    name,
    `#!${PYTHON}\nimport sys\nfrom ${module} import ${call}\nsys.exit(${call}())\n`,
  ]);
}

/** Returns what a wheel's METADATA says: https://packaging.python.org/specifications/core-metadata/ */
export function packageOf(metadata: string, integrity: string): Package {
  const [head = ''] = metadata.split('\n\n');
  const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(head)?.[1];
  const [name = '', version = ''] = [field('Name'), field('Version')];
  const normal = name.toLowerCase().replace(/[-_.]+/g, '-');
  const purl = `pkg:pypi/${normal}@${encodeURIComponent(version)}`;
  return { type: 'library', name, version, purl, licenses: licensesOf(field), integrity };
}

function licensesOf(field: (name: string) => string | undefined): Licenses {
  const expression = field('License-Expression');
  if (expression !== undefined) return [{ expression }];
  const name = field('License') ?? field('Classifier: License :: OSI Approved :');
  return name === undefined ? [] : [{ license: { name } }];
}
