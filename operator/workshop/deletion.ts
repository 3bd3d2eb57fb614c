// Deletes a Workshop: first its Seats, then the pods that pull images, then the Workshop itself. The Workshop stays
// until no namespace of its seats is left.
import { KINDS } from '../api/kinds.ts';
import { API_VERSION, FINALIZER, LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat, Workshop } from '../api/types.ts';
import type { Namespace } from '../../kubernetes/types.ts';
import type { Result } from '../engine/reconciler.ts';
import { Attempts } from './attempts.ts';
import type { ImagePrepull } from './image-prepull.ts';
import type { WorkshopOptions } from './options.ts';
import type { SeatWriter } from './seat-writer.ts';
import { isDeleting, isSeatOf } from './seats.ts';
import { deletingStatus, namespacesLeftStatus } from './deletion-status.ts';
import { removeFinalizer, writeStatus } from './write-workshop.ts';

/** Milliseconds until the operator asks the API server again whether Seats exist that its store lacks. */
const RECHECK_MS = 1000;
/** Milliseconds until the operator looks again whether namespaces without a Seat are gone. */
const NAMESPACES_MS = 3000;

export interface DeletionOptions extends WorkshopOptions {
  readonly writer: SeatWriter;
  readonly prepull: ImagePrepull;
}

/**
 * Deletes the Workshop's Seats and reports which Seats still exist. The Workshop is reconciled again whenever one of
 * its Seats is gone.
 */
async function deleteSeats(options: DeletionOptions, workshop: Workshop, owned: readonly Seat[]): Promise<void> {
  const { clock, writer } = options;
  const attempts = new Attempts();
  const standing = owned.filter((seat) => !isDeleting(seat));
  await Promise.all(standing.map((seat) => attempts.attempt(() => writer.remove(seat))));
  await writeStatus(options, workshop, deletingStatus(workshop, owned, clock.now()));
  attempts.end();
}

/** Asks the API server whether the Workshop still has Seats. The store may lack a Seat that was just created. */
async function hasSeats({ api, seats }: DeletionOptions, workshop: Workshop): Promise<boolean> {
  const labelSelector = `${LABELS.workshop}=${workshop.metadata.name}`;
  const listed = await api.list<Seat>(KINDS.Seat, { labelSelector });
  const left = listed.filter((seat) => isSeatOf(seat, workshop));
  for (const seat of left) seats.observe(seat);
  return left.length > 0;
}

/** Whether a Seat owns the namespace. Anybody could give a namespace of their own the labels. */
const isOfSeat = ({ metadata: { ownerReferences = [] } }: Namespace): boolean =>
  ownerReferences.some(({ apiVersion, kind }) => apiVersion === API_VERSION && kind === 'Seat');

/**
 * Lists the namespaces of the Workshop's seats that still exist. A namespace may outlive its Seat, for example if
 * somebody removed the Seat's finalizer.
 */
async function namespacesLeft({ api }: DeletionOptions, workshop: Workshop): Promise<Namespace[]> {
  const labelSelector = `${LABELS.managedBy}=${MANAGED_BY},${LABELS.workshop}=${workshop.metadata.name}`;
  return (await api.list<Namespace>(KINDS.Namespace, { labelSelector })).filter(isOfSeat);
}

async function awaitNamespaces(
  options: DeletionOptions,
  workshop: Workshop,
  left: readonly Namespace[],
): Promise<Result> {
  await writeStatus(options, workshop, namespacesLeftStatus(workshop, left, options.clock.now()));
  return { requeueAfter: NAMESPACES_MS };
}

async function finish(options: DeletionOptions, workshop: Workshop): Promise<void> {
  await options.prepull.clear(workshop);
  await removeFinalizer(options, workshop);
  options.log.info({ workshop: workshop.metadata.name }, 'Workshop and everything in it are deleted');
}

/**
 * Continues the deletion of a Workshop.
 * @returns when to reconcile the Workshop again, or 'deleted' if nothing is left to do
 */
export async function deleteWorkshop(
  options: DeletionOptions,
  workshop: Workshop,
): Promise<Result | 'deleted' | undefined> {
  if (!workshop.metadata.finalizers?.includes(FINALIZER)) return 'deleted';
  const owned = options.seats.list().filter((seat) => isSeatOf(seat, workshop));
  if (owned.length > 0) return void (await deleteSeats(options, workshop, owned));
  if (await hasSeats(options, workshop)) return { requeueAfter: RECHECK_MS };
  const left = await namespacesLeft(options, workshop);
  if (left.length > 0) return awaitNamespaces(options, workshop, left);
  await finish(options, workshop);
  return 'deleted';
}
