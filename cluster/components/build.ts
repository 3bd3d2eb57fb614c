// Compiles parts of the throwaway cluster into the cache, once per version, with progress and an estimate.
import { existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { arch } from 'node:process';
import { UserError } from '../../support/errors.ts';
import { cacheDir } from '../../support/paths.ts';
import type { Progress } from '../../support/progress.ts';
import { run } from '../../support/run.ts';
import { withLock } from '../../support/locks.ts';
import { binariesOf, buildFlags, GO_TOOLCHAIN, componentDir, components } from './catalog.ts';
import type { Component, ComponentName } from './catalog.ts';

/** What the Go command must not take from the caller's environment or `go env -w`: it would change or break what is built. */
const GO_ENV = {
  GOTOOLCHAIN: GO_TOOLCHAIN,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly',
  GOWORK: 'off',
  GO111MODULE: 'on',
  GOOS: 'linux',
  GOARCH: arch === 'x64' ? 'amd64' : arch,
};

/** The linker of the largest binaries takes 2 GiB; below this two builds at a time could run out of memory. */
const MEMORY_FOR_TWO_BUILDS = 7 * 1024 ** 3;

/** The path of a binary of the parts; it is there once `ensureParts` has been awaited. */
export function binary(part: ComponentName, name: string = part): string {
  return join(componentDir(components[part]), name);
}

/** Builds those of `names` that the cache lacks. Two at a time where memory allows, since a build alone leaves cores idle while it fetches and links. */
export async function ensureComponents(names: readonly ComponentName[], report: Progress): Promise<void> {
  await ensureBuilt(
    names.map((name) => components[name]),
    report,
  );
}

/** As `ensureParts`, for parts of one's own (the tests have some). */
export async function ensureBuilt(wanted: readonly Component[], report: Progress): Promise<void> {
  const missing = wanted.filter((part) => !isBuilt(part));
  if (missing.length === 0) return;
  const seconds = missing.reduce((sum, part) => sum + part.cold.seconds, 0);
  await report.step(
    `Build ${missing.map((part) => part.name).join(', ')} (only the first time)`,
    async (progress) => {
      await checkGo();
      const queue = missing.toSorted((a, b) => b.cold.seconds - a.cold.seconds);
      const lanes = totalmem() > MEMORY_FOR_TWO_BUILDS ? 2 : 1;
      const ends = await Promise.allSettled(Array.from({ length: lanes }, () => buildAll(queue, progress)));
      for (const end of ends) if (end.status === 'rejected') throw end.reason;
    },
    { estimate: seconds },
  );
}

function isBuilt(part: Component): boolean {
  return existsSync(componentDir(part));
}

/** After a failure nothing more is begun; what the other lane builds meanwhile is finished, and will be there the next time. */
async function buildAll(queue: Component[], report: Progress): Promise<void> {
  try {
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) await buildLocked(part, report);
  } finally {
    queue.length = 0;
  }
}

async function buildLocked(part: Component, report: Progress): Promise<void> {
  const title = `${part.name} ${part.version}`;
  await report.step(
    title,
    (progress) =>
      withLock(
        cacheDir('locks', `part-${part.name}`),
        async () => {
          if (!isBuilt(part)) await build(part, progress);
        },
        () => progress.detail('another run is building it'),
      ),
    { estimate: part.cold.seconds },
  );
}

/**
 * Builds beside the target and renames, so that what is in the cache is whole. In a directory of this process's own, as the
 * compiler of a run that was killed may still be at work in that one's.
 */
async function build(part: Component, progress: Progress): Promise<void> {
  const target = componentDir(part);
  const unfinished = `${target}.unfinished-${process.pid}`;
  await removeUnfinished(target);
  await mkdir(unfinished, { recursive: true });
  let compiled = 0;
  await run('go', ['build', '-v', ...buildFlags(part), '-o', `${unfinished}/`, ...part.packages], {
    cwd: part.directory,
    env: GO_ENV,
    onLine: (line) =>
      progress.detail(
        line.startsWith('go: ') ? line.slice('go: '.length) : `${++compiled} of about ${part.cold.packages} packages`,
      ),
  });
  const absent = binariesOf(part).filter((name) => !existsSync(join(unfinished, name)));
  if (absent.length > 0) throw new Error(`the build of ${part.name} left no ${absent.join(', ')} in ${unfinished}`);
  await rename(unfinished, target);
}

async function removeUnfinished(target: string): Promise<void> {
  for (const name of existsSync(dirname(target)) ? await readdir(dirname(target)) : []) {
    if (name.startsWith(`${basename(target)}.unfinished-`))
      await rm(join(dirname(target), name), { recursive: true, force: true });
  }
}

async function checkGo(): Promise<void> {
  const todo =
    'Install Go 1.21 or later (https://go.dev/doc/install), then run this again. It fetches the pinned Go by itself.';
  const expected = `Go 1.21 or later, to build Kubernetes with ${GO_TOOLCHAIN}`;
  const found = await run('go', ['version'], { env: { GOTOOLCHAIN: 'local' } }).catch((cause: unknown) => {
    throw new UserError('Go is missing.', { expected, found: 'no go on the PATH', todo }, { cause });
  });
  const [, minor] = /go1\.(\d+)/.exec(found.stdout) ?? [];
  if (minor !== undefined && Number(minor) < 21)
    throw new UserError('Go is too old.', { expected, found: found.stdout.trim(), todo });
}
