// Reads the commands in the README's section about installing a release, so that the tests run what a user copies.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { versions } from '../../lab/versions.ts';
import { repoRoot } from '../../support/paths.ts';

const [, SECTION = ''] =
  /^## Install a release\n([^]*?)^## /m.exec(readFileSync(join(repoRoot, 'README.md'), 'utf8')) ?? [];

/**
 * Returns the one code block with these words, for a registry on loopback: helm 4 needs to be told that it has no TLS.
 * @throws Error if no block or several blocks have the words
 */
export function commandsWith(words: string, host: string, path: string): string {
  const blocks = [...SECTION.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, block = '']) => block);
  const [block, ...more] = blocks.filter((text) => text.includes(words));
  if (block === undefined || more.length > 0)
    throw new Error(`Expected one block of commands with "${words}" in the README.`);
  return block
    .replaceAll('VERSION', versions.lab)
    .replaceAll('HOST', host)
    .replaceAll('PATH', path)
    .replaceAll(/^helm (install|upgrade) /gm, 'helm $1 --plain-http ');
}
