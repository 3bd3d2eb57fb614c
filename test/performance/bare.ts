// Measures the bare client, in a process of its own inside the cluster's network, where the operator runs too.
import { join } from 'node:path';
import { insideKubeconfig } from '../../cluster/devcluster/index.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { startInCluster } from '../support/cluster/in-cluster-network.ts';
import { deploymentsAvailable, standing } from './standing.ts';

/** Seconds since the first request, or since the Workshop was applied. */
export interface BareFigures {
  objects: number;
  /** Until every object existed. */
  stood: number;
  /** Until everything was ready. */
  ready: number;
}

const WORKSHOP = 'bare';
/** More are no faster on two cores. */
const CONNECTIONS = 32;

/** Makes the objects of `seats` seats. */
export async function measureBare(seats: number): Promise<BareFigures> {
  const begun = Promise.withResolvers<number>();
  const command = [
    process.execPath,
    join(import.meta.dirname, 'bare-client.ts'),
    WORKSHOP,
    String(seats),
    String(CONNECTIONS),
  ];
  const env = { KUBECONFIG: insideKubeconfig(testCluster().name) };
  const client = await startInCluster('bare-client', command, {
    env,
    first: true,
    onOutput: () => begun.resolve(performance.now()),
  });
  const ended = client.ended.then((how) => {
    if (how !== 'exit code 0') throw new Error(`the bare client ended: ${how}; its log is in test/artefacts`);
  });
  const [began] = await Promise.all([Promise.race([begun.promise, ended.then(() => begun.promise)]), ended]);
  const ready = await deploymentsAvailable(WORKSHOP, seats);
  const { objects, last } = await standing(WORKSHOP, seats);
  return { objects, stood: (last - began) / 1000, ready: (ready - began) / 1000 };
}
