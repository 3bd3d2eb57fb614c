// The Seats of a Workshop: their names, their desired content, their owner, and their progress.
import { createHmac } from 'node:crypto';
import { json } from '../../cdk8s/canonical-json.ts';
import { conditionOf } from '../../kubernetes/conditions.ts';
import { API_VERSION, BROKEN_BY_ATTENDEE, FINALIZER, LABELS, MANAGED_BY, OPAQUE_LENGTH } from '../api/types.ts';
import type { Attendee, Seat, SeatSpec, Workshop } from '../api/types.ts';
import type { KubeObject, OwnerReference } from '../../kubernetes/object.ts';
import { attendeesOf } from './attendees.ts';
import { revisionOf } from './revision.ts';

/**
 * Returns the uid of an object.
 * @throws Error if the object does not come from the API server
 */
export function uidOf({ kind, metadata: { name, uid } }: KubeObject): string {
  if (uid === undefined) throw new Error(`Expected ${kind} ${name} to have a uid from the API server, found none.`);
  return uid;
}

/**
 * Builds an owner reference to a Workshop. It makes the garbage collector delete the object when the Workshop is gone.
 */
export const ownedBy = (workshop: Workshop): OwnerReference => ({
  apiVersion: API_VERSION,
  kind: 'Workshop',
  name: workshop.metadata.name,
  uid: uidOf(workshop),
  controller: true,
});

export const nameOf = ({ metadata: { name } }: KubeObject): string => name;

/** Returns the labels of every object that the Workshop reconciler creates. */
export const labelsOf = (workshop: Workshop): Record<string, string> => ({
  [LABELS.managedBy]: MANAGED_BY,
  [LABELS.partOf]: MANAGED_BY,
  [LABELS.workshop]: workshop.metadata.name,
});

/**
 * Returns text that tells nobody who the attendee is. It depends on the Workshop's uid, which attendees can't read, so
 * they can't compute it from the names that they know.
 */
const opaqueText = (workshop: Workshop, attendee: string): string =>
  createHmac('sha256', uidOf(workshop)).update(attendee).digest('hex').slice(0, OPAQUE_LENGTH);

/** Returns the name of an attendee's Seat, which is also the name of its namespace. */
export const seatName = (workshop: Workshop, attendee: string): string =>
  `${workshop.metadata.name}-${workshop.spec.seatNames === 'Opaque' ? opaqueText(workshop, attendee) : attendee}`;

const specFor = (
  { metadata, spec: { lab, quota, access } }: Workshop,
  attendee: Attendee,
  rendering: Pick<SeatSpec, 'revision' | 'labHash'>,
): SeatSpec => ({
  workshop: metadata.name,
  attendee: attendee.name,
  ...rendering,
  ...(attendee.displayName !== undefined && { displayName: attendee.displayName }),
  ...(lab !== undefined && { lab }),
  ...(quota !== undefined && { quota }),
  ...(access !== undefined && { access }),
});

/**
 * Builds the Seats that a Workshop should have, in the order of the attendees.
 * @param labHash the hash of the lab's objects that this release of the operator renders
 */
export function wantedSeats(workshop: Workshop, labHash: string, { stopped = false } = {}): Seat[] {
  const rendering = { revision: revisionOf(workshop.spec, labHash), labHash };
  return attendeesOf(workshop.spec).map((attendee) => {
    const name = seatName(workshop, attendee.name);
    return {
      apiVersion: API_VERSION,
      kind: 'Seat',
      metadata: {
        name,
        labels: { ...labelsOf(workshop), [LABELS.seat]: name, [LABELS.attendee]: attendee.name },
        finalizers: [FINALIZER],
        ownerReferences: [{ ...ownedBy(workshop), blockOwnerDeletion: true }],
      },
      spec: { ...specFor(workshop, attendee, rendering), ...(stopped && { stopped }) },
    };
  });
}

const controllerOf = ({ metadata: { ownerReferences = [] } }: Seat): OwnerReference | undefined =>
  ownerReferences.find(({ controller }) => controller === true);

/**
 * Whether the Seat belongs to this Workshop. A Seat of an earlier Workshop with the same name does not belong to it,
 * because the uid differs. A Seat without an owner belongs to the Workshop that its spec names.
 */
export function isSeatOf(seat: Seat, workshop: Workshop): boolean {
  const controller = controllerOf(seat);
  return controller ? controller.uid === workshop.metadata.uid : seat.spec.workshop === workshop.metadata.name;
}

/** Returns the kind and the name of a Seat's owner, as text for a message. */
export function ownerText(seat: Seat): string {
  const controller = controllerOf(seat);
  return controller ? `${controller.kind} ${controller.name}` : 'nobody';
}

/** Returns a copy of the object without the named fields. */
export const without = <T extends object>(object: T, fields: readonly (keyof T)[]): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field as keyof T))) as Partial<T>;

/**
 * The fields of a Seat's spec that others write: the instructor and the portal `replicas`, and the portal all others.
 * A reset keeps only the claim: a question, a hint and a visit were about the lab as it was.
 */
const OTHERS = ['replicas', 'claim', 'help', 'hint', 'visit'] as const;

/** Returns the part of a Seat's spec that the operator writes. */
export const writtenSpec = ({ spec }: Seat): SeatSpec =>
  without(spec, spec.stopped === true ? OTHERS : [...OTHERS, 'stopped']) as SeatSpec;

const sameSpec = (a: Seat, b: Seat): boolean => json(writtenSpec(a)) === json(writtenSpec(b));

function sameMetadata(live: Seat, { metadata: { labels = {}, finalizers = [], ownerReferences = [] } }: Seat): boolean {
  return (
    Object.entries(labels).every(([label, value]) => live.metadata.labels?.[label] === value) &&
    finalizers.every((finalizer) => live.metadata.finalizers?.includes(finalizer)) &&
    ownerReferences.every((owner) => live.metadata.ownerReferences?.some((one) => json(one) === json(owner)))
  );
}

/**
 * For each live Seat, the wanted Seat that it equals. This cache stays correct, because stores replace objects and
 * never change them.
 */
const equalSeats = new WeakMap<Seat, Seat>();

/**
 * Whether the live Seat needs no write. Its spec must equal the wanted spec. It may have additional labels, finalizers
 * and owners.
 */
export function isAsWanted(live: Seat, wanted: Seat): boolean {
  if (equalSeats.get(live) === wanted) return true;
  const isSame = sameSpec(live, wanted) && sameMetadata(live, wanted);
  if (isSame) equalSeats.set(live, wanted);
  return isSame;
}

/** Whether somebody has requested the deletion of the object. */
export const isDeleting = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** Whether the Seat's status describes its current spec. */
const isObserved = ({ metadata, status }: Seat): boolean => status?.observedGeneration === metadata.generation;

/** Whether the Seat completely follows its current spec, and is ready or stopped on purpose. */
export const isSettled = (seat: Seat): boolean =>
  isObserved(seat) &&
  seat.status?.revision === seat.spec.revision &&
  (seat.status.phase === 'Ready' || seat.status.phase === 'Stopped');

export const hasFailed = (seat: Seat): boolean =>
  !isDeleting(seat) && isObserved(seat) && seat.status?.phase === 'Failed';

/** Whether the attendee has broken the seat, or the lab has been ready at this revision and broke later. */
const isNoFaultOfRevision = ({ spec, status }: Seat): boolean =>
  conditionOf(status?.conditions, 'Ready')?.reason === BROKEN_BY_ATTENDEE || status?.readyRevision === spec.revision;

/** Whether the Seat's failure speaks against its revision, so that the rollout must stop after some of them. */
export const hasFailedRollout = (seat: Seat): boolean => hasFailed(seat) && !isNoFaultOfRevision(seat);

/** Whether the Seat is being created or changed: it is neither settled, nor failed, nor being deleted. */
export const isInFlight = (seat: Seat): boolean => !isDeleting(seat) && !isSettled(seat) && !hasFailed(seat);

/** Whether the seat is ready, at its current or an earlier revision. */
export const isReady = (seat: Seat): boolean => !isDeleting(seat) && seat.status?.phase === 'Ready';
