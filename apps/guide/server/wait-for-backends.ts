// Delays the start until the lab answers. Kubernetes calls a pod ready before every node has its Service rules. A round
// should work once `helm install --wait` ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from './status.ts';
import type { Target } from './status.ts';

const pause = 100; // ms

/**
 * Waits until every part takes connections, for at most `patience` milliseconds. A lab with a broken part still needs
 * its guide, and a part that fails later must not close it.
 * @returns the names of the parts that don't answer
 */
export async function waitForBackends(parts: readonly Target[], patience: number): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const missing = (await statusOf(parts)).filter(({ answers }) => !answers).map(({ name }) => name);
    if (missing.length === 0 || Date.now() >= deadline) return missing;
    await sleep(pause);
  }
}
