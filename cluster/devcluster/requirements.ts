// Checks whether a throwaway cluster can run on this machine, before anything is built.
import { realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { cacheDir, repoRoot } from '../../support/paths.ts';
import { UserError } from '../../support/errors.ts';
import { products } from '../products/index.ts';
import { covered } from './layout.ts';
import type { Layout } from './layout.ts';

/** The required memory in bytes: the control plane (700 MB), one lab (300 MiB) and page cache. */
const LEAST_MEMORY = 2 * 1024 ** 3;

export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
  /** The machine's memory in bytes. */
  readonly memory: number;
}

/** Checks the operating system, the user and the memory. @throws UserError that says what to install instead */
export function checkMachine(
  machine: Machine = { platform: process.platform, uid: process.getuid?.(), memory: totalmem() },
): void {
  const refuse = (found: string, expected: string, first: string[]): never => {
    throw new UserError('The throwaway Kubernetes can not run on this machine.', {
      expected,
      found,
      todo: [...first, ...products.flatMap(({ setup }) => setup ?? [])],
    });
  };
  if (machine.platform !== 'linux') refuse(machine.platform, 'Linux, or a Kubernetes that kubectl knows', []);
  if (machine.uid !== 0)
    refuse(`user id ${machine.uid}`, 'root, or a Kubernetes that kubectl knows', ['Run it as root (sudo).']);
  if (machine.memory < LEAST_MEMORY)
    refuse(`${Math.round(machine.memory / 1024 ** 2)} MiB of memory`, `${LEAST_MEMORY / 1024 ** 2} MiB`, []);
}

/**
 * Checks that no path is in a directory of `covered`, because the cluster can't see files there.
 * @throws UserError if a path is in one of them
 */
export function checkPlaces(
  layout: Layout,
  places: readonly string[] = [layout.dir, cacheDir(), repoRoot, process.execPath],
): void {
  for (const place of places) {
    const real = realPath(place);
    const over = covered.find((directory) => real.startsWith(`${directory}/`));
    if (over === undefined) continue;
    throw new UserError(
      `The throwaway Kubernetes can't use files below ${over}, because it replaces this directory with its own.`,
      {
        expected: `checkout, cache ($INTRO_OTEL_CACHE) and state ($INTRO_OTEL_STATE) outside ${covered.join(', ')}`,
        found: real,
        todo: 'Move the checkout, or set the variable to another directory.',
      },
    );
  }
}

/** Returns the path of a file without symbolic links. The file need not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
