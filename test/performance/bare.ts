// Measures the client of bare-client.ts, which applies the objects of seats without the operator. The client runs in a
// process of its own inside the cluster's network, as the operator does.
import { join } from 'node:path';
import { insideKubeconfig } from '../../cluster/devcluster/index.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { startInCluster } from '../support/cluster/in-cluster-network.ts';
import { deploymentsAvailable, standing } from './standing.ts';

/** The results of one measurement, in seconds since the client's first request. */
export interface BareFigures {
  objects: number;
  /** The time until every object existed. */
  stood: number;
  /** The time until every Deployment was available. */
  ready: number;
}

const WORKSHOP = 'bare';
/** The number of connections. On two cores, more connections are no faster. */
const CONNECTIONS = 32;

/** Runs the bare client for `seats` seats. Measures when all objects exist, and when all Deployments are available. */
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
