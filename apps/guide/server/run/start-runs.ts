// Sets up Runs when the guide starts.
import { setTimeout as delay } from 'node:timers/promises';
import { RUN } from '../../../../lab/names.ts';
import type { Environment } from '../lab/environment.ts';
import { publicPemOf, runKeyOf } from './run-key.ts';

/** Milliseconds between two attempts to write the public key. */
const PAUSE = 2_000;
const ATTEMPTS = 30;

/**
 * Writes the public key to the ConfigMap where dice finds it. Without it, each Run replaces the pod. Then it finishes a
 * Run that a guide before has begun.
 */
export async function startRuns({ kube, release, signer, files }: Environment): Promise<void> {
  if (!kube || !signer) return;
  const [name, pem] = [`${release}-progress`, publicPemOf(runKeyOf(Buffer.from(signer.key)))];
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    try {
      const { data = {} } = await kube.configMap(name);
      if (data[RUN.publicKey] !== pem) await kube.patchConfigMap(name, { [RUN.publicKey]: pem });
      return await files?.resume();
    } catch {
      await delay(PAUSE, undefined, { ref: false });
    }
  }
}
