// Compiles the components of the throwaway cluster and stores them in the cache. Each version is compiled once.
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
import { versions } from '../../lab/versions.ts';
import { binariesOf, buildFlags, GO_TOOLCHAIN, componentDir, components } from './catalog.ts';
import type { Component, ComponentName } from './catalog.ts';

/**
 * Returns the environment variables for Go. They override the caller's environment and `go env -w`, which could change
 * the result.
 */
export const goEnv = ({ architecture }: Component): Record<string, string> => ({
  GOTOOLCHAIN: GO_TOOLCHAIN,
  CGO_ENABLED: '0',
  GOFLAGS: '-mod=readonly',
  GOWORK: 'off',
  GO111MODULE: 'on',
  GOOS: 'linux',
  GOARCH: architecture ?? (arch === 'x64' ? 'amd64' : arch),
  // The oldest processors of each kind.
  GOAMD64: 'v1',
  GOARM64: 'v8.0',
});

/**
 * The memory, in bytes, that a machine needs for two builds at a time. The linker needs 2 GiB for the largest binaries.
 */
const MEMORY_FOR_TWO_BUILDS = 7 * 1024 ** 3;

/** Returns the path of a component's binary, which `ensureComponents` builds. */
export function binary(component: ComponentName, name: string = component): string {
  return join(componentDir(components[component]), name);
}

/**
 * Builds the components that are not in the cache. If the machine has enough memory, two builds run at a time: while
 * one build downloads or links and leaves cores idle, the other one can use them.
 */
export async function ensureComponents(names: readonly ComponentName[], report: Progress): Promise<void> {
  await ensureBuilt(
    names.map((name) => components[name]),
    report,
  );
}

/** Builds components that need not be in the catalog, such as those of the tests, if the cache lacks them. */
export async function ensureBuilt(wanted: readonly Component[], report: Progress): Promise<void> {
  const missing = wanted.filter((component) => !isBuilt(component));
  if (missing.length === 0) return;
  const seconds = missing.reduce((sum, component) => sum + component.cold.seconds, 0);
  await report.step(
    `Build ${missing.map((component) => component.name).join(', ')} (only the first time)`,
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

function isBuilt(component: Component): boolean {
  return existsSync(componentDir(component));
}

/**
 * Builds the components in the queue one by one. After a failure no new build starts. A build that is already running
 * is finished, so that the next run of the command can use it.
 */
async function buildAll(queue: Component[], report: Progress): Promise<void> {
  try {
    for (let component = queue.shift(); component !== undefined; component = queue.shift())
      await buildLocked(component, report);
  } finally {
    queue.length = 0;
  }
}

async function buildLocked(component: Component, report: Progress): Promise<void> {
  const title = `${component.name} ${component.version}`;
  await report.step(
    title,
    (progress) =>
      withLock(
        cacheDir('locks', `part-${component.name}`),
        async () => {
          if (!isBuilt(component)) await build(component, progress);
        },
        () => progress.detail('waiting for another run that builds it'),
      ),
    { estimate: component.cold.seconds },
  );
}

/**
 * Builds into a temporary directory and renames it at the end, so that the cache holds only complete builds. The name
 * of the temporary directory contains this process's id. So the compiler of a killed run, which may still be writing,
 * writes to another directory.
 */
async function build(component: Component, progress: Progress): Promise<void> {
  const target = componentDir(component);
  const unfinished = `${target}.unfinished-${process.pid}`;
  await removeUnfinished(target);
  await mkdir(unfinished, { recursive: true });
  let compiled = 0;
  await run('go', ['build', '-v', ...buildFlags(component), '-o', `${unfinished}/`, ...component.packages], {
    cwd: component.directory,
    env: goEnv(component),
    onLine: (line) =>
      progress.detail(
        line.startsWith('go: ')
          ? line.slice('go: '.length)
          : `${++compiled} of about ${component.cold.packages} packages`,
      ),
  });
  const absent = binariesOf(component).filter((name) => !existsSync(join(unfinished, name)));
  if (absent.length > 0)
    throw new Error(`the build of ${component.name} left no ${absent.join(', ')} in ${unfinished}`);
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
    'Install Go 1.21 or later (https://go.dev/doc/install), then run this again. It downloads the pinned Go by itself.';
  const expected = `Go 1.21 or later, to build Kubernetes with ${GO_TOOLCHAIN}`;
  const found = await run('go', ['version'], { env: { GOTOOLCHAIN: 'local' } }).catch((cause: unknown) => {
    throw new UserError('Go is missing.', { expected, found: 'no go on the PATH', todo }, { cause });
  });
  const [, minor] = /go1\.(\d+)/.exec(found.stdout) ?? [];
  if (minor !== undefined && Number(minor) < 21)
    throw new UserError('Go is too old.', { expected, found: found.stdout.trim(), todo });
}

/** A Go module, and the directory with its source. */
export interface GoModule {
  readonly path: string;
  /** Such as v0.34.4. */
  readonly version: string;
  readonly directory: string;
}

/** Lists the modules that a component's programs contain, and Go's own standard library as the module `stdlib`. */
export async function goModules(component: Component): Promise<GoModule[]> {
  const options = { cwd: component.directory, env: goEnv(component) };
  const format = '{{with .Module}}{{.Path}}\t{{.Version}}\t{{.Dir}}{{end}}';
  const { stdout } = await run('go', ['list', '-deps', '-f', format, ...component.packages], options);
  const { stdout: root } = await run('go', ['env', 'GOROOT'], options);
  const lines = [...new Set(stdout.split('\n'))].filter((line) => line !== '').sort();
  const modules = lines.map((line) => {
    const [path = '', version = '', directory = ''] = line.split('\t');
    return { path, version, directory };
  });
  // The component's own module has no version.
  return [
    ...modules.filter(({ version }) => version !== ''),
    { path: 'stdlib', version: `v${versions.go}`, directory: root.trim() },
  ];
}
