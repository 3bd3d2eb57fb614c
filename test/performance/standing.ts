// Measures from outside when a Workshop's seats are complete: the time when the last object exists, and the time when
// the last Deployment is available. It measures the operator and the bare client in the same way.
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiGet, testCluster, textOf } from '../support/cluster/cluster.ts';
import { eventually } from '../../support/waiting.ts';
import { kindsOfSeats, ofWorkshop, seatObjects } from '../support/cluster/seat-objects.ts';
import { AS, collection } from '../support/cluster/watch.ts';

/** The time limit of each wait, in milliseconds. */
export const PATIENCE = 900_000;

export interface Standing {
  objects: number;
  /** The time when the last object was created, in milliseconds as performance.now counts. */
  last: number;
}

interface Metadata {
  items: { metadata: { creationTimestamp: string } }[];
}

/**
 * Reads from the creation timestamps when the objects of a Workshop's seats were created. Call it after everything is
 * ready, so that it does not slow the measurement. The timestamps are whole seconds.
 * @throws Error unless all objects exist
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
    throw new Error(`expected ${expected} objects of the seats of ${workshop}, found ${made.length}`);
  return { objects: expected, last: Math.max(...made) + 1000 - performance.timeOrigin };
}

interface Table {
  columnDefinitions: { name: string }[];
  rows: { cells: unknown[] }[];
}

/**
 * Waits until all Deployments of a Workshop's seats have all their pods.
 * @returns the time (performance.now) when the last Deployment had all its pods
 */
export async function deploymentsAvailable(workshop: string, seats: number): Promise<number> {
  const expected = seats * seatObjects(workshop, 'any').filter(({ kind }) => kind === 'Deployment').length;
  const query = new URLSearchParams({
    includeObject: 'None',
    labelSelector: ofWorkshop(workshop),
    resourceVersion: '0',
  });
  const path = `${collection(KINDS.Deployment)}?${query.toString()}`;
  const look = async (): Promise<number> => {
    const { columnDefinitions, rows } = JSON.parse(
      await textOf(await fetch(testCluster().api + path, { headers: { accept: AS.table } })),
    ) as Table;
    const column = columnDefinitions.findIndex(({ name }) => name === 'Ready');
    const available = rows.filter(({ cells }) => /^(\d+)\/\1$/.test(String(cells[column]))).length;
    if (available < expected)
      throw new Error(`expected ${expected} Deployments with all their pods, found ${available}`);
    return performance.now();
  };
  return eventually(look, { within: PATIENCE, every: 500 });
}

/** Waits until a Workshop's seats are gone. A namespace disappears only after all its objects. */
export async function allGone(workshop: string): Promise<void> {
  const path = `${collection(KINDS.Namespace)}?limit=1&labelSelector=${encodeURIComponent(ofWorkshop(workshop))}`;
  const look = async (): Promise<void> => {
    const { items } = await apiGet<{ items: unknown[] }>(path);
    if (items.length > 0) throw new Error(`expected no objects at ${path}, found ${items.length}`);
  };
  await eventually(look, { within: PATIENCE, every: 1000 });
}
