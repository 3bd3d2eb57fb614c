// The source code of another release of the operator: this checkout under another version. The version is a label of
// every object, so this release renders another lab from the same values.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { versions } from '../../../lab/versions.ts';
import { repoRoot } from '../../../support/paths.ts';

/** The version of the other release. */
export const OTHER_VERSION = '99.0.0';
/** The folders that the operator needs. */
const FOLDERS = ['apps', 'cdk8s', 'course', 'kubernetes', 'lab', 'operator', 'otlp', 'support'];

export interface OtherRelease {
  /** The path of the copy of the checkout. */
  readonly root: string;
  remove(): Promise<void>;
}

/** Copies the operator's source code to a temporary directory, and changes the version there. */
export async function makeOtherRelease(): Promise<OtherRelease> {
  const root = await mkdtemp(join(tmpdir(), 'other-release-'));
  const isOurs = (path: string): boolean => !relative(repoRoot, path).split('/').includes('node_modules');
  for (const folder of FOLDERS)
    await cp(join(repoRoot, folder), join(root, folder), { recursive: true, filter: isOurs });
  await cp(join(repoRoot, 'package.json'), join(root, 'package.json'));
  await symlink(join(repoRoot, 'node_modules'), join(root, 'node_modules'));
  const file = join(root, 'lab', 'versions.ts');
  await writeFile(file, (await readFile(file, 'utf8')).replaceAll(`'${versions.lab}'`, `'${OTHER_VERSION}'`));
  return { root, remove: () => rm(root, { recursive: true }) };
}
