// Bundles the files that the guide's pages load: one style sheet, and one module for each page that has a script.
// CodeMirror and xterm.js go into modules of their own, so that they load later. `node apps/guide/web/build.ts
// FOLDER` writes the bundle to FOLDER.
import { cpSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import type { BuildOptions, Metafile } from 'esbuild';
import { buildWorker } from './editor/language/build-worker.ts';
import { strictStyles } from './terminal/strict-styles.ts';

const here = import.meta.dirname;

/** How every bundle for browsers is made, here and for the portal. */
export const forBrowsers = {
  bundle: true,
  format: 'esm',
  platform: 'browser',
  target: ['chrome123', 'firefox120', 'safari17.5'],
  minify: true,
  legalComments: 'none',
  logLevel: 'warning',
} satisfies BuildOptions;

const scripts = {
  guide: 'course.ts',
  explore: 'explore.ts',
  'explore-worker': 'explore-worker.ts',
  'stream-worker': 'stream-worker.ts',
  lab: 'lab.ts',
  class: 'class.ts',
  visit: 'visit.ts',
  why: 'why.ts',
};

const styles = {
  style: join('style', 'main.css'),
  'class-bar': join('style', 'class.css'),
  'look-in': join('style', 'look-in.css'),
};

/** Writes all files that the guide serves under /assets to `folder`. @returns what the bundle consists of */
export async function buildPages(folder: string): Promise<Metafile> {
  cpSync(join(here, 'public'), folder, { recursive: true });
  const entries = { ...scripts, ...styles };
  const worker = await buildWorker(forBrowsers);
  writeFileSync(join(folder, `${worker.name}.gz`), worker.gzipped);
  const { metafile } = await build({
    absWorkingDir: join(here, '..', '..', '..'),
    metafile: true,
    entryPoints: Object.entries(entries).map(([out, source]) => ({ out, in: join(here, source) })),
    outdir: folder,
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    plugins: [strictStyles],
    define: { LANGUAGE_WORKER: JSON.stringify(worker.name) },
    ...forBrowsers,
  });
  return {
    inputs: { ...metafile.inputs, ...worker.metafile.inputs },
    outputs: { ...metafile.outputs, ...worker.metafile.outputs },
  };
}

if (import.meta.main) await buildPages(resolve(process.argv[2] ?? join(here, '..', '..', 'dist', 'public')));
