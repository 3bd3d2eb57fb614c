// Where the tests keep the state of what they start: apart from a learner's, and from that of another checkout's tests.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';

/** Who has a state of its own: the tests, those of `npm run up` among them, and the benchmarks. */
export type Purpose = 'test' | 'test-up' | 'bench';

/** From here on, this process and all it starts keep their state there. */
export function useState(purpose: Purpose): void {
  process.env['INTRO_OTEL_STATE'] = directoryOf(purpose);
}

/** To be called when nothing of it runs any more. */
export async function removeState(purpose: Purpose): Promise<void> {
  await rm(directoryOf(purpose), { recursive: true, force: true });
}

function directoryOf(purpose: Purpose): string {
  const checkout = createHash('sha256').update(repoRoot).digest('hex').slice(0, 8);
  return join(homedir(), '.local', 'state', `intro-otel-${purpose}-${checkout}`);
}
