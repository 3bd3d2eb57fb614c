// The Debian packages the throwaway cluster needs besides what is built: installed when a program of theirs is missing.
import { existsSync } from 'node:fs';
import { delimiter, isAbsolute, join } from 'node:path';
import { UserError } from '../../support/errors.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';

/** Where the CNI plugins are: Debian's place, then everybody else's. */
const CNI_DIRECTORIES = ['/usr/lib/cni', '/opt/cni/bin', '/usr/libexec/cni'];
/** The PATH of what runs in the cluster, whatever that of the caller. */
export const SYSTEM_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Each package by the programs of it that are used: by name, or by path where no other will do. */
export type Packages = Readonly<Record<string, readonly string[]>>;

export const debianPackages: Packages = {
  containerd: ['containerd', 'containerd-shim-runc-v2', 'ctr'],
  runc: ['runc'],
  'containernetworking-plugins': ['bridge', 'host-local', 'loopback'],
  buildah: ['buildah'],
  iptables: ['iptables', 'iptables-save', 'iptables-restore'],
  conntrack: ['conntrack'],
  ipset: ['ipset'],
  iproute2: ['ip'],
  openssl: ['openssl'],
};

/** The path of a program, `undefined` when it is in none of the directories. */
export function findProgram(name: string, directories: readonly string[] = searchPath()): string | undefined {
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path));
}

/** The directory of the CNI plugins. */
export function cniDirectory(): string {
  return CNI_DIRECTORIES.find((directory) => existsSync(join(directory, 'bridge'))) ?? '/usr/lib/cni';
}

/** Packages of which a program is missing. */
export function missingPackages(
  wanted: Packages = debianPackages,
  has: (program: string) => boolean = isInstalled,
): string[] {
  return Object.keys(wanted).filter((name) => !wanted[name]?.every(has));
}

/** Installs what is missing. @throws UserError where that can't be done from here. */
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
  const wait = ['-o', 'DPkg::Lock::Timeout=300']; // for another apt that runs, as at the start of a cloud machine
  await run('dpkg', ['--configure', '-a'], options); // what an apt that was killed left half installed
  await run(aptGet, [...wait, 'update'], options);
  await run(aptGet, [...wait, 'install', '--yes', '--no-install-recommends', ...packages], options);
  const still = missingPackages(wanted);
  if (still.length === 0) return;
  const todo = `Install by hand what provides ${still.flatMap((name) => wanted[name] ?? []).join(', ')}.`;
  throw new UserError(`${still.join(', ')} still missing after apt-get install.`, { todo });
}

function cannotInstall(missing: readonly string[], hasApt: boolean): UserError {
  const found = hasApt
    ? 'not root, so they can not be installed from here'
    : 'no apt-get, so they can not be installed from here';
  const todo = hasApt
    ? `sudo apt-get install ${missing.join(' ')}`
    : `Install what provides ${missing.join(', ')} with this machine's package manager.`;
  return new UserError('Programs that are needed here are missing.', { expected: missing.join(', '), found, todo });
}

function isInstalled(name: string): boolean {
  return isAbsolute(name) ? existsSync(name) : findProgram(name, [...searchPath(), ...CNI_DIRECTORIES]) !== undefined;
}

function searchPath(): string[] {
  return [...SYSTEM_PATH.split(delimiter), ...(process.env['PATH'] ?? '').split(delimiter)];
}
