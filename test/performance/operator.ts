// What the benchmarks of many seats ask of the operator: a Workshop of so many, seen becoming ready, and gone again.
import { conditionOf } from '../../kubernetes/conditions.ts';
import { API_VERSION, LABELS } from '../../operator/api/types.ts';
import type { Seat, WorkshopSpec } from '../../operator/api/types.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { apiGet, testCluster, textOf } from '../support/cluster/cluster.ts';
import { ofWorkshop } from '../support/matchers/seat-objects.ts';
import { collection, Mark, Watches } from '../support/cluster/watch.ts';
import { allGone, PATIENCE } from './standing.ts';

const WORKSHOPS = collection(KINDS.Workshop);

/** Creates a Workshop; resolves to the time (performance.now) just before. */
export async function createWorkshop(name: string, spec: WorkshopSpec): Promise<number> {
  const body = JSON.stringify({ apiVersion: API_VERSION, kind: 'Workshop', metadata: { name }, spec });
  const began = performance.now();
  await textOf(
    await fetch(testCluster().api + WORKSHOPS, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    }),
  );
  return began;
}

/** Deletes a Workshop, and waits until nothing is left of it. */
export async function deleteWorkshop(name: string): Promise<void> {
  await textOf(await fetch(`${testCluster().api}${WORKSHOPS}/${name}`, { method: 'DELETE' }));
  await allGone(name);
}

export interface SeatTimes {
  ready(): number;
  /** Resolves to the time (performance.now) at which all of so many seats had become ready; tells `detail` how many are until then. */
  allReady(detail: (text: string) => void): Promise<number>;
  stop(): void;
}

/** Watches the Seats of a Workshop by what the operator says of them. */
export async function watchSeats(workshop: string, seats: number): Promise<SeatTimes> {
  const states = new Map<string, string>();
  const ready = (): number => [...states.values()].filter((state) => state.startsWith('True')).length;
  const mark = new Mark(seats);
  const watches = await new Watches().add([KINDS.Seat], `${LABELS.workshop}=${workshop}`, 'whole', (line) => {
    const { type, object } = JSON.parse(line) as { type: string; object: Seat };
    if (type === 'BOOKMARK') return;
    if (type === 'DELETED') states.delete(object.metadata.name);
    else states.set(object.metadata.name, stateOf(object));
    mark.set(ready());
  });
  const seen = (): string => {
    const others = [...states].filter(([, state]) => !state.startsWith('True')).slice(0, 3);
    return `${ready()} of ${seats} seats are ready, ${states.size} are there; ${others.map(([name, state]) => `${name}: ${state}`).join('; ')}`;
  };
  const allReady = async (detail: (text: string) => void): Promise<number> => {
    const telling = setInterval(() => detail(`${ready()} of ${seats} seats are ready`), 1000);
    return watches.during(mark.reached, PATIENCE, seen).finally(() => clearInterval(telling));
  };
  return { ready, allReady, stop: () => watches.stop() };
}

function stateOf({ status }: Seat): string {
  const found = conditionOf(status?.conditions, 'Ready');
  return found === undefined ? 'nothing said yet' : `${found.status} ${found.reason} ${found.message}`;
}

/** Names of a Workshop's namespaces that have no Seat, and of its Seats that have no namespace. */
export async function strays(workshop: string): Promise<string[]> {
  const names = async (path: string): Promise<Set<string>> => {
    const { items } = await apiGet<{ items: { metadata: { name: string } }[] }>(path);
    return new Set(items.map(({ metadata }) => metadata.name));
  };
  const seats = await names(`${collection(KINDS.Seat)}?labelSelector=${LABELS.workshop}=${workshop}`);
  const namespaces = await names(
    `${collection(KINDS.Namespace)}?labelSelector=${encodeURIComponent(ofWorkshop(workshop))}`,
  );
  return [...seats, ...namespaces].filter((name) => !seats.has(name) || !namespaces.has(name));
}
