// Stages all that our image holds: each component, and the operator, as one JavaScript file, the SDK bundled into a chunk that
// only loads when it is wanted, and the few packages that must stay packages. `node cluster/image/build.ts [FOLDER]` prints what it made.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions } from 'esbuild';
import { checksOf } from '../../course/engine/stage-steps.ts';
import { stageCourse } from './stage-course.ts';
import { loadLazily } from './lazy-exporters-plugin.ts';
import { buildPages } from '../../apps/guide/web/build.ts';
import { servicePrograms } from '../../lab/services.ts';
import { repoRoot } from '../../support/paths.ts';
import { printLine } from '../../support/console.ts';

const apps = join(repoRoot, 'apps');
const course = join(repoRoot, 'course');

/** Programs of the image: name of the file in dist, and its source. */
const programs: Readonly<Record<string, string>> = {
  ...servicePrograms(),
  telemetry: 'apps/telemetry/bootstrap.ts',
  strip: 'apps/dice/strip.ts',
  why: 'apps/guide/cli/why.ts',
  course: 'apps/guide/cli/course.ts',
  key: 'apps/key/main.ts',
  probe: 'apps/probe/main.ts',
  reach: 'apps/isolation-probe/main.ts',
  operator: 'operator/main.ts',
};

/**
 * Not bundled: instrumentation finds a package by its name and place, a learner's code imports some of these, and
 * forwarded-parse is required by instrumentation-http in a way that a bundler can't follow.
 */
const packages = ['@opentelemetry/api', 'express', 'forwarded-parse', 'http-proxy-3', 'import-in-the-middle', 'pino'];

const common = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** Bundles the programs into `dist`; what two of them share becomes a chunk, so it is loaded once. */
async function buildPrograms(dist: string): Promise<void> {
  const { metafile } = await build({
    ...common,
    metafile: true,
    entryPoints: [
      ...Object.entries(programs).map(([out, source]) => ({ out, in: join(repoRoot, source) })),
      ...checksOf(join(course, 'steps')),
    ],
    outdir: dist,
    format: 'esm',
    splitting: true,
    external: packages.flatMap((name) => [name, `${name}/*`]),
    plugins: [loadLazily],
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
  });
  stageCourse(course, join(dist, 'course'), Object.keys(metafile.inputs));
}

/** A bundle of its own for what hardly anybody asks for. */
async function buildLazyExporters(dist: string): Promise<void> {
  await build({
    ...common,
    entryPoints: [join(apps, 'telemetry', 'lazy-exporters.ts')],
    outfile: join(dist, 'rare.cjs'),
    format: 'cjs',
    conditions: ['require'],
    external: ['@opentelemetry/api'],
  });
}

/** Copies the packages and all that they need, without types, maps and documents, under `dist/node_modules`. */
function stagePackages(dist: string): string[] {
  const staged = new Map<string, string>();
  packages.forEach((name) => stagePackage(name, join(apps, 'package.json'), staged));
  for (const [name, folder] of staged) {
    cpSync(folder, join(dist, 'node_modules', name), {
      recursive: true,
      filter: (source) => isNeeded(relative(folder, source)),
    });
  }
  return [...staged.keys()].sort();
}

function stagePackage(name: string, from: string, staged: Map<string, string>): void {
  const folder = packageFolder(name, from);
  const known = staged.get(name);
  if (known === folder) return;
  if (known) throw new Error(`two versions of ${name} are needed, expected one: ${known} and ${folder}`);
  staged.set(name, folder);
  const { dependencies = {} } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies?: Record<string, string>;
  };
  Object.keys(dependencies).forEach((dependency) => stagePackage(dependency, join(folder, 'package.json'), staged));
}

/** Where Node finds the package when a file at `from` asks for it. */
function packageFolder(name: string, from: string): string {
  for (let folder = dirname(from); folder !== dirname(folder); folder = dirname(folder)) {
    const candidate = join(folder, 'node_modules', name);
    if (statSync(join(candidate, 'package.json'), { throwIfNoEntry: false })) return candidate;
  }
  throw new Error(`expected the package ${name}, needed by ${from}, to be installed: run npm ci`);
}

function isNeeded(path: string): boolean {
  if (/(^|\/)(node_modules|test|tests|docs|benchmarks?|examples?|\.github)(\/|$)/.test(path)) return false;
  return !/\.(d\.[cm]?ts|ts|map|md|markdown|yml|tgz)$/i.test(path);
}

function stageFiles(dist: string): void {
  // What is the learner's own, as it is to begin with: the operator renders labs from these.
  for (const name of ['app.ts', 'app.manual.ts', 'settings.env', 'collector.yaml'])
    cpSync(join(apps, 'dice', name), join(dist, 'dice', name));
  writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');
}

/**
 * Builds everything anew, beside `dist`, and puts it there when it is whole: a build that fails, or two at once, leave
 * no half of one. @returns the names of the packages that were staged with it
 */
export async function buildApps(dist: string): Promise<string[]> {
  const fresh = `${dist}.${process.pid}`;
  try {
    mkdirSync(fresh, { recursive: true });
    const staged = stagePackages(fresh);
    stageFiles(fresh);
    await Promise.all([buildPrograms(fresh), buildLazyExporters(fresh), buildPages(join(fresh, 'public'))]);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return staged;
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}

function sizeOf(path: string): number {
  const stat = statSync(path);
  if (!stat.isDirectory()) return stat.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}

if (import.meta.main) {
  const dist = resolve(process.argv[2] ?? join(apps, 'dist'));
  const staged = await buildApps(dist);
  const kilobytes = (path: string) => `${Math.ceil(sizeOf(path) / 1024)} kB`;
  for (const name of readdirSync(dist).sort()) printLine(`${kilobytes(join(dist, name)).padStart(9)}  ${name}`);
  printLine(`${kilobytes(dist).padStart(9)}  in all, with ${staged.length} packages: ${staged.join(', ')}`);
}
