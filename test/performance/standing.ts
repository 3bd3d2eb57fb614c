// Observes from outside how the seats of a Workshop come into being: when the last of their objects stands, and when the last
// of their Deployments is available. The same eyes for whoever makes them.
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiGet, testCluster, textOf } from '../support/cluster/cluster.ts';
import { eventually } from '../support/matchers/eventually.ts';
import { kindsOfSeats, ofWorkshop, seatObjects } from '../support/matchers/seat-objects.ts';
import { AS, collection } from '../support/cluster/watch.ts';

/** Milliseconds that any of it may take. */
export const PATIENCE = 900_000;

export interface Standing {
  objects: number;
  /** When the last of them stood, as performance.now says it. */
  last: number;
}

interface Metadata {
  items: { metadata: { creationTimestamp: string } }[];
}

/**
 * Looks, once all is ready, when the objects of a Workshop's seats were made: that costs nothing while they are. The API server says it in whole
 * seconds, which are taken as full. @throws Error unless all are there
 */
export async function standing(workshop: string, seats: number): Promise<Standing> {
  const expected = seats * seatObjects(workshop, 'any').length;
  const query = `labelSelector=${encodeURIComponent(ofWorkshop(workshop))}`;
  const lists = await Promise.all(
    kindsOfSeats().map(
      async (kind) =>
        JSON.parse(
          await textOf(
            await fetch(`${testCluster().api}${collection(kind)}?${query}`, { headers: { accept: AS.metadataList } }),
          ),
        ) as Metadata,
    ),
  );
  const made = lists.flatMap(({ items }) => items.map(({ metadata }) => Date.parse(metadata.creationTimestamp)));
  if (made.length !== expected)
    throw new Error(`Expected ${expected} objects of the seats of ${workshop}, found ${made.length}`);
  return { objects: expected, last: Math.max(...made) + 1000 - performance.timeOrigin };
}

interface Table {
  columnDefinitions: { name: string }[];
  rows: { cells: unknown[] }[];
}

/** Waits until all Deployments of a Workshop's seats have all their pods; resolves to the time (performance.now) at which that was seen. */
export async function deploymentsAvailable(workshop: string, seats: number): Promise<number> {
  const expected = seats * seatObjects(workshop, 'any').filter(({ kind }) => kind === 'Deployment').length;
  const path = `${collection(KINDS.Deployment)}?includeObject=None&labelSelector=${encodeURIComponent(ofWorkshop(workshop))}&resourceVersion=0`;
  const look = async (): Promise<number> => {
    const { columnDefinitions, rows } = JSON.parse(
      await textOf(await fetch(testCluster().api + path, { headers: { accept: AS.table } })),
    ) as Table;
    const column = columnDefinitions.findIndex(({ name }) => name === 'Ready');
    const available = rows.filter(({ cells }) => /^(\d+)\/\1$/.test(String(cells[column]))).length;
    if (available < expected) throw new Error(`${available} of ${expected} Deployments have all their pods`);
    return performance.now();
  };
  return eventually(look, { within: PATIENCE, every: 500 });
}

/** Waits until nothing is left of the seats of a Workshop: a namespace goes when everything in it has. */
export async function allGone(workshop: string): Promise<void> {
  const path = `${collection(KINDS.Namespace)}?limit=1&labelSelector=${encodeURIComponent(ofWorkshop(workshop))}`;
  const look = async (): Promise<void> => {
    const { items } = await apiGet<{ items: unknown[] }>(path);
    if (items.length > 0) throw new Error(`there still is something at ${path}`);
  };
  await eventually(look, { within: PATIENCE, every: 1000 });
}
