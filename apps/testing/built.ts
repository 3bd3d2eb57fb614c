// Builds the apps from the current sources and caches the build. Test files and later test runs share the cached build.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  cpSync,
  existsSync,
  globSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { join } from 'node:path';
import { withLock } from '../../support/locks.ts';
import { cacheDir, repoRoot } from '../../support/paths.ts';

/** Folders whose code may be part of the built apps. */
const workspaces = ['apps', 'cdk8s', 'cluster', 'course', 'kubernetes', 'lab', 'operator', 'otlp', 'support'];
/** Files that define the versions of packages and how esbuild reads TypeScript. */
const settings = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json'];
/** Maximum number of builds in the cache: enough for several checkouts, and for the code before and after a change. */
const kept = 4;

/**
 * Copies the built apps into the folder `target`. Each test file needs its own folder, because tests write files into
 * it. The lock on the cache works only on Linux, so elsewhere each test file builds the apps itself.
 */
export async function copyBuilt(target: string): Promise<void> {
  if (process.platform !== 'linux') return build(target);
  const built = cacheDir('apps', nameOf());
  await withLock(cacheDir('locks', 'apps'), () => {
    if (!existsSync(built)) build(built);
    const now = new Date();
    utimesSync(built, now, now);
    removeOldest();
    cpSync(built, target, { recursive: true });
    return Promise.resolve();
  });
}

/**
 * Returns the name of a build in the cache: a hash of Node's version, the CPU architecture and every file that the
 * build may read. Test files are not in the hash, because the build doesn't read them.
 */
function nameOf(): string {
  const exclude = (path: string) => /^(node_modules|dist)$|\.test\.ts$/.test(path.split('/').at(-1) ?? '');
  const sources = workspaces.flatMap((workspace) => globSync(`${workspace}/**/*`, { cwd: repoRoot, exclude }));
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const path of [...settings, ...sources.sort()]) {
    if (statSync(join(repoRoot, path)).isFile()) hash.update(`\n${path}\n`).update(readFileSync(join(repoRoot, path)));
  }
  return hash.digest('hex').slice(0, 16);
}

/**
 * Builds the apps in a separate process, because esbuild doesn't work inside jest. The folder `target` appears only
 * after the build is complete.
 */
function build(target: string): void {
  mkdirSync(cacheDir('apps'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(repoRoot, 'cluster', 'image', 'build.ts'), target], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`expected the build of the apps to succeed, found: ${stderr}`);
}

function removeOldest(): void {
  const builds = readdirSync(cacheDir('apps')).map((name) => ({
    path: cacheDir('apps', name),
    used: statSync(cacheDir('apps', name)).mtimeMs,
  }));
  for (const { path } of builds.sort((a, b) => b.used - a.used).slice(kept))
    rmSync(path, { recursive: true, force: true });
}
