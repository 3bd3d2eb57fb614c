// Takes the files of Debian packages for any architecture. debian.sha256 pins each package's version and digest.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Entry } from '../../cluster/components/oci.ts';
import { UserError } from '../../support/errors.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { CommandError, run } from '../../support/run.ts';
import { parentsOf, readTar } from './contents.ts';
import type { Contents } from './contents.ts';
import { ensureDownloads, verifiedPath } from './downloads.ts';
import type { Download } from './downloads.ts';
import type { Licenses, Package } from './sbom.ts';

export const ARCHITECTURES = ['amd64', 'arm64'] as const;
export type Architecture = (typeof ARCHITECTURES)[number];

/** The packages that Node needs, with what names the distribution, and the licenses that other packages refer to. */
export const nodePackages = ['base-files', 'gcc-12-base', 'libc6', 'libgcc-s1', 'libstdc++6'] as const;

/** The packages that Python needs besides those, with a shell. */
export const pythonPackages = [
  ...['dash', 'python3-minimal', 'python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
  ...['libbz2-1.0', 'libcom-err2', 'libcrypt1', 'libdb5.3', 'libexpat1', 'libffi8', 'libgssapi-krb5-2', 'libk5crypto3'],
  ...['libkeyutils1', 'libkrb5-3', 'libkrb5support0', 'liblzma5', 'libncursesw6', 'libnsl2', 'libreadline8'],
  ...['libsqlite3-0', 'libssl3', 'libtinfo6', 'libtirpc-common', 'libtirpc3', 'libuuid1', 'media-types', 'zlib1g'],
] as const;

/** The packages of the terminal: a busybox that needs no library, and what names the distribution. */
export const busyboxPackages = ['base-files', 'busybox-static'] as const;

/** All packages of our images. */
export const allPackages = [...new Set([...nodePackages, ...pythonPackages, ...busyboxPackages])];

/** The file with the pins, in the format of sha256sum(1). `node release/images/pin-debian.ts` writes it. */
export const PINS = join(import.meta.dirname, 'debian.sha256');

interface PinnedPackage extends Download {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

/** Parses a line such as `<sha256>  libc6_2.36-9_amd64.deb`. */
function pinOf(line: string): PinnedPackage {
  const [hash = '', file = ''] = line.split('  ');
  const [name = '', version = '', architecture = ''] = file
    .replace(/\.deb$/, '')
    .split('_')
    .map(decodeURIComponent);
  return { file, integrity: `sha256-${Buffer.from(hash, 'hex').toString('base64')}`, name, version, architecture };
}

/** Returns the pins of packages for one architecture. A package without programs fits every architecture. */
export function pinsOf(names: readonly string[], architecture: Architecture): PinnedPackage[] {
  const pins = readFileSync(PINS, 'utf8').trim().split('\n').map(pinOf);
  return names.map((name) => {
    const fits = pins.filter((pin) => pin.name === name && [architecture, 'all'].includes(pin.architecture));
    if (fits[0] !== undefined && fits.length === 1) return fits[0];
    throw new Error(`expected one pin of ${name} for ${architecture} in ${PINS}, found ${fits.length}`);
  });
}

/** Returns what the packages consist of, and downloads those that are not in the cache. */
export async function debianContents(
  names: readonly string[],
  architecture: Architecture,
  report: Progress,
): Promise<Contents[]> {
  const pins = pinsOf(names, architecture);
  await ensureDownloads(pins, (missing, directory) =>
    report.step(`Download ${missing.length} Debian packages for ${architecture}`, () =>
      download(missing, architecture, directory),
    ),
  );
  const contents: Contents[] = [];
  for (const pin of pins) contents.push(await unpack(pin));
  return contents;
}

/** Downloads packages with the package sources of this machine, but with separate lists and a separate cache. */
async function download(pins: readonly PinnedPackage[], architecture: Architecture, directory: string): Promise<void> {
  const options = await updatedLists(architecture);
  const specs = pins.map(({ name, version }) => `${name}=${version}`);
  await run('apt-get', [...options, 'download', ...specs], { cwd: directory }).catch((error: unknown) => {
    if (!(error instanceof CommandError)) throw error;
    throw new UserError(
      `The pinned Debian packages for ${architecture} could not be downloaded.`,
      {
        expected: 'package sources of Debian 12 that offer each version in release/images/debian.sha256',
        found: error.result.stderr.trim(),
        todo: [
          'run this on Debian 12, or in a container of it',
          'if Debian has replaced a version: run node release/images/pin-debian.ts, and commit the new pins',
        ],
      },
      { cause: error },
    );
  });
}

/** Updates apt's lists for an architecture. @returns the options that make apt use them */
export async function updatedLists(architecture: Architecture): Promise<string[]> {
  const root = cacheDir('release', 'apt', architecture);
  await mkdir(join(root, 'state', 'lists', 'partial'), { recursive: true });
  await mkdir(join(root, 'cache', 'archives', 'partial'), { recursive: true });
  await writeFile(join(root, 'status'), ''); // no package is installed
  const settings = {
    'Dir::State': join(root, 'state'),
    'Dir::State::status': join(root, 'status'),
    'Dir::Cache': join(root, 'cache'),
    'APT::Architecture': architecture,
    'APT::Architectures': architecture,
    'APT::Sandbox::User': '', // apt's own user can't write to the cache
  };
  const options = Object.entries(settings).flatMap(([name, value]) => ['-o', `${name}=${value}`]);
  await run('apt-get', [...options, 'update']);
  return options;
}

/** Unpacks a package, and adds the file in which scanners look for it in an image without a package manager. */
async function unpack(pin: PinnedPackage): Promise<Contents> {
  const file = await verifiedPath(pin);
  const options = { encoding: 'buffer', maxBuffer: Infinity } as const;
  const { stdout: tar } = await promisify(execFile)('dpkg-deb', ['--fsys-tarfile', file], options);
  const { stdout: control } = await run('dpkg-deb', ['--field', file]);
  const status: Entry = { path: `/var/lib/dpkg/status.d/${pin.name}`, mode: 0o644, from: { content: control } };
  const entries = [...(await readTar(tar)), ...parentsOf(status.path), status];
  return { entries, packages: [packageOf(pin, control, entries)] };
}

/** Returns what an SBOM says about a package. */
export function packageOf(pin: PinnedPackage, control: string, entries: readonly Entry[]): Package {
  const { name, version, architecture, integrity } = pin;
  const qualifiers = new URLSearchParams({ arch: architecture, distro: 'debian-12', ...sourceOf(control) });
  const purl = `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?${qualifiers.toString()}`;
  return { type: 'library', name, version, purl, licenses: licensesOf(name, entries), integrity };
}

/** Returns the source package if it has another name. Debian's security tracker knows only source packages. */
function sourceOf(control: string): { upstream?: string } {
  const source = /^Source: (\S+)/m.exec(control)?.[1];
  return source === undefined ? {} : { upstream: source };
}

/**
 * Returns the licenses that a package's copyright file names, in the words of Debian. If a program can't read that
 * file, the answer is its path in the image: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
 */
function licensesOf(name: string, entries: readonly Entry[]): Licenses {
  const path = `/usr/share/doc/${name}/copyright`;
  const from = entries.find((entry) => entry.path === path)?.from;
  const text = from !== undefined && 'content' in from ? Buffer.from(from.content).toString() : '';
  const fields = /^Format: /.test(text)
    ? [...text.matchAll(/^License: *(\S.*)$/gm)].map((match) => match[1] ?? '')
    : [];
  const names = fields.length > 0 ? [...new Set(fields.map((field) => field.trim()))].sort() : [`see ${path}`];
  return names.map((each) => ({ license: { name: each } }));
}
