// Measures what a room needs: what thirty seats request, what a lab uses while it works and while all seats start at
// once, and whether as many seats as fit on the node still play their rounds in time.
import { setTimeout as sleep } from 'node:timers/promises';
import { amountsOf, plus } from '../../kubernetes/quantity.ts';
import type { Amounts } from '../../kubernetes/quantity.ts';
import { RELEASE } from '../../operator/api/types.ts';
import { apiGet, testCluster } from '../support/cluster/cluster.ts';
import { Lab } from '../support/cluster/lab.ts';
import { podTimes } from '../support/cluster/pod-usage.ts';
import { tracesOf } from '../support/otlp/traces.ts';
import { eventually } from '../../support/waiting.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { percentile, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { withOperator } from './class.ts';
import { allSeats, createWorkshop, deleteWorkshop } from './operator.ts';
import { sum, workingSetsOf } from './working-set.ts';

const WORKSHOP = 'room';
const ROOM = 30;
const PROMISED = { cores: 4, gibibytes: 9, round: 0.5 };
const START_WITHIN = 300_000;
/** Time for new labs to settle, before what they use counts. */
const SETTLE_MS = 60_000;
const WINDOW_MS = 5_000;
const WINDOWS = 24;
const GIBIBYTE = 2 ** 30;

export const capacity: Benchmark = {
  name: 'capacity',
  about: `what ${ROOM} seats request, what a lab uses, and rounds while as many seats as fit on the node work`,
  cluster: 'lab',
  run: (detail) => withOperator('capacity', () => measureRoom(detail)),
};

async function measureRoom(detail: (text: string) => void): Promise<Row[]> {
  const start = await startAll(detail);
  detail('labs settle for a minute');
  await sleep(SETTLE_MS);
  const use = await useOf(start.labs, detail);
  const rounds = await roundsOf(start.labs, use.began);
  await deleteWorkshop(WORKSHOP);
  return [...requestRows(start.requests), ...startRows(start), ...useRows(use), ...roundRows(rounds)];
}

interface Start {
  readonly labs: readonly Lab[];
  /** What all pods of one seat request: CPU in millicores, memory in bytes. */
  readonly requests: Amounts;
  /** Seconds until all seats that fit were ready. */
  readonly took: number;
  /** Processor time that all pods used meanwhile, in milliseconds. */
  readonly used: number;
}

/** Creates the class, and waits until all seats are ready for which the node has room. */
async function startAll(detail: (text: string) => void): Promise<Start> {
  const before = total(podTimes(testCluster().name));
  const began = await createWorkshop(WORKSHOP, { seats: ROOM, rollout: { maxConcurrent: ROOM } });
  const seats = await eventually(
    async () => {
      const seatsNow = await allSeats();
      if (seatsNow.length < ROOM) throw new Error(`${seatsNow.length} of ${ROOM} Seats exist`);
      const placed = seatsNow.filter(({ spec }) => spec.held !== true);
      const ready = placed.filter(({ status }) => status?.phase === 'Ready').length;
      detail(`${ready} of ${placed.length} seats that fit are ready`);
      if (placed.length === 0 || ready < placed.length) throw new Error(`${ready} of ${placed.length} seats are ready`);
      return placed;
    },
    { within: START_WITHIN, every: 1000 },
  );
  const took = seconds(began);
  const used = total(podTimes(testCluster().name)) - before;
  const labs = seats.map(({ metadata: { name } }) => new Lab(name, RELEASE));
  return { labs, requests: await requestsOf(labs[0]), took, used };
}

const total = (times: ReadonlyMap<string, number>): number => [...times.values()].reduce((all, time) => all + time, 0);

async function requestsOf(lab: Lab | undefined): Promise<Amounts> {
  const { items } = await apiGet<{ items: Pod[] }>(`/api/v1/namespaces/${lab?.namespace}/pods`);
  const containers = items.flatMap(({ spec }) => spec.containers);
  return containers.reduce<Amounts>((total, { resources }) => plus(total, amountsOf(resources?.requests)), {});
}

interface Use {
  /** When the first window began, in milliseconds since 1970. */
  readonly began: number;
  /** Millicores of each lab in each window. */
  readonly cpu: readonly number[];
  /** Working set of each lab at the end, in MiB. */
  readonly memory: readonly number[];
}

async function useOf(labs: readonly Lab[], detail: (text: string) => void): Promise<Use> {
  const began = Date.now();
  const pods = await Promise.all(labs.map(async (lab) => Object.values(await lab.podUids())));
  const timesNow = () => {
    const times = podTimes(testCluster().name);
    return pods.map((uids) => uids.reduce((time, uid) => time + (times.get(uid) ?? 0), 0));
  };
  const cpu: number[] = [];
  for (let window = 1, before = timesNow(), at = performance.now(); window <= WINDOWS; window++) {
    await sleep(WINDOW_MS);
    const [now, took] = [timesNow(), performance.now() - at];
    cpu.push(...now.map((time, lab) => ((time - (before[lab] ?? 0)) / took) * 1000));
    [before, at] = [now, performance.now()];
    detail(`window ${window} of ${WINDOWS}`);
  }
  return { began, cpu, memory: (await Promise.all(labs.map(workingSetsOf))).map(sum) };
}

/** Returns the time of every round that the visitors of all labs have played since `began`, in seconds. */
async function roundsOf(labs: readonly Lab[], began: number): Promise<number[]> {
  const traces = await Promise.all(labs.map((lab) => tracesOf(lab, 'arcade', began)));
  const played = traces.flat().flatMap(({ spans }) => spans.filter(({ name }) => name === 'GET /play'));
  return played.filter(({ service }) => service === 'arcade').map(({ duration }) => duration / 1000);
}

function requestRows({ cpu = 0, memory = 0 }: Amounts): Row[] {
  const cores = (ROOM * cpu) / 1000;
  const gibibytes = (ROOM * memory) / GIBIBYTE;
  return [
    { what: `cores that ${ROOM} seats request`, unit: '', value: cores, bound: { atMost: PROMISED.cores } },
    { what: `GiB that ${ROOM} seats request`, unit: '', value: gibibytes, bound: { atMost: PROMISED.gibibytes } },
  ];
}

const startRows = ({ labs, took, used }: Start): Row[] => [
  { what: 'seats that fit on the node, by what they request', unit: '', value: labs.length, bound: { atLeast: 2 } },
  { what: '  until all of them were ready, started at once', unit: 's', value: took },
  { what: '  millicores per seat meanwhile', unit: '', value: used / took / labs.length },
];

const useRows = ({ cpu, memory }: Use): Row[] => [
  { what: 'millicores of a lab at work, p50 of all labs and windows', unit: '', value: percentile(cpu, 0.5) },
  { what: '  p95', unit: '', value: percentile(cpu, 0.95) },
  { what: 'working set of a lab at work, p50 of all labs', unit: 'MiB', value: percentile(memory, 0.5) },
  { what: '  p95', unit: 'MiB', value: percentile(memory, 0.95) },
];

const roundRows = (rounds: readonly number[]): Row[] => [
  {
    what: 'time of a round, p95 of all labs',
    unit: 's',
    value: percentile(rounds, 0.95),
    bound: { atMost: PROMISED.round },
  },
  { what: '  rounds', unit: '', value: rounds.length, bound: { atLeast: 1 } },
];
