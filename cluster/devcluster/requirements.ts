// Checks whether a throwaway cluster can run on this machine, before anything is built.
import { realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { cacheDir, repoRoot } from '../../support/paths.ts';
import { UserError } from '../../support/errors.ts';
import { products } from '../products/index.ts';
import { covered } from './layout.ts';
import type { Layout } from './layout.ts';

/** Bytes for the control plane (700 MB), one lab (300 MiB) and page cache to keep them fast. */
const LEAST_MEMORY = 2 * 1024 ** 3;

export interface Machine {
  readonly platform: string;
  readonly uid: number | undefined;
  /** Bytes. */
  readonly memory: number;
}

/** Checks the machine. @throws UserError that says what to install instead */
export function checkMachine(
  machine: Machine = { platform: process.platform, uid: process.getuid?.(), memory: totalmem() },
): void {
  const refuse = (found: string, expected: string, first: string[]): never => {
    throw new UserError('The throwaway Kubernetes can not run here.', {
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
 * Checks that the cluster's files are not in a directory of `covered`, which the cluster can't see.
 * @throws UserError
 */
export function checkPlaces(
  layout: Layout,
  places: readonly string[] = [layout.dir, cacheDir(), repoRoot, process.execPath],
): void {
  for (const place of places) {
    const real = realPath(place);
    const over = covered.find((directory) => real.startsWith(`${directory}/`));
    if (over === undefined) continue;
    throw new UserError(`The throwaway Kubernetes can not run from below ${over}, since it can't see that directory.`, {
      expected: `checkout, cache ($INTRO_OTEL_CACHE) and state ($INTRO_OTEL_STATE) outside ${covered.join(', ')}`,
      found: real,
      todo: 'Move it, or set the variable.',
    });
  }
}

/** The real path of a file that may not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
