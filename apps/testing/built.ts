// The apps built from the sources as they are now, once for all test files and runs, in the cache.
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

/** Whose code may go into a build: every workspace but the tests'. */
const workspaces = ['apps', 'cdk8s', 'cluster', 'course', 'kubernetes', 'lab', 'operator', 'otlp', 'support'];
/** Which packages there are, and how esbuild is to read TypeScript. */
const settings = ['package.json', 'package-lock.json', 'node_modules/.package-lock.json', 'tsconfig.json'];
/** Those of several checkouts, and of a change and what was there before it. */
const kept = 4;

/** Copies a build into `target`, which must be of the caller's own: tests write beside the programs. Where there is no lock, which is Linux's, it is built there. */
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

/** Changes with whatever could change the build. Tests are left out, which no program imports. */
function nameOf(): string {
  const exclude = (path: string) => /^(node_modules|dist)$|\.test\.ts$/.test(path.split('/').at(-1) ?? '');
  const sources = workspaces.flatMap((workspace) => globSync(`${workspace}/**/*`, { cwd: repoRoot, exclude }));
  const hash = createHash('sha256').update(`${process.version} ${process.arch}`);
  for (const path of [...settings, ...sources.sort()]) {
    if (statSync(join(repoRoot, path)).isFile()) hash.update(`\n${path}\n`).update(readFileSync(join(repoRoot, path)));
  }
  return hash.digest('hex').slice(0, 16);
}

/** In a process of its own, since esbuild does not work inside of jest. What is there afterwards is whole. */
function build(target: string): void {
  mkdirSync(cacheDir('apps'), { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(repoRoot, 'cluster', 'image', 'build.ts'), target], {
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  if (status !== 0) throw new Error(`expected the build to work, found: ${stderr}`);
}

function removeOldest(): void {
  const builds = readdirSync(cacheDir('apps')).map((name) => ({
    path: cacheDir('apps', name),
    used: statSync(cacheDir('apps', name)).mtimeMs,
  }));
  for (const { path } of builds.sort((a, b) => b.used - a.used).slice(kept))
    rmSync(path, { recursive: true, force: true });
}
