// Observes from outside how the seats of a Workshop come into being: when the last of their objects stands, and when the last
// of their Deployments is available. The same eyes for whoever makes them.
import { KINDS } from '../../operator/engine/kinds.ts';
import { apiGet, testCluster, textOf } from '../support/cluster.ts';
import { eventually } from '../support/eventually.ts';
import { kindsOfSeats, ofWorkshop, seatObjects } from '../support/seat-objects.ts';
import { AS, collection, Mark, Watches } from '../support/watch.ts';

/** Milliseconds that any of it may take. */
export const PATIENCE = 900_000;

export interface Standing {
  /** How many objects there will be. */
  objects: number;
  /** How many there are. */
  now(): number;
  /** Resolves to the time (performance.now) at which the last of them stood. */
  complete(): Promise<number>;
  stop(): void;
}

/** Counts the objects of a Workshop's seats as they come. */
export async function watchStanding(workshop: string, seats: number): Promise<Standing> {
  const objects = seats * seatObjects(workshop, 'any').length;
  const mark = new Mark(objects);
  const standing = new Map(kindsOfSeats().map((kind) => [kind.plural, 0]));
  const now = (): number => [...standing.values()].reduce((sum, count) => sum + count, 0);
  const seen = (): string => `${now()} of ${objects} objects stand: ${[...standing].map(([plural, count]) => `${count} ${plural}`).join(', ')}`;
  const watches = await new Watches().add(kindsOfSeats(), ofWorkshop(workshop), 'table', (line, { plural }) => {
    const change = line.startsWith('{"type":"ADDED"') ? 1 : line.startsWith('{"type":"DELETED"') ? -1 : 0;
    if (change === 0) return;
    standing.set(plural, (standing.get(plural) ?? 0) + change);
    mark.set(now());
  });
  return { objects, now, complete: () => watches.during(mark.reached, PATIENCE, seen), stop: () => watches.stop() };
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
    const { columnDefinitions, rows } = JSON.parse(await textOf(await fetch(testCluster().api + path, { headers: { accept: AS.table } }))) as Table;
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
