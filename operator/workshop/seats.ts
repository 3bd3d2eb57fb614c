// A Workshop's Seats: as they are to be, whose one is, how far it has come, and the requests that make, restore and remove one.
import { json } from '../../cdk8s/canonical-json.ts';
import { API_VERSION, FINALIZER, LABELS, MANAGED_BY } from '../api/types.ts';
import type { Attendee, Seat, SeatSpec, Workshop } from '../api/types.ts';
import type { KubeObject, OwnerReference } from '../../kubernetes/object.ts';
import { attendeesOf, seatName } from './attendees.ts';
import { revisionOf } from './revision.ts';

/** @throws Error for a Workshop that no API server has given */
export function uidOf({ kind, metadata: { name, uid } }: KubeObject): string {
  if (uid === undefined) throw new Error(`Expected ${kind} ${name} as the API server gave it, found it without uid.`);
  return uid;
}

/** What makes the garbage collector remove an object after the Workshop. */
export const ownedBy = (workshop: Workshop): OwnerReference => ({
  apiVersion: API_VERSION,
  kind: 'Workshop',
  name: workshop.metadata.name,
  uid: uidOf(workshop),
  controller: true,
});

/** Labels of all that the Workshop's reconciler makes. */
export const labelsOf = (workshop: Workshop): Record<string, string> => ({
  [LABELS.managedBy]: MANAGED_BY,
  [LABELS.partOf]: MANAGED_BY,
  [LABELS.workshop]: workshop.metadata.name,
});

const specFor = (
  { metadata, spec: { lab, quota, access } }: Workshop,
  attendee: Attendee,
  revision: string,
): SeatSpec => ({
  workshop: metadata.name,
  attendee: attendee.name,
  revision,
  ...(attendee.displayName !== undefined && { displayName: attendee.displayName }),
  ...(lab !== undefined && { lab }),
  ...(quota !== undefined && { quota }),
  ...(access !== undefined && { access }),
});

/** The Seats as they are to be, in the attendees' order. */
export function wantedSeats(workshop: Workshop, { stopped = false } = {}): Seat[] {
  const revision = revisionOf(workshop.spec);
  return attendeesOf(workshop.spec).map((attendee) => {
    const name = seatName(workshop.metadata.name, attendee.name);
    return {
      apiVersion: API_VERSION,
      kind: 'Seat',
      metadata: {
        name,
        labels: { ...labelsOf(workshop), [LABELS.seat]: name, [LABELS.attendee]: attendee.name },
        finalizers: [FINALIZER],
        ownerReferences: [{ ...ownedBy(workshop), blockOwnerDeletion: true }],
      },
      spec: { ...specFor(workshop, attendee, revision), ...(stopped && { stopped }) },
    };
  });
}

const controllerOf = ({ metadata: { ownerReferences = [] } }: Seat): OwnerReference | undefined =>
  ownerReferences.find(({ controller }) => controller === true);

/** Whether the Seat is that very Workshop's, also when its owner was edited away; not when it is one of the same name before. */
export function isSeatOf(seat: Seat, workshop: Workshop): boolean {
  const controller = controllerOf(seat);
  return controller ? controller.uid === workshop.metadata.uid : seat.spec.workshop === workshop.metadata.name;
}

/** Whose a Seat is, for a message. */
export function ownerText(seat: Seat): string {
  const controller = controllerOf(seat);
  return controller ? `${controller.kind} ${controller.name}` : 'nobody';
}

/** The rest of an object's fields. */
export const without = <T extends object>(object: T, fields: readonly (keyof T)[]): Partial<T> =>
  Object.fromEntries(Object.entries(object).filter(([field]) => !fields.includes(field as keyof T))) as Partial<T>;

/** What the operator writes of a Seat's spec, ready to be compared. `replicas` is the instructor's. */
export const writtenSpec = ({ spec }: Seat): SeatSpec =>
  without(spec, spec.stopped === true ? ['replicas'] : ['replicas', 'stopped']) as SeatSpec;

const sameSpec = (a: Seat, b: Seat): boolean => json(writtenSpec(a)) === json(writtenSpec(b));

function sameMetadata(live: Seat, { metadata: { labels = {}, finalizers = [], ownerReferences = [] } }: Seat): boolean {
  return (
    Object.entries(labels).every(([label, value]) => live.metadata.labels?.[label] === value) &&
    finalizers.every((finalizer) => live.metadata.finalizers?.includes(finalizer)) &&
    ownerReferences.every((owner) => live.metadata.ownerReferences?.some((one) => json(one) === json(owner)))
  );
}

/** For each Seat as it was found, what it was found to be like. Stores never change an object, but replace it. */
const alike = new WeakMap<Seat, Seat>();

/** Whether nothing is to be written. Labels, finalizers and owners of others are theirs; in the spec nobody else has any business. */
export function isAsWanted(live: Seat, wanted: Seat): boolean {
  if (alike.get(live) === wanted) return true;
  const isSame = sameSpec(live, wanted) && sameMetadata(live, wanted);
  if (isSame) alike.set(live, wanted);
  return isSame;
}

export const isLeaving = ({ metadata }: KubeObject): boolean => metadata.deletionTimestamp !== undefined;

/** Whether the Seat's status is about its spec as it is now. */
const isObserved = ({ metadata, status }: Seat): boolean => status?.observedGeneration === metadata.generation;

/** Everything as its spec says, and usable or stopped on purpose. */
export const isSettled = (seat: Seat): boolean =>
  isObserved(seat) &&
  seat.status?.revision === seat.spec.revision &&
  (seat.status.phase === 'Ready' || seat.status.phase === 'Stopped');

export const hasFailed = (seat: Seat): boolean =>
  !isLeaving(seat) && isObserved(seat) && seat.status?.phase === 'Failed';

/** Being made or changed: neither where it is to be, nor known not to get there. */
export const isInFlight = (seat: Seat): boolean => !isLeaving(seat) && !isSettled(seat) && !hasFailed(seat);

/** Usable now, whichever revision it follows. */
export const isReady = (seat: Seat): boolean => !isLeaving(seat) && seat.status?.phase === 'Ready';
