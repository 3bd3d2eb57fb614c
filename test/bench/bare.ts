// Measures the bare client, in a process of its own inside the cluster's network as the operator is.
import { join } from 'node:path';
import { KINDS } from '../../operator/engine/kinds.ts';
import { insideKubeconfig } from '../../cluster/throwaway/index.ts';
import { apiGet, testCluster, textOf } from '../support/cluster.ts';
import { startInside } from '../support/inside.ts';
import { ofWorkshop } from '../support/seat-objects.ts';
import { collection } from '../support/watch.ts';
import { allGone, deploymentsAvailable, watchStanding } from './standing.ts';

/** Seconds since the first request, or since the Workshop was applied. */
export interface Measured {
  objects: number;
  /** Until every object stood. */
  stood: number;
  /** Until all was ready. */
  ready: number;
}

const WORKSHOP = 'bare';
/** More are no quicker on two cores. */
const CONNECTIONS = 32;

/** Makes the objects of so many seats, and removes them when they have been measured. */
export async function measureBare(seats: number): Promise<Measured> {
  const standing = await watchStanding(WORKSHOP, seats);
  const begun = Promise.withResolvers<number>();
  const command = [process.execPath, join(import.meta.dirname, 'bare-client.ts'), WORKSHOP, String(seats), String(CONNECTIONS)];
  const env = { KUBECONFIG: insideKubeconfig(testCluster().name) };
  const client = await startInside('bare-client', command, { env, onOutput: () => begun.resolve(performance.now()) });
  const ended = client.ended.then((how) => {
    if (how !== 'exit code 0') throw new Error(`the bare client ended: ${how}; its log is in test/artefacts`);
  });
  const [began] = await Promise.all([Promise.race([begun.promise, ended.then(() => begun.promise)]), ended]);
  const stood = await standing.complete();
  const ready = await deploymentsAvailable(WORKSHOP, seats);
  standing.stop();
  await remove();
  return { objects: standing.objects, stood: (stood - began) / 1000, ready: (ready - began) / 1000 };
}

async function remove(): Promise<void> {
  const path = collection(KINDS.Namespace);
  const { items } = await apiGet<{ items: { metadata: { name: string } }[] }>(`${path}?labelSelector=${encodeURIComponent(ofWorkshop(WORKSHOP))}`);
  for (const { metadata } of items) await textOf(await fetch(`${testCluster().api}${path}/${metadata.name}`, { method: 'DELETE' }));
  await allGone(WORKSHOP);
}
