// Where the tests keep the state of what they start: apart from a learner's, and from that of another checkout's tests.
import { createHash } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { repoRoot } from '../../cluster/support/paths.ts';

const checkout = createHash('sha256').update(repoRoot).digest('hex').slice(0, 8);
const directory = join(homedir(), '.local', 'state', `intro-otel-test-${checkout}`);

/** Within it, what the tests of `npm run up` have for themselves. */
export const STATE_OF_UP = 'up';

/** From here on, this process and all it starts take this for their state directory. */
export function useTestState(...segments: string[]): void {
  process.env['INTRO_OTEL_STATE'] = join(directory, ...segments);
}

/** To be called when nothing runs any more. */
export async function removeTestState(): Promise<void> {
  await rm(directory, { recursive: true, force: true });
}
