// Measures the operator with 500 seats that nobody changes: its requests, by the API server's audit log, and its
// memory.
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { auditLog } from '../../cluster/devcluster/index.ts';
import { testCluster } from '../support/cluster/cluster.ts';
import { simulateNodes } from '../support/cluster/kwok.ts';
import { installOperator, residentSet, someoneLeads } from '../support/cluster/operator.ts';
import { MEBIBYTE } from './benchmark.ts';
import type { Benchmark, Row } from './benchmark.ts';
import { createWorkshop, watchSeats } from './operator.ts';

const SEATS = 500;
const NODES = 12;
const WORKSHOP = 'idle';
/**
 * How long the benchmark waits, in milliseconds, after the last seat is ready and before it measures. In this time the
 * operator may still send Events and warnings, and resync for the first time.
 */
const SETTLE_MS = 60_000;
const IDLE_MS = 300_000;
const SAMPLE_MS = 5_000;
const READS = ['get', 'list', 'watch'];

export const idle: Benchmark = {
  name: 'idle',
  about: `${SEATS} seats on simulated nodes, left alone for 5 minutes: requests, writes and memory of the operator`,
  cluster: 'scale',
  audited: true,
  run: measureIdle,
};

async function measureIdle(detail: (text: string) => void): Promise<Row[]> {
  await simulateNodes(NODES);
  const { start } = await installOperator();
  const replicas = [await start(), await start()];
  const leader = await someoneLeads(replicas);
  const seats = await watchSeats(WORKSHOP, SEATS);
  await createWorkshop(WORKSHOP, { seats: SEATS, rollout: { maxConcurrent: SEATS } });
  await seats.allReady(detail);
  seats.stop();
  await sleep(SETTLE_MS);
  detail('nobody touches them for 5 minutes');
  const began = Date.now();
  const memory = await most(() => residentSet(leader.pid).now);
  const asked = await requestsSince(began);
  const other = replicas.find((replica) => replica !== leader);
  return [...requestRows(asked), ...memoryRows(memory, leader.pid, other?.pid ?? 0)];
}

/** Calls `look` repeatedly for IDLE_MS milliseconds. Returns the largest value that it has returned. */
async function most(look: () => number): Promise<number> {
  const end = performance.now() + IDLE_MS;
  let largest = 0;
  while (performance.now() < end) {
    largest = Math.max(largest, look());
    await sleep(SAMPLE_MS);
  }
  return largest;
}

interface AuditEvent {
  auditID: string;
  verb: string;
  requestReceivedTimestamp: string;
  objectRef?: { resource: string; subresource?: string; namespace?: string; name?: string };
}

/**
 * Lists the operator's requests since `began` (milliseconds since 1970), from the API server's audit log. Each request
 * is in the list once.
 */
export async function requestsSince(began: number): Promise<AuditEvent[]> {
  const found = new Map<string, AuditEvent>();
  for await (const line of createInterface(createReadStream(auditLog(testCluster().name)))) {
    const event = JSON.parse(line) as AuditEvent;
    if (Date.parse(event.requestReceivedTimestamp) >= began) found.set(event.auditID, event);
  }
  return [...found.values()];
}

function requestRows(asked: readonly AuditEvent[]): Row[] {
  const writes = asked.filter(({ verb }) => !READS.includes(verb));
  const others = writes.filter(({ objectRef }) => objectRef?.resource !== 'leases');
  const kinds = Map.groupBy(
    asked,
    ({ verb, objectRef }) => `  ${verb} ${[objectRef?.resource, objectRef?.subresource].filter(Boolean).join('/')}`,
  );
  return [
    {
      what: `writes in 5 minutes with ${SEATS} idle seats, but to the Lease`,
      unit: '',
      value: others.length,
      bound: { atMost: 0 },
    },
    {
      what: 'requests of both replicas, writes to the Lease included',
      unit: '/s',
      value: asked.length / (IDLE_MS / 1000),
      bound: { atMost: 1 },
    },
    ...[...kinds].map(([what, { length }]): Row => ({ what, unit: '', value: length })),
  ];
}

function memoryRows(memory: number, leader: number, other: number): Row[] {
  return [
    {
      what: `memory of the leader with ${SEATS} idle seats (RSS)`,
      unit: 'MiB',
      value: memory / MEBIBYTE,
      bound: { atMost: 200 },
    },
    { what: '  the most while they were made', unit: 'MiB', value: residentSet(leader).peak / MEBIBYTE },
    { what: "  the replica that doesn't lead", unit: 'MiB', value: residentSet(other).now / MEBIBYTE },
  ];
}
