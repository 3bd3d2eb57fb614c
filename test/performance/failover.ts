// Measures a rollout of 100 seats during which the leader is killed 20 times. All seats become ready. The operator
// creates no object twice, and leaves no namespace without its Seat.
import { setTimeout as sleep } from 'node:timers/promises';
import { kindOf } from '../../kubernetes/kinds.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { LABELS } from '../../operator/api/types.ts';
import type { InClusterProgram } from '../support/cluster/in-cluster-network.ts';
import { simulateNodes } from '../support/cluster/kwok.ts';
import { installOperator, someoneLeads } from '../support/cluster/operator.ts';
import type { Operators } from '../support/cluster/operator.ts';
import { kindsOfSeats, seatNames, seatObjects } from '../support/cluster/seat-objects.ts';
import { Watches } from '../support/cluster/watch.ts';
import { median, seconds } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { createWorkshop, strays, watchSeats } from './operator.ts';
import type { SeatTimes } from './operator.ts';

const SEATS = 100;
const NODES = 3;
const KILLS = 20;
const WORKSHOP = 'failover';
/**
 * The longest time before a leader is killed, in milliseconds. The actual time is random, so that each kill interrupts
 * different work.
 */
const LONGEST_REIGN_MS = 2_500;

export const failover: Benchmark = {
  name: 'failover',
  about: `kill -9 of the leader ${KILLS} times during a rollout of ${SEATS} seats`,
  cluster: 'scale',
  run: measureFailover,
};

async function measureFailover(detail: (text: string) => void): Promise<Row[]> {
  await simulateNodes(NODES);
  const operators = await installOperator();
  const replicas = [await operators.start(), await operators.start()];
  await someoneLeads(replicas);
  const made = await watchMade();
  const seats = await watchSeats(WORKSHOP, SEATS);
  await createWorkshop(WORKSHOP, { seats: SEATS, rollout: { maxConcurrent: 3 } });
  const samples: number[] = [];
  for (let kill = 1; kill <= KILLS; kill++) {
    samples.push(await failOver(replicas, operators));
    detail(`killed ${kill} of ${KILLS} times, ${seats.ready()} of ${SEATS} seats are ready`);
  }
  const before = seats.ready();
  await allReady(seats, detail);
  return [...timeRows(samples), ...readyRows(before), ...outcomeRows(made, await strays(WORKSHOP))];
}

/**
 * Kills the leader, waits until the standby replica leads, and starts a replacement, as a Deployment would.
 * @returns the seconds from the kill to the new leader
 */
async function failOver(replicas: InClusterProgram[], { start, ready }: Operators): Promise<number> {
  const leader = await someoneLeads(replicas);
  for (const replica of replicas) await ready(replica);
  await sleep(Math.random() * LONGEST_REIGN_MS);
  leader.kill('SIGKILL');
  const died = performance.now();
  await leader.ended;
  replicas.splice(replicas.indexOf(leader), 1);
  await someoneLeads(replicas);
  const took = seconds(died);
  replicas.push(await start());
  return took;
}

async function allReady(seats: SeatTimes, detail: (text: string) => void): Promise<void> {
  if (seats.ready() === SEATS)
    throw new Error(
      `expected a rollout that lasts until the leader was killed ${KILLS} times, found that it ended sooner`,
    );
  await seats.allReady(detail);
  seats.stop();
}

interface CreationTimes {
  /** Lists the objects that have existed with more than one uid, because they were created more than once. */
  twice(): string[];
  removed(): string[];
  /** Lists the objects that the seats should have, but that have never existed. */
  missing(): string[];
}

/** Records every object of the Workshop, including objects that are removed later. */
async function watchMade(): Promise<CreationTimes> {
  const uids = new Map<string, Set<string>>();
  const removed: string[] = [];
  const kinds: Kind[] = [KINDS.Seat, ...kindsOfSeats()];
  const nameOf = (kind: Kind, object: KubeObject): string => `${kind.plural} ${keyOf(object)}`;
  await new Watches().add(kinds, `${LABELS.workshop}=${WORKSHOP}`, 'metadata', (line, kind) => {
    const { type, object } = JSON.parse(line) as { type: string; object: KubeObject };
    const key = nameOf(kind, object);
    if (type === 'DELETED') removed.push(key);
    if (type === 'ADDED') uids.set(key, (uids.get(key) ?? new Set()).add(object.metadata.uid ?? ''));
  });
  const wanted = (): KubeObject[] => seatNames(WORKSHOP, SEATS).flatMap((name) => seatObjects(WORKSHOP, name));
  return {
    twice: () => [...uids].filter(([, seen]) => seen.size > 1).map(([key]) => key),
    removed: () => removed,
    missing: () =>
      wanted()
        .map((object) => nameOf(kindOf(object), object))
        .filter((key) => !uids.has(key)),
  };
}

function timeRows(samples: readonly number[]): Row[] {
  return [
    {
      what: `from kill -9 of the leader until the other leads (p50 of ${KILLS})`,
      unit: 's',
      value: median(samples),
      samples,
    },
    { what: '  the longest', unit: 's', value: Math.max(...samples), bound: { atMost: 15 } },
  ];
}

function readyRows(before: number): Row[] {
  return [
    { what: `seats ready of ${SEATS}`, unit: '', value: SEATS, bound: { atLeast: SEATS } },
    { what: `  of which when the leader had been killed ${KILLS} times`, unit: '', value: before },
  ];
}

function outcomeRows(made: CreationTimes, orphans: readonly string[]): Row[] {
  const none = (what: string, found: readonly string[]): Row => ({
    what: [what, ...found.slice(0, 3)].join(' '),
    unit: '',
    value: found.length,
    bound: { atMost: 0 },
  });
  return [
    none('objects made twice', made.twice()),
    none('objects removed', made.removed()),
    none('objects missing', made.missing()),
    none('namespaces without Seat, Seats without namespace', orphans),
  ];
}
