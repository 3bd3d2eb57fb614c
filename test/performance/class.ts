// Measures a Workshop of five seats on a real node, from the instructor's kubectl apply until each seat's Jaeger has a
// trace.
import { join } from 'node:path';
import { repoRoot } from '../../support/paths.ts';
import { RELEASE } from '../../operator/api/types.ts';
import { kubectl, testCluster } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { chart, Lab } from '../support/cluster/lab.ts';
import { makeNamespace } from '../support/cluster/namespace.ts';
import { playedRound } from '../support/otlp/traces.ts';
import { workingSet } from '../support/cluster/pod-usage.ts';
import { MEBIBYTE, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { deleteWorkshop, watchSeats } from './operator.ts';

const FILE = join(repoRoot, 'examples', 'class-5.yaml');
const SEATS = 5;
const TRACE_WITHIN = 60_000;
const OPERATOR = 'app.kubernetes.io/component=operator';

export const classOfFive: Benchmark = {
  name: 'class',
  about: 'examples/class-5.yaml on the real node, until five seats are ready with a trace in each',
  cluster: 'lab',
  run: measureClass,
};

async function measureClass(detail: (text: string) => void): Promise<Row[]> {
  return withOperator('class', (own) => measureOn(own, detail));
}

/** Installs the operator, runs `work`, and removes everything again. The release's own lab has no visitors. */
export async function withOperator<T>(namespace: string, work: (own: Lab) => Promise<T>): Promise<T> {
  const own = new Lab(namespace);
  await makeNamespace(own.namespace);
  await own.helm(['install', own.release, chart, '--wait', '--timeout', '120s', '--set', 'visitors.enabled=false']);
  const result = await work(own);
  await own.helm(['uninstall', own.release, '--wait', '--timeout', '300s']);
  await kubectl('delete', 'namespace', own.namespace, '--timeout=120s');
  return result;
}

async function measureOn(own: Lab, detail: (text: string) => void): Promise<Row[]> {
  const workshop = (
    await kubectl('create', '--dry-run=client', '--filename', FILE, '--output=jsonpath={.metadata.name}')
  ).trim();
  const seats = await watchSeats(workshop, SEATS);
  const began = performance.now();
  await kubectl('apply', '--filename', FILE);
  const ready = ((await seats.allReady(detail)) - began) / 1000;
  seats.stop();
  const names = (await kubectl('get', 'seats', '--output=name'))
    .trim()
    .split('\n')
    .map((name) => name.replace(/^.*\//, ''));
  detail('a trace in each');
  await Promise.all(
    names.map((name) => eventually(() => playedRound(new Lab(name, RELEASE)), { within: TRACE_WITHIN })),
  );
  const traced = seconds(began);
  const memory = await operatorMemory(own);
  await deleteWorkshop(workshop);
  return [
    { what: `kubectl apply -f examples/class-5.yaml until ${SEATS} seats are Ready`, unit: 's', value: ready },
    { what: "  until a round's trace was found in each", unit: 's', value: traced },
    { what: '  seats with a trace', unit: '', value: names.length, bound: { atLeast: SEATS } },
    { what: "  working set of the operator's pods, the largest", unit: 'MiB', value: memory, bound: { atMost: 200 } },
  ];
}

async function operatorMemory(own: Lab): Promise<number> {
  const uids = (await own.kubectl('get', 'pods', '--selector', OPERATOR, '--output=jsonpath={.items[*].metadata.uid}'))
    .trim()
    .split(' ');
  return Math.max(...uids.map((uid) => workingSet(testCluster().name, uid))) / MEBIBYTE;
}
