// Bundles the worker of the language service: TypeScript and the type declarations of the image's packages, as one file
// with a hash in its name. Runs when the pages are built.
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';
import { cacheDir, repoRoot } from '../../../../../support/paths.ts';
import { collectDeclarations } from './declarations.ts';
import type { Declarations } from './declarations.ts';

export interface BuiltWorker {
  /** Name of the file, such as `language-worker-ABCD1234.js`. */
  readonly name: string;
  /** The file, compressed with gzip. */
  readonly gzipped: Uint8Array;
  readonly metafile: Metafile;
}

/** Puts the declarations into the worker. */
const withDeclarations = (declarations: Declarations): Plugin => ({
  name: 'declarations',
  setup(bundler) {
    const contents = `export const bundled = ${JSON.stringify(declarations)};`;
    bundler.onLoad({ filter: /language[/\\]bundled\.ts$/ }, () => ({ contents, loader: 'js' }));
  },
});

/** Bundles the worker, which takes seconds, or returns the same worker from the cache. */
export async function buildWorker(options: BuildOptions): Promise<BuiltWorker> {
  const key = keyOf(options);
  return fromCache(key) ?? toCache(key, await bundle(options));
}

async function bundle(options: BuildOptions): Promise<BuiltWorker> {
  const declarations = collectDeclarations(repoRoot);
  const { metafile, outputFiles } = await build({
    ...options,
    absWorkingDir: repoRoot,
    entryPoints: [join(import.meta.dirname, '..', '..', 'language-worker.ts')],
    entryNames: '[name]-[hash]',
    outdir: repoRoot,
    plugins: [withDeclarations(declarations)],
    metafile: true,
    write: false,
  });
  const [file] = outputFiles;
  if (!file) throw new Error('expected esbuild to bundle the language worker, found no file');
  const gzipped = gzipSync(file.contents, { level: 9 });
  return { name: basename(file.path), gzipped, metafile: naming(declarations, metafile) };
}

/** Names the files of the declarations in the metafile, by which a release lists its packages and licenses. */
function naming(declarations: Declarations, metafile: Metafile): Metafile {
  const inputs = Object.fromEntries(
    Object.entries(declarations).map(([path, { length }]) => [
      path.replace(/^\/lib\//, '/node_modules/typescript/lib/').slice(1),
      { bytesInOutput: length },
    ]),
  );
  const outputs = Object.entries(metafile.outputs).map(([name, output]) => [
    name,
    { ...output, inputs: { ...inputs, ...output.inputs } },
  ]);
  return { ...metafile, outputs: Object.fromEntries(outputs) as Metafile['outputs'] };
}

/** Everything that the worker is made from: our sources, and the installed packages by their lock file. */
function keyOf(options: BuildOptions): string {
  const sources = [
    join(repoRoot, 'package-lock.json'),
    join(import.meta.dirname, '..', '..', 'language-worker.ts'),
    ...readdirSync(import.meta.dirname)
      .sort()
      .map((name) => join(import.meta.dirname, name)),
  ];
  const hash = createHash('sha256').update(JSON.stringify(options)).update(process.version);
  for (const path of sources) hash.update(readFileSync(path));
  return hash.digest('hex').slice(0, 32);
}

const pathOf = (key: string): string => cacheDir('language-worker', key);

function fromCache(key: string): BuiltWorker | undefined {
  try {
    const { name, metafile } = JSON.parse(readFileSync(join(pathOf(key), 'worker.json'), 'utf8')) as BuiltWorker;
    return { name, metafile, gzipped: readFileSync(join(pathOf(key), 'worker.js.gz')) };
  } catch {
    return undefined;
  }
}

function toCache(key: string, worker: BuiltWorker): BuiltWorker {
  const { name, metafile, gzipped } = worker;
  const fresh = `${pathOf(key)}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'worker.js.gz'), gzipped);
  writeFileSync(join(fresh, 'worker.json'), JSON.stringify({ name, metafile }));
  try {
    renameSync(fresh, pathOf(key));
  } catch {
    // Another build has written the same.
  }
  return worker;
}
