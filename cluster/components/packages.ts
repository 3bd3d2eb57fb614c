// The Debian packages that the throwaway cluster needs. A package is installed if one of its programs is missing.
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UserError } from '../../support/errors.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';

/** The directories that may contain the CNI plugins. Debian's directory comes first. */
const CNI_DIRECTORIES = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
/** The PATH of every process in the cluster, independent of the caller's PATH. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/**
 * Debian packages, each with the programs that we need from it. A program is a name on the PATH, or a path if it must
 * be exactly this file.
 */
export type Packages = Readonly<Record<string, readonly string[]>>;

export const debianPackages: Packages = {
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  runc: ['runc'],
  'containernetworking-plugins': ['bridge', 'host-local', 'loopback', 'tuning'],
  buildah: ['buildah'],
  iptables: ['iptables', 'iptables-save', 'iptables-restore'],
  conntrack: ['conntrack'],
  ipset: ['ipset'],
  iproute2: ['ip'],
  openssl: ['openssl'],
};

/** Returns the path of a program. Undefined if none of the directories contains it. */
export function findProgram(name: string, directories: readonly string[] = searchPath()): string | undefined {
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

/** Returns the directory of the CNI plugins. */
export function cniDirectory(): string {
  return CNI_DIRECTORIES.find((directory) => existsSync(join(directory, 'bridge'))) ?? '/usr/lib/cni';
}

/** Lists the packages of which a program is missing. */
export function missingPackages(
  wanted: Packages = debianPackages,
  has: (program: string) => boolean = isInstalled,
): string[] {
  return Object.keys(wanted).filter((name) => !wanted[name]?.every(has));
}

/** Installs missing packages. @throws UserError if this needs root or apt-get */
export async function ensurePackages(report: Progress, wanted: Packages = debianPackages): Promise<void> {
  const missing = missingPackages(wanted);
  if (missing.length === 0) return;
  const aptGet = findProgram('apt-get');
  if (aptGet === undefined || process.getuid?.() !== 0) throw cannotInstall(missing, aptGet !== undefined);
  await report.step(`Install ${missing.join(', ')}`, (progress) => install(aptGet, missing, wanted, progress), {
    estimate: 40,
  });
}

async function install(
  aptGet: string,
  packages: readonly string[],
  wanted: Packages,
  progress: Progress,
): Promise<void> {
  const options = { env: { DEBIAN_FRONTEND: 'noninteractive' }, onLine: (line: string) => progress.detail(line) };
  const wait = ['-o', 'DPkg::Lock::Timeout=300']; // another apt may be running
  await run('dpkg', ['--configure', '-a'], options); // finishes packages that a killed apt has left half installed
  await run(aptGet, [...wait, 'update'], options);
  await run(aptGet, [...wait, 'install', '--yes', '--no-install-recommends', ...packages], options);
  const still = missingPackages(wanted);
  if (still.length === 0) return;
  const todo = `Install these programs by hand: ${still.flatMap((name) => wanted[name] ?? []).join(', ')}.`;
  throw new UserError(`apt-get install did not provide ${still.join(', ')}.`, { todo });
}

function cannotInstall(missing: readonly string[], hasApt: boolean): UserError {
  const found = hasApt ? 'no root to install them with' : 'no apt-get to install them with';
  const todo = hasApt
    ? `sudo apt-get install ${missing.join(' ')}`
    : `Install what provides ${missing.join(', ')} with this machine's package manager.`;
  return new UserError('Some required programs are missing.', { expected: missing.join(', '), found, todo });
}

function isInstalled(name: string): boolean {
  return isAbsolute(name) ? existsSync(name) : findProgram(name, [...searchPath(), ...CNI_DIRECTORIES]) !== undefined;
}

function searchPath(): string[] {
  return [...SYSTEM_PATH.split(delimiter), ...(process.env['PATH'] ?? '').split(delimiter)];
}
