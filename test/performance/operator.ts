// Creates a Workshop with many seats, watches its seats become ready, and deletes it.
import { conditionOf } from '../../kubernetes/conditions.ts';
import { API_VERSION, LABELS } from '../../operator/api/types.ts';
import type { Seat, WorkshopSpec } from '../../operator/api/types.ts';
import { KINDS } from '../../operator/api/kinds.ts';
import { apiGet, testCluster, textOf } from '../support/cluster/cluster.ts';
import { ofWorkshop } from '../support/cluster/seat-objects.ts';
import { collection, Mark, Watches } from '../support/cluster/watch.ts';
import { allGone, PATIENCE } from './standing.ts';

const WORKSHOPS = collection(KINDS.Workshop);

/** Creates a Workshop. @returns the time (performance.now) just before the request */
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

/** Deletes a Workshop, and waits until all its objects are gone. */
export async function deleteWorkshop(name: string): Promise<void> {
  await textOf(await fetch(`${testCluster().api}${WORKSHOPS}/${name}`, { method: 'DELETE' }));
  await allGone(name);
}

/** Returns all Seats of the cluster. */
export const allSeats = async (): Promise<Seat[]> => (await apiGet<{ items: Seat[] }>(collection(KINDS.Seat))).items;

export interface SeatTimes {
  ready(): number;
  /**
   * Waits until all seats are ready, and reports the number of ready seats to `detail`.
   * @returns the time (performance.now) when the last seat became ready
   */
  allReady(detail: (text: string) => void): Promise<number>;
  stop(): void;
}

/** Watches the Seats of a Workshop, whose status the operator writes. */
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
    const details = others.map(([name, state]) => `${name}: ${state}`).join('; ');
    return `${ready()} of ${seats} seats are ready, ${states.size} exist; ${details}`;
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

/** Lists namespaces of a Workshop that have no Seat, and Seats that have no namespace. */
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
