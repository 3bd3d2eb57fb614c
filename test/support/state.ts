// State of the clusters that tests start. It is separate from a learner's, and from that of tests in other checkouts.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';

/** Each has its own state: the tests, their runs of `npm run up`, and the benchmarks. */
export type Purpose = 'test' | 'test-up' | 'bench';

/** Sets the state directory for this process and all that it starts. */
export function useState(purpose: Purpose): void {
  process.env['INTRO_OTEL_STATE'] = directoryOf(purpose);
}

/** Removes the state. Call it when none of the clusters runs any more. */
export async function removeState(purpose: Purpose): Promise<void> {
  await rm(directoryOf(purpose), { recursive: true, force: true });
}

function directoryOf(purpose: Purpose): string {
  const checkout = createHash('sha256').update(repoRoot).digest('hex').slice(0, 8);
  return join(homedir(), '.local', 'state', `intro-otel-${purpose}-${checkout}`);
}
