// Stages the files of the lab's image: each program as one JavaScript file, the SDK as a file that loads only on
// demand, and the few packages that can't be bundled. `node cluster/image/build.ts [FOLDER]` prints the sizes.
import { cpSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { checksOf } from '../../course/engine/stage-steps.ts';
import { stageCourse } from './stage-course.ts';
import { loadLazily } from './lazy-exporters-plugin.ts';
import { buildPages } from '../../apps/guide/web/build.ts';
import { buildPortalPages } from '../../apps/portal/web/build.ts';
import { servicePrograms } from '../../lab/services.ts';
import { repoRoot } from '../../support/paths.ts';
import { print } from '../../support/output.ts';

const apps = join(repoRoot, 'apps');
const course = join(repoRoot, 'course');

/** The programs of the image: the name of the file in dist, and the source file. */
const programs: Readonly<Record<string, string>> = {
  ...servicePrograms(),
  telemetry: 'apps/telemetry/bootstrap.ts',
  strip: 'apps/dice/strip.ts',
  why: 'apps/guide/cli/why.ts',
  course: 'apps/guide/cli/course.ts',
  key: 'apps/key/main.ts',
  probe: 'apps/probe/main.ts',
  'isolation-probe': 'apps/isolation-probe/main.ts',
  operator: 'operator/main.ts',
  portal: 'apps/portal/main.ts',
};

/**
 * The packages that are not bundled. Instrumentation finds packages by name and path, and learners' code imports some
 * of them. instrumentation-http loads forwarded-parse in a way that a bundler can't follow.
 */
const packages = ['@opentelemetry/api', 'express', 'forwarded-parse', 'http-proxy-3', 'import-in-the-middle', 'pino'];

/** Packages that only learners' code imports, as the official guides do. That code is an ES module. */
const packagesForLearners = ['@opentelemetry/semantic-conventions'];

const common = {
  absWorkingDir: repoRoot, // the bundles have the paths of their sources in comments
  metafile: true,
  bundle: true,
  platform: 'node',
  target: 'node24',
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

/** Bundles the programs into `dist`. Code that several programs share becomes a separate file. */
async function buildPrograms(dist: string): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
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
  const inputs = Object.keys(metafile.inputs).map((path) => join(repoRoot, path));
  stageCourse(course, join(dist, 'course'), inputs);
  return metafile;
}

/** Bundles the exporters that few people use into a separate file. */
async function buildLazyExporters(dist: string): Promise<Metafile> {
  const { metafile } = await build({
    ...common,
    entryPoints: [join(apps, 'telemetry', 'lazy-exporters.ts')],
    outfile: join(dist, 'rare.cjs'),
    format: 'cjs',
    conditions: ['require'],
    external: ['@opentelemetry/api'],
  });
  return metafile;
}

/**
 * Copies the packages and their dependencies to `dist/node_modules`, without types, source maps and documents. @returns
 * the copied packages: the name of each, and the folder that it was copied from
 */
function stagePackages(dist: string): Map<string, string> {
  const staged = new Map<string, string>();
  [...packages, ...packagesForLearners].forEach((name) => stagePackage(name, join(apps, 'package.json'), staged));
  for (const [name, folder] of staged) {
    cpSync(folder, join(dist, 'node_modules', name), {
      recursive: true,
      filter: (source) =>
        isNeeded(relative(folder, source)) && !(packagesForLearners.includes(name) && source.endsWith('.cjs')),
    });
  }
  return staged;
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

/** Returns the folder in which Node finds a package for a file at `from`. */
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
  // These are the first versions of the learner's files. The operator renders labs from them.
  for (const name of ['app.ts', 'app.manual.ts', 'settings.env', 'collector.yaml'])
    cpSync(join(apps, 'dice', name), join(dist, 'dice', name));
  writeFileSync(join(dist, 'package.json'), '{ "type": "module" }\n');
}

/** What the apps consist of, besides our own sources. */
export interface BuiltApps {
  /** The packages that are not bundled: the name of each, and the folder that it was copied from. */
  readonly staged: ReadonlyMap<string, string>;
  /** What esbuild put into each bundle, with paths relative to the root of the checkout. */
  readonly metafiles: readonly Metafile[];
}

/**
 * Builds everything next to `dist` and moves it there at the end, so that a failed or parallel build leaves no
 * incomplete `dist`.
 */
export async function buildApps(dist: string): Promise<BuiltApps> {
  const fresh = `${dist}.${process.pid}`;
  try {
    mkdirSync(fresh, { recursive: true });
    const staged = stagePackages(fresh);
    stageFiles(fresh);
    const metafiles = await Promise.all([
      buildPrograms(fresh),
      buildLazyExporters(fresh),
      buildPages(join(fresh, 'public')),
      buildPortalPages(join(fresh, 'portal-public')),
    ]);
    rmSync(dist, { recursive: true, force: true });
    renameSync(fresh, dist);
    return { staged, metafiles };
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
  const { staged } = await buildApps(dist);
  const names = [...staged.keys()].sort();
  const kilobytes = (path: string) => `${Math.ceil(sizeOf(path) / 1024)} kB`;
  for (const name of readdirSync(dist).sort()) print(`${kilobytes(join(dist, name)).padStart(9)}  ${name}`);
  print(`${kilobytes(dist).padStart(9)}  in all, with ${names.length} packages: ${names.join(', ')}`);
}
