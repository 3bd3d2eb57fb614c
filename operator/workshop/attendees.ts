// Who is to have a seat, and what about a Workshop's spec can't be followed. Most of the latter is refused at admission; a
// definition from before a rule, or a rule that the schema can't say, lets it through.
import { DNS_LABEL, LABEL_LENGTH, LIMITS } from '../api/types.ts';
import type { Attendee, Workshop, WorkshopSpec } from '../api/types.ts';

const dnsLabel = new RegExp(DNS_LABEL);

/**
 * The attendees in their order. Those that are only counted are seat-01, seat-02 and so on; from 100 on a digit longer, so that no
 * seat changes its name, and is made anew for that, when a class grows.
 */
export function attendeesOf({ attendees, seats = 0 }: WorkshopSpec): readonly Attendee[] {
  return (
    attendees ?? Array.from({ length: seats }, (_, index) => ({ name: `seat-${String(index + 1).padStart(2, '0')}` }))
  );
}

/** The name of a seat, of its Seat and of its namespace. */
export const seatName = (workshop: string, attendee: string): string => `${workshop}-${attendee}`;

function problemsOfCount({ attendees, seats }: WorkshopSpec): string[] {
  if (attendees !== undefined && seats !== undefined) return ['It has both attendees and seats: remove one of them.'];
  const count = attendees?.length ?? seats;
  if (count === undefined) return ['It has neither attendees nor seats: say who attends, or how many do.'];
  return count >= 0 && count <= LIMITS.attendees
    ? []
    : [`It has ${count} attendees, expected at most ${LIMITS.attendees}: use several Workshops.`];
}

function problemOfName(workshop: string, { name }: Attendee): string[] {
  if (!dnsLabel.test(name))
    return [
      `Attendee "${name}" must be named with lower-case letters, digits and hyphens, the latter not at its ends.`,
    ];
  const { length } = seatName(workshop, name);
  if (length <= LABEL_LENGTH) return [];
  return [
    `Attendee "${name}" makes a namespace's name of ${length} characters, expected at most ${LABEL_LENGTH}: shorten it by ${length - LABEL_LENGTH}.`,
  ];
}

function problemsOfNames(workshop: string, attendees: readonly Attendee[]): string[] {
  const byName = Map.groupBy(attendees, ({ name }) => name);
  const twice = [...byName]
    .filter(([, same]) => same.length > 1)
    .map(([name, { length }]) => `${length} attendees are named "${name}": give each a name of their own.`);
  return [
    ...twice,
    ...[...byName.values()].flatMap(([attendee]) => (attendee ? problemOfName(workshop, attendee) : [])),
  ];
}

function problemsOfSchedule({ schedule = {} }: WorkshopSpec): string[] {
  const times = (['startsAt', 'expiresAt'] as const).flatMap((field) => {
    const text = schedule[field];
    return text === undefined ? [] : [{ field, text, at: Date.parse(text) }];
  });
  const unreadable = times
    .filter(({ at }) => Number.isNaN(at))
    .map(({ field, text }) => `schedule.${field} is "${text}", expected a time such as 2026-03-02T09:00:00Z.`);
  const [starts, expires] = times;
  if (!starts || !expires || unreadable.length > 0 || starts.at < expires.at) return unreadable;
  return [
    `schedule.expiresAt (${expires.text}) must be later than schedule.startsAt (${starts.text}): change one of them.`,
  ];
}

function problemsOfRollout({ rollout = {} }: WorkshopSpec): string[] {
  return (['maxConcurrent', 'maxFailures'] as const)
    .filter((field) => !((rollout[field] ?? 1) >= 1))
    .map((field) => `rollout.${field} is ${rollout[field]}, expected at least 1.`);
}

function problemsOfAttendance(workshop: string, spec: WorkshopSpec): string[] {
  const problems = problemsOfCount(spec);
  return problems.length > 0 ? problems : problemsOfNames(workshop, attendeesOf(spec));
}

/** What must change before the spec can be followed, a sentence each; none where it can. */
export function problemsOf({ metadata: { name }, spec }: Workshop): string[] {
  const problems = dnsLabel.test(name)
    ? []
    : [`The Workshop's name "${name}" can't begin namespaces' names: make it anew, named without dots.`];
  return [...problems, ...problemsOfAttendance(name, spec), ...problemsOfSchedule(spec), ...problemsOfRollout(spec)];
}
