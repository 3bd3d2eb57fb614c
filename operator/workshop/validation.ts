// Finds problems in a Workshop's spec. The API server finds most of them before it stores a Workshop. The operator must
// find the others: rules that a schema can't express, and Workshops that are older than a rule.
import type { Attendee, Workshop, WorkshopSpec } from '../api/types.ts';
import { attendeesOf } from './attendees.ts';
import { seatName } from './seats.ts';

/**
 * Rules for the length and the characters of a namespace's name.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
 */
const MAX_NAME_LENGTH = 63;
const DNS_LABEL = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/;
const MAX_ATTENDEES = 1000;

function countProblems({ attendees, seats }: WorkshopSpec): string[] {
  if (attendees !== undefined && seats !== undefined) return ['spec has both attendees and seats. Remove one of them.'];
  const count = attendees?.length ?? seats;
  if (count === undefined)
    return ['spec has neither attendees nor seats. List the attendees, or set seats to their number.'];
  if (count >= 0 && count <= MAX_ATTENDEES) return [];
  return [`Expected at most ${MAX_ATTENDEES} attendees, found ${count}. Use several Workshops.`];
}

function nameProblems(workshop: Workshop, { name }: Attendee): string[] {
  if (!DNS_LABEL.test(name))
    return [
      `Attendee "${name}" must have a name of lower-case letters, digits and inner hyphens. Rename the attendee.`,
    ];
  const { length } = seatName(workshop, name);
  if (length <= MAX_NAME_LENGTH) return [];
  const surplus = length - MAX_NAME_LENGTH;
  return [
    `The namespace of attendee "${name}" gets a name of ${length} characters, expected at most ${MAX_NAME_LENGTH}. ` +
      `Shorten the attendee's or the Workshop's name by ${surplus}.`,
  ];
}

function attendeeProblems(workshop: Workshop, attendees: readonly Attendee[]): string[] {
  const byName = Map.groupBy(attendees, ({ name }) => name);
  const duplicates = [...byName]
    .filter(([, same]) => same.length > 1)
    .map(([name, { length }]) => `${length} attendees are named "${name}". Give each a different name.`);
  const invalid = [...byName.values()].flatMap(([attendee]) => (attendee ? nameProblems(workshop, attendee) : []));
  return [...duplicates, ...invalid];
}

function scheduleProblems({ schedule = {} }: WorkshopSpec): string[] {
  const times = (['startsAt', 'expiresAt'] as const).flatMap((field) => {
    const text = schedule[field];
    return text === undefined ? [] : [{ field, text, at: Date.parse(text) }];
  });
  const unreadable = times
    .filter(({ at }) => Number.isNaN(at))
    .map(({ field, text }) => `Expected schedule.${field} to be a time such as 2026-03-02T09:00:00Z, found "${text}".`);
  const [starts, expires] = times;
  if (!starts || !expires || unreadable.length > 0 || starts.at < expires.at) return unreadable;
  return [
    `schedule.expiresAt (${expires.text}) must be later than schedule.startsAt (${starts.text}). Change one of them.`,
  ];
}

function rolloutProblems({ rollout = {} }: WorkshopSpec): string[] {
  return (['maxConcurrent', 'maxFailures'] as const)
    .filter((field) => !((rollout[field] ?? 1) >= 1))
    .map((field) => `Expected rollout.${field} to be at least 1, found ${rollout[field]}.`);
}

function workshopNameProblems(name: string): string[] {
  if (DNS_LABEL.test(name)) return [];
  return [
    `Namespace names can't start with the Workshop's name "${name}". Create a Workshop without dots in its name.`,
  ];
}

/** Returns the problems in a Workshop's spec, as texts that say what to change. */
export function validate(workshop: Workshop): string[] {
  const { metadata, spec } = workshop;
  const counts = countProblems(spec);
  const attendees = counts.length > 0 ? counts : attendeeProblems(workshop, attendeesOf(spec));
  return [...workshopNameProblems(metadata.name), ...attendees, ...scheduleProblems(spec), ...rolloutProblems(spec)];
}
