// Takes kubectl for any architecture from its Go module, which cluster/components/kubectl pins. Go compiles for every
// processor on every machine, and the same module gives the same bytes.
import { readdirSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { ensureBuilt, goModules } from '../../cluster/components/build.ts';
import type { GoModule } from '../../cluster/components/build.ts';
import { componentDir, components } from '../../cluster/components/catalog.ts';
import type { Progress } from '../../support/progress.ts';
import type { Architecture } from './debian.ts';
import type { Package } from './sbom.ts';

/** The directory in the image with the licenses of kubectl and of all modules in it. */
const LICENSES = '/usr/share/doc/kubectl';

/** Copies kubectl and its licenses below `root`, as they are in the image. @returns the modules in kubectl */
export async function copyKubectl(root: string, architecture: Architecture, report: Progress): Promise<Package[]> {
  const component = { ...components.kubectl, architecture };
  await ensureBuilt([component], report);
  await copyTo(join(componentDir(component), 'kubectl'), join(root, 'usr', 'local', 'bin'), 'kubectl');
  const packages: Package[] = [];
  for (const module of await goModules(component)) packages.push(await copyLicenses(module, root));
  return packages;
}

async function copyTo(from: string, folder: string, name: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await copyFile(from, join(folder, name));
}

/** @throws Error if a module has no license */
async function copyLicenses(module: GoModule, root: string): Promise<Package> {
  const { path, directory } = module;
  const names = readdirSync(directory).filter((name) => /^(licen[cs]e|copying|notice)/i.test(name));
  if (!names.some((name) => /^(licen[cs]e|copying)/i.test(name)))
    throw new Error(`expected a license in ${directory}, the Go module ${path}, found none`);
  for (const name of names) await copyTo(join(directory, name), join(root, LICENSES, path), name);
  return packageOf(module, names);
}

/** Returns what an SBOM says about a module. No program can read all licenses, so it says where they are. */
const packageOf = ({ path, version }: GoModule, licenses: readonly string[]): Package => ({
  type: 'library',
  name: path,
  version,
  purl: `pkg:golang/${path.toLowerCase()}@${encodeURIComponent(version)}`,
  licenses: licenses.map((name) => ({ license: { name: `see ${posix.join(LICENSES, path, name)}` } })),
  integrity: undefined,
});
