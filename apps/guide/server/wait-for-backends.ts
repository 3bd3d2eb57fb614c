// Delays the start of the guide until the lab's apps and backends answer. Kubernetes can call a pod ready before each
// node knows the new routes to its Service. Thanks to the delay, a round works as soon as `helm install --wait` ends.
import { setTimeout as sleep } from 'node:timers/promises';
import { statusOf } from './status.ts';
import type { Target } from './status.ts';

const pause = 100; // ms

/**
 * Waits until every app and backend accepts connections, for at most `patience` milliseconds. The guide must start even
 * if a part of the lab is broken, because it helps to find the cause.
 * @returns the names of the parts that do not answer
 */
export async function waitForBackends(parts: readonly Target[], patience: number): Promise<string[]> {
  const deadline = Date.now() + patience;
  for (;;) {
    const missing = (await statusOf(parts)).filter(({ answers }) => !answers).map(({ name }) => name);
    if (missing.length === 0 || Date.now() >= deadline) return missing;
    await sleep(pause);
  }
}
