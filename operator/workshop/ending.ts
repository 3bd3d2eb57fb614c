// What must be true before the seats of an expired class are deleted: the end was announced or is confirmed, and the
// Workshop's status records how far each attendee got.
import { CONFIRM_DELETION, LIMITS } from '../api/types.ts';
import type { Seat, Workshop, WorkshopStatus } from '../api/types.ts';
import { scheduleAt } from './schedule.ts';
import type { Schedule } from './schedule.ts';

type AttendeeRecord = NonNullable<WorkshopStatus['record']>[number];

/**
 * Whether the seats may be deleted: the operator saw this end before it came, or the annotation confirms it. So a time
 * in the past that somebody enters by mistake deletes nothing.
 */
function isConfirmed({ metadata: { annotations }, spec, status }: Workshop): boolean {
  const end = spec.schedule?.expiresAt;
  return end !== undefined && (status?.announcedEnd === end || annotations?.[CONFIRM_DELETION] === end);
}

/**
 * Returns the state of a class. An end that needs confirmation stops the seats instead of deleting them.
 * @param now milliseconds since 1970
 */
export function confirmedSchedule(workshop: Workshop, now: number): Schedule {
  const schedule = scheduleAt(now, workshop.spec.schedule);
  const isDeletion = schedule.state === 'Expired' && schedule.afterExpiry === 'Delete';
  return isDeletion && !isConfirmed(workshop) ? { ...schedule, afterExpiry: 'Stop', unconfirmed: true } : schedule;
}

/** Returns the end of the class that the status keeps as announced. */
export const announcedEnd = ({ status }: Workshop, { state, expiresAt }: Schedule): string | undefined =>
  state === 'Expired' ? status?.announcedEnd : expiresAt;

/** Returns the command that confirms the deletion. */
export const confirmCommand = (name: string, end: string): string =>
  `kubectl annotate workshop ${name} --overwrite ${CONFIRM_DELETION}=${end}`;

const recordOf = ({ spec: { attendee }, status }: Seat): AttendeeRecord => ({
  name: attendee,
  ...(status?.progress !== undefined && { progress: status.progress }),
  ...(status?.lastActivity !== undefined && { lastActivity: status.lastActivity }),
});

/**
 * Returns how far each attendee got, sorted by name. Attendees whose seats are gone keep their earlier record. If the
 * Workshop had more attendees than a Workshop may have, it loses records of attendees whose seats are gone.
 */
export function recordsOf({ status }: Workshop, owned: readonly Seat[]): readonly AttendeeRecord[] {
  const records = new Map(owned.map(recordOf).map((one) => [one.name, one]));
  const earlier = (status?.record ?? []).filter(({ name }) => !records.has(name));
  return [...records.values(), ...earlier].slice(0, LIMITS.attendees).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
