// Bundles the files that the pages of the portal and the board load. `node apps/portal/web/build.ts FOLDER` writes
// the bundle to FOLDER.
import { cpSync } from 'node:fs';
import { join, parse } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { forBrowsers } from '../../guide/web/build.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..', '..');

const entries = [
  ...['portal.ts', 'portal.css', 'board.ts', 'board.css', 'screen.ts'],
  join('..', '..', 'guide', 'web', 'stream-worker.ts'),
];

/** Writes all files that the portal serves under /assets to `folder`. @returns what the bundle consists of */
export async function buildPortalPages(folder: string): Promise<Metafile> {
  cpSync(join(root, 'apps', 'guide', 'web', 'public'), folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: entries.map((file) => ({ out: parse(file).name, in: join(here, file) })),
    outdir: folder,
    ...forBrowsers,
  });
  return metafile;
}

if (import.meta.main) await buildPortalPages(process.argv[2] ?? join(root, 'apps', 'dist', 'portal-public'));
