// Builds the apps from the current sources, once for all test files and runs. The result is kept in the cache.
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

/** Folders whose code may be part of a build: all except `test`. */
const workspaces = ['apps', 'cdk8s', 'cluster', 'course', 'kubernetes', 'lab', 'operator', 'otlp', 'support'];
/** Files that decide which packages exist and how esbuild reads TypeScript. */
const settings = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json'];
/** Builds to keep: enough for several checkouts, and for the code before and after a change. */
const kept = 4;

/**
 * Copies a build into `target`. Each caller needs its own folder, because tests write files into it. The lock works on
 * Linux only, so on other systems each caller builds.
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

/** A name that changes with everything that could change the build. No program imports tests, so they don't count. */
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
 * Builds in a separate process, since esbuild doesn't work inside jest. The folder appears only when it is complete.
 */
function build(target: string): void {
  mkdirSync(cacheDir('apps'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(repoRoot, 'cluster', 'image', 'build.ts'), target], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`expected the build to succeed, found: ${stderr}`);
}

function removeOldest(): void {
  const builds = readdirSync(cacheDir('apps')).map((name) => ({
    path: cacheDir('apps', name),
    used: statSync(cacheDir('apps', name)).mtimeMs,
  }));
  for (const { path } of builds.sort((a, b) => b.used - a.used).slice(kept))
    rmSync(path, { recursive: true, force: true });
}
