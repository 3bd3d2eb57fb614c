// Measures 200 seats on simulated nodes. It compares the operator with a bare client that applies the same objects, and
// with `helm install`. Each runs alone on a new cluster.
import { join } from 'node:path';
import { parseAllDocuments } from 'yaml';
import { insideKubeconfig } from '../../cluster/devcluster/index.ts';
import { RELEASE } from '../../operator/api/types.ts';
import { artefacts } from '../support/artefacts.ts';
import { testCluster, tool } from '../support/cluster/cluster.ts';
import { startInCluster } from '../support/cluster/in-cluster-network.ts';
import { simulateNodes } from '../support/cluster/kwok.ts';
import { chart } from '../support/cluster/lab.ts';
import { installOperator, installOperatorRights, residentSet, someoneLeads } from '../support/cluster/operator.ts';
import type { Operators } from '../support/cluster/operator.ts';
import { measureBare } from './bare.ts';
import type { BareFigures } from './bare.ts';
import { MEBIBYTE, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { createWorkshop, watchSeats } from './operator.ts';
import { standing } from './standing.ts';

const SEATS = 200;
const NODES = 6;
const WORKSHOP = 'scale';
/**
 * The number of measurements of the bare client and of the operator. One is not enough, because the speed of a machine
 * may change by a tenth within a minute.
 */
const ROUNDS = 2;

export const scale: Benchmark = {
  name: 'scale',
  about: `${SEATS} seats on simulated nodes, against a bare client and helm`,
  cluster: 'scale',
  run: measureScale,
};

async function measureScale(detail: (text: string) => void, anew: () => Promise<void>): Promise<Row[]> {
  const bare: BareFigures[] = [];
  const operator: OperatorFigures[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    detail(`the bare client, ${round} of ${ROUNDS}`);
    await simulateNodes(NODES);
    await installOperatorRights();
    bare.push(await measureBare(SEATS));
    await anew();
    detail(`the operator, ${round} of ${ROUNDS}`);
    await simulateNodes(NODES);
    operator.push(await measureOperator(await installOperator(), detail));
    await anew();
  }
  detail('helm install');
  await simulateNodes(NODES);
  const helm = await measureHelm();
  const peak = Math.max(...operator.map((one) => one.peak));
  return [
    ...rows(bare, operator),
    ...helmRows(mean(operator), helm),
    { what: "operator's memory, the most it was", unit: 'MiB', value: peak / MEBIBYTE },
  ];
}

interface OperatorFigures extends BareFigures {
  /** The highest memory use of the leading operator, in bytes. */
  peak: number;
}

async function measureOperator({ start }: Operators, detail: (text: string) => void): Promise<OperatorFigures> {
  const replicas = [await start(), await start()];
  const leader = await someoneLeads(replicas);
  const seats = await watchSeats(WORKSHOP, SEATS);
  const began = await createWorkshop(WORKSHOP, { seats: SEATS, rollout: { maxConcurrent: SEATS } });
  const ready = await seats.allReady(detail);
  const { peak } = residentSet(leader.pid);
  const { objects, last } = await standing(WORKSHOP, SEATS);
  seats.stop();
  return { objects, stood: (last - began) / 1000, ready: (ready - began) / 1000, peak };
}

interface HelmFigures {
  /** The number of objects of one lab: what helm sent, the namespace, and helm's record of the release. */
  objects: number;
  /** The time to install one lab, in seconds. */
  took: number;
}

/** Installs one lab for each seat, one after the other, as a shell loop would. Pods of earlier labs start meanwhile. */
async function measureHelm(): Promise<HelmFigures> {
  const names = Array.from({ length: SEATS }, (_, index) => `helm-${index}`);
  // The first lab fills helm's cache of the API's resources. On a user's machine this cache is usually full.
  await helmInstall('helm-first');
  const began = performance.now();
  for (const name of names) await helmInstall(name);
  const took = seconds(began) / SEATS;
  const { stdout: manifest } = await tool('helm', ['get', 'manifest', RELEASE, '--namespace', 'helm-first']);
  const sent = parseAllDocuments(manifest).filter((document) => document.contents !== null).length;
  return { objects: sent + 2, took };
}

async function helmInstall(namespace: string): Promise<void> {
  const command = [
    testCluster().tools.helm,
    'install',
    RELEASE,
    chart,
    '--namespace',
    namespace,
    '--create-namespace',
    '--set',
    'operator.enabled=false',
  ];
  const env = { KUBECONFIG: insideKubeconfig(testCluster().name), HOME: join(artefacts, 'home') };
  const how = await (await startInCluster('helm', command, { env, first: true })).ended;
  if (how !== 'exit code 0')
    throw new Error(`helm install in ${namespace} ended: ${how}; its log is in test/artefacts`);
}

function rows(bares: readonly BareFigures[], operators: readonly BareFigures[]): Row[] {
  const [bare, operator] = [mean(bares), mean(operators)];
  const took = (what: string, rounds: readonly BareFigures[], field: 'stood' | 'ready'): Row => ({
    what,
    unit: 's',
    value: mean(rounds)[field],
    samples: rounds.map((round) => round[field]),
  });
  return [
    took(
      `bare client: until every object of ${SEATS} seats stands (${bare.objects}; mean of ${ROUNDS})`,
      bares,
      'stood',
    ),
    took('operator: the same', operators, 'stood'),
    { what: 'bare client: objects standing, a second', unit: '/s', value: rate(bare) },
    { what: 'operator: the same', unit: '/s', value: rate(operator) },
    {
      what: "operator's rate of objects to the bare client's",
      unit: '×',
      value: rate(operator) / rate(bare),
      bound: { atLeast: 1.8 },
    },
    took(`bare client: until all Deployments are available (mean of ${ROUNDS})`, bares, 'ready'),
    took('operator: until all Seats are Ready', operators, 'ready'),
    {
      what: "operator's time until ready to the bare client's",
      unit: '×',
      value: operator.ready / bare.ready,
      bound: { atMost: 1.15 },
    },
  ];
}

/** Returns the mean of several measurements. */
function mean(rounds: readonly BareFigures[]): BareFigures {
  const meanOf = (field: keyof BareFigures): number => rounds.reduce((sum, one) => sum + one[field], 0) / rounds.length;
  return { objects: meanOf('objects'), stood: meanOf('stood'), ready: meanOf('ready') };
}

function helmRows(operator: BareFigures, helm: HelmFigures): Row[] {
  return [
    {
      what: `helm install, without --wait, one lab of ${helm.objects} objects (mean of ${SEATS})`,
      unit: 's',
      value: helm.took,
    },
    { what: 'helm: objects standing, a second', unit: '/s', value: helm.objects / helm.took },
    {
      what: "operator's rate of objects to helm's",
      unit: '×',
      value: rate(operator) / (helm.objects / helm.took),
      bound: { atLeast: 5 },
    },
    {
      what: `the same of whole labs, though a seat has ${operator.objects / SEATS} objects`,
      unit: '×',
      value: (SEATS / operator.stood) * helm.took,
    },
  ];
}

function rate({ objects, stood }: BareFigures): number {
  return objects / stood;
}
