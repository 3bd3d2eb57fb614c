// What a machine must be for a throwaway cluster, told before anything is built.
import { realpathSync } from 'node:fs';
import { totalmem } from 'node:os';
import { cacheDir, repoRoot } from '../../support/paths.ts';
import { UserError } from '../../support/errors.ts';
import { products } from '../products/index.ts';
import { covered } from './layout.ts';
import type { Layout } from './layout.ts';

/** Enough for the control plane (700 MB), one lab (300 MiB) and the page cache they need to be quick. */
const LEAST_MEMORY = 2 * 1024 ** 3;

export interface Machine {
  platform: string;
  uid: number | undefined;
  memory: number;
}

/** @throws UserError that says what to install instead, where no throwaway cluster can run. */
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

/** The cluster sees other directories in place of those in `covered`, so what it is run from must not be in them. */
export function checkPlaces(
  layout: Layout,
  places: readonly string[] = [layout.dir, cacheDir(), repoRoot, process.execPath],
): void {
  for (const place of places) {
    const real = realPath(place);
    const over = covered.find((directory) => real.startsWith(`${directory}/`));
    if (over === undefined) continue;
    throw new UserError(`The throwaway Kubernetes can not be run from below ${over}, which is hidden from it.`, {
      expected: `checkout, cache ($INTRO_OTEL_CACHE) and state ($INTRO_OTEL_STATE) outside ${covered.join(', ')}`,
      found: real,
      todo: 'Move it, or set the variable.',
    });
  }
}

/** Of a path that may not exist yet. */
function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
