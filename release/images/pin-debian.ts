// Writes debian.sha256: for each Debian package of our images, the newest version that this machine's package sources
// offer for each architecture, and its digest. `node release/images/pin-debian.ts`
import { writeFile } from 'node:fs/promises';
import { run } from '../../support/run.ts';
import { print } from '../../support/output.ts';
import { allPackages, ARCHITECTURES, PINS, updatedLists } from './debian.ts';
import type { Architecture } from './debian.ts';

/** Lists the pins of all packages for an architecture, as lines of debian.sha256. */
async function pinsFor(architecture: Architecture): Promise<string[]> {
  const options = await updatedLists(architecture);
  const { stdout } = await run('apt-cache', [...options, 'show', '--no-all-versions', ...allPackages]);
  return stdout.trim().split('\n\n').map(pinFrom);
}

/** Returns the pin for a package's paragraph in apt's lists. apt writes a colon in a file's name as %3a. */
function pinFrom(paragraph: string): string {
  const field = (name: string): string => new RegExp(`^${name}: (\\S+)$`, 'm').exec(paragraph)?.[1] ?? '';
  const version = field('Version').replace(':', '%3a');
  return `${field('SHA256')}  ${field('Package')}_${version}_${field('Architecture')}.deb`;
}

const pins: string[] = [];
for (const architecture of ARCHITECTURES) pins.push(...(await pinsFor(architecture)));
const byFile = [...new Set(pins)].sort((a, b) => (a.slice(66) < b.slice(66) ? -1 : 1));
await writeFile(PINS, `${byFile.join('\n')}\n`);
print(`${byFile.length} packages are pinned in ${PINS}.`);
