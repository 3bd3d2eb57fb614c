// When the front door opens: Kubernetes calls a pod ready before every node's Service rules know it, and `helm install
// --wait` should end when a round can be played, not a second earlier.
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from './status.ts';

const pause = 100; // ms

/**
 * Waits until every part takes connections, for at most `patience` milliseconds: a lab with a part that is broken must
 * have its front door all the same, and only a start waits, so that nothing that fails later closes it.
 * @returns the names of the parts that don't answer yet
 */
export async function waitForBackends(parts: { name: string; url: string }[], patience: number): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const missing = (await statusOf(parts)).filter(({ answers }) => !answers).map(({ name }) => name);
    if (missing.length === 0 || Date.now() >= deadline) return missing;
    await sleep(pause);
  }
}
