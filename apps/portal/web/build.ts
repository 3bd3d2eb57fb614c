// Bundles the files that the portal's pages load. `node apps/portal/web/build.ts FOLDER` writes the bundle to FOLDER.
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Metafile } from 'esbuild';
import { forBrowsers } from '../../guide/web/build.ts';

const here = import.meta.dirname;
const root = join(here, '..', '..', '..');

/** Writes all files that the portal serves under /assets to `folder`. @returns what the bundle consists of */
export async function buildPortalPages(folder: string): Promise<Metafile> {
  cpSync(join(root, 'apps', 'guide', 'web', 'public'), folder, { recursive: true });
  const { metafile } = await build({
    absWorkingDir: root,
    metafile: true,
    entryPoints: [
      { out: 'portal', in: join(here, 'portal.ts') },
      { out: 'portal', in: join(here, 'portal.css') },
    ],
    outdir: folder,
    ...forBrowsers,
  });
  return metafile;
}

if (import.meta.main) await buildPortalPages(process.argv[2] ?? join(root, 'apps', 'dist', 'portal-public'));
