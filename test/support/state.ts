// Separates the state of the tests' clusters from a learner's clusters and from tests in other checkouts.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';

/**
 * The purposes, each with its own state directory: the tests, the runs of `npm run up` by tests, and the benchmarks.
 */
export type Purpose = 'test' | 'test-up' | 'bench';

/** Sets the state directory for this process and its child processes. */
export function useState(purpose: Purpose): void {
  process.env['INTRO_OTEL_STATE'] = directoryOf(purpose);
}

/** Removes the state directory. Call it only after all clusters of this purpose are stopped. */
export async function removeState(purpose: Purpose): Promise<void> {
  await rm(directoryOf(purpose), { recursive: true, force: true });
}

function directoryOf(purpose: Purpose): string {
  const checkout = createHash('sha256').update(repoRoot).digest('hex').slice(0, 8);
  return join(homedir(), '.local', 'state', `intro-otel-${purpose}-${checkout}`);
}
