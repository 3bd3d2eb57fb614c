// 200 seats on simulated nodes: the operator against a bare client that applies the same objects, and against `helm install`.
// All in the same run on the same cluster, one after the other, each gone before the next begins.
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { insideKubeconfig } from '../../cluster/throwaway/index.ts';
import { RELEASE } from '../../operator/api/types.ts';
import { artefacts } from '../support/artefacts.ts';
import { kubectl, testCluster, tool } from '../support/cluster.ts';
import { startInside } from '../support/inside.ts';
import { simulateNodes } from '../support/kwok.ts';
import { chart } from '../support/lab.ts';
import { installOperator, residentSet, someoneLeads } from '../support/operator.ts';
import type { Operators } from '../support/operator.ts';
import { measureBare } from './bare.ts';
import type { Measured } from './bare.ts';
import { MEBIBYTE, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { createWorkshop, deleteWorkshop, watchSeats } from './operator.ts';
import { watchStanding } from './standing.ts';

const SEATS = 200;
const NODES = 6;
const WORKSHOP = 'scale';
/** For what follows a removal: garbage collection, caches that are told. */
const REST_MS = 15_000;

export const scale: Benchmark = {
  name: 'scale',
  about: `${SEATS} seats on simulated nodes, against a bare client and helm`,
  cluster: 'scale',
  run: measureScale,
};

async function measureScale(detail: (text: string) => void): Promise<Row[]> {
  await simulateNodes(NODES);
  const operators = await installOperator();
  detail('the bare client');
  const bare = await measureBare(SEATS);
  await sleep(REST_MS);
  detail('the operator');
  const operator = await measureOperator(operators, detail);
  await sleep(REST_MS);
  detail('helm install');
  const helm = await measureHelm();
  return [...rows(bare, operator), ...helmRows(operator, helm), { what: 'operator\'s memory, the most it was', unit: 'MiB', value: operator.peak / MEBIBYTE }];
}

async function measureOperator({ start }: Operators, detail: (text: string) => void): Promise<Measured & { peak: number }> {
  const replicas = [await start(), await start()];
  const leader = await someoneLeads(replicas);
  const standing = await watchStanding(WORKSHOP, SEATS);
  const seats = await watchSeats(WORKSHOP, SEATS);
  const began = await createWorkshop(WORKSHOP, { seats: SEATS, rollout: { maxConcurrent: SEATS } });
  const stood = await standing.complete();
  const ready = await seats.allReady(detail);
  const { peak } = residentSet(leader.pid);
  standing.stop();
  seats.stop();
  await deleteWorkshop(WORKSHOP);
  for (const replica of replicas) replica.kill('SIGTERM');
  await Promise.all(replicas.map(({ ended }) => ended));
  return { objects: standing.objects, stood: (stood - began) / 1000, ready: (ready - began) / 1000, peak };
}

interface HelmMeasured {
  /** Of one lab: what helm sent, the namespace and its record of the release. */
  objects: number;
  /** Seconds for one lab. */
  took: number;
}

/** As many labs as there are seats, one after the other as a loop in a shell would: those that are there already have their pods started meanwhile. */
async function measureHelm(): Promise<HelmMeasured> {
  const names = Array.from({ length: SEATS }, (_, index) => `helm-${index}`);
  // A first one fills helm's cache of what the API server serves, as on a machine where helm has been used.
  await helmInstall('helm-first');
  const began = performance.now();
  for (const name of names) await helmInstall(name);
  const took = seconds(began) / SEATS;
  const { stdout: manifest } = await tool('helm', ['get', 'manifest', RELEASE, '--namespace', 'helm-first']);
  const sent = parseAllDocuments(manifest).filter((document) => document.contents !== null).length;
  await kubectl('delete', 'namespace', '--wait=false', 'helm-first', ...names);
  return { objects: sent + 2, took };
}

async function helmInstall(namespace: string): Promise<void> {
  const command = [testCluster().tools.helm, 'install', RELEASE, chart, '--namespace', namespace, '--create-namespace', '--set', 'operator.enabled=false'];
  const env = { KUBECONFIG: insideKubeconfig(testCluster().name), HOME: join(artefacts, 'home') };
  const how = await (await startInside('helm', command, { env })).ended;
  if (how !== 'exit code 0') throw new Error(`helm install in ${namespace} ended: ${how}; its log is in test/artefacts`);
}

function rows(bare: Measured, operator: Measured): Row[] {
  return [
    { what: `bare client: until every object of ${SEATS} seats stands (${bare.objects})`, unit: 's', value: bare.stood },
    { what: 'operator: the same', unit: 's', value: operator.stood },
    { what: 'bare client: objects standing, a second', unit: '/s', value: bare.objects / bare.stood },
    { what: 'operator: the same', unit: '/s', value: operator.objects / operator.stood },
    { what: 'operator\'s rate of objects to the bare client\'s', unit: '×', value: rate(operator) / rate(bare), bound: { atLeast: 0.8 } },
    { what: 'bare client: until all Deployments are available', unit: 's', value: bare.ready },
    { what: 'operator: until all Seats are Ready', unit: 's', value: operator.ready },
    { what: 'operator\'s time until ready to the bare client\'s', unit: '×', value: operator.ready / bare.ready, bound: { atMost: 1.2 } },
  ];
}

function helmRows(operator: Measured, helm: HelmMeasured): Row[] {
  return [
    { what: `helm install, without --wait, one lab of ${helm.objects} objects (mean of ${SEATS})`, unit: 's', value: helm.took },
    { what: 'helm: objects standing, a second', unit: '/s', value: helm.objects / helm.took },
    { what: 'operator\'s rate of objects to helm\'s', unit: '×', value: rate(operator) / (helm.objects / helm.took), bound: { atLeast: 5 } },
    { what: `the same of whole labs, though a seat has ${operator.objects / SEATS} objects`, unit: '×', value: (SEATS / operator.stood) * helm.took },
  ];
}

function rate({ objects, stood }: Measured): number {
  return objects / stood;
}
