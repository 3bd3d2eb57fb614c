// Bundles the files of all pages once, before the first browser test. The bundlers run in processes of their own,
// because esbuild fails inside jest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../../support/paths.ts';

const VARIABLE = 'PAGE_FILES';

/** Bundles the files. jest calls it, and its workers inherit the variable. The folder goes when jest ends. */
export default function bundlePages(): void {
  const folder = mkdtempSync(join(tmpdir(), 'intro-otel-pages-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  for (const program of ['guide', 'portal']) bundle(program, folder);
  process.env[VARIABLE] = folder;
}

/** Returns the folder with the files that the pages load. */
export function pageFiles(): string {
  const folder = process.env[VARIABLE];
  if (folder === undefined) throw new Error(`expected ${VARIABLE} from the set-up of the browser tests, found none`);
  return folder;
}

function bundle(program: string, folder: string): void {
  const build = join(repoRoot, 'apps', program, 'web', 'build.ts');
  const env = { ...process.env, NODE_OPTIONS: '' };
  const { status, stderr } = spawnSync(process.execPath, [build, folder], { encoding: 'utf8', env });
  if (status !== 0) throw new Error(`expected the pages of ${program} to be bundled, found: ${stderr}`);
}
