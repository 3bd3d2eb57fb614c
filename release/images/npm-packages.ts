// Finds the npm packages in the lab's image. Scanners don't see those in a bundle, so esbuild says what it bundled.
import { cpSync, readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { Metafile } from 'esbuild';
import type { BuiltApps } from '../../cluster/image/build.ts';
import { repoRoot } from '../../support/paths.ts';
import type { Package } from './sbom.ts';

/** The fields of package-lock.json that we need: https://docs.npmjs.com/cli/configuring-npm/package-lock-json */
export interface Lockfile {
  readonly packages: Readonly<Record<string, LockedPackage | undefined>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  /** Whether the package is part of another package's file. Then it has no digest of its own. */
  readonly inBundle?: boolean;
}

/** Lists the packages of which the apps contain code, with what the lockfile says about them. */
export function npmPackages(built: BuiltApps, lockfile = readLockfile()): Package[] {
  return packageFolders(built).map((folder) => lockedPackage(folder, lockfile));
}

/** Lists the folders of the packages of which the apps contain code, as the lockfile names them. */
function packageFolders({ staged, metafiles }: BuiltApps): string[] {
  const copied = [...staged.values()].map((folder) => relative(repoRoot, folder));
  return [...new Set([...copied, ...metafiles.flatMap(bundledFolders)])].sort();
}

/** Copies the packages' licenses and notices to `directory`. Most licenses ask for that, and a bundle has none. */
export function copyLicenses(built: BuiltApps, directory: string): void {
  for (const folder of packageFolders(built)) {
    const files = readdirSync(join(repoRoot, folder), { withFileTypes: true });
    const licenses = files.filter((file) => file.isFile() && /^(licen[cs]e|notice|copying)/i.test(file.name));
    const target = join(directory, folder.replaceAll('node_modules/', ''));
    for (const { name } of licenses) cpSync(join(repoRoot, folder, name), join(target, name));
  }
}

/**
 * Lists the folders of the packages of which a bundle contains at least one byte. esbuild leaves out code that nothing
 * uses.
 */
function bundledFolders({ outputs }: Metafile): string[] {
  const inputs = Object.values(outputs).flatMap((output) => Object.entries(output.inputs));
  return inputs.flatMap(([path, { bytesInOutput }]) => (bytesInOutput === 0 ? [] : folderOf(path)));
}

/** Returns the folder of the package that a file belongs to, or nothing for our own files. */
function folderOf(path: string): string[] {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(path) ?? [];
}

function lockedPackage(folder: string, { packages }: Lockfile): Package {
  const { version, integrity, license, inBundle } = packages[folder] ?? {};
  if (version === undefined || license === undefined || (integrity === undefined && inBundle !== true))
    throw new Error(`expected version, integrity and license of ${folder} in package-lock.json, found not all of them`);
  const name = folder.replace(/^.*node_modules\//, '');
  const purl = `pkg:npm/${name.replace('@', '%40')}@${encodeURIComponent(version)}`;
  return { type: 'library', name, version, purl, licenses: [{ expression: license }], integrity };
}

function readLockfile(): Lockfile {
  return JSON.parse(readFileSync(join(repoRoot, 'package-lock.json'), 'utf8')) as Lockfile;
}
