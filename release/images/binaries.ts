// Checks that an image has programs for its own processor only, and every library that they need.
import { readFileSync } from 'node:fs';
import { posix } from 'node:path';
import type { Entry } from '../../cluster/components/oci.ts';
import { UserError } from '../../support/errors.ts';
import type { Architecture } from './debian.ts';
import { MACHINES, readElf } from './elf.ts';
import type { ElfFile } from './elf.ts';

interface Binary extends ElfFile {
  readonly path: string;
}

/**
 * Checks the programs and libraries of an image.
 * @returns how many there are
 * @throws UserError if one is for another processor, or needs a library that the image doesn't have
 */
export function checkBinaries(entries: readonly Entry[], architecture: Architecture): number {
  const binaries = entries.flatMap(binaryOf);
  const names = new Set(entries.map(({ path }) => posix.basename(path)));
  const problems = binaries.flatMap((binary) => problemsOf(binary, architecture, names));
  if (problems.length === 0) return binaries.length;
  throw new UserError(`The ${architecture} image has programs that can't run.`, {
    expected: `programs for the ELF machine ${hex(MACHINES[architecture])}, and all libraries that they need`,
    found: problems.join('\n'),
    todo: 'Check where these files come from, and add the package of a missing library to release/images/debian.ts.',
  });
}

function binaryOf({ path, from }: Entry): Binary[] {
  if (from === undefined || 'link' in from) return [];
  const elf = readElf('content' in from ? Buffer.from(from.content) : readFileSync(from.source));
  return elf === undefined ? [] : [{ ...elf, path }];
}

function problemsOf(binary: Binary, architecture: Architecture, names: ReadonlySet<string>): string[] {
  const { path, machine, needed } = binary;
  if (machine !== MACHINES[architecture]) return [`${path} is for the ELF machine ${hex(machine)}`];
  return needed.filter((name) => !names.has(name)).map((name) => `${path} needs ${name}, which is missing`);
}

function hex(machine: number): string {
  return `0x${machine.toString(16).padStart(2, '0')}`;
}
