// What each action writes into a Workshop.
import { LIMITS } from '../../../cdk8s/operator/workshop.ts';
import { rfc3339 } from '../../../kubernetes/conditions.ts';
import { CONFIRM_DELETION, LABELS } from '../../../lab/names.ts';
import type { Workshop } from '../kinds.ts';
import type { Asked, ClassAction, ClassActionName } from './asked.ts';
import { notNow } from './bad-action.ts';
import type { ActionOf } from './contract.ts';
import type { Deed } from './events.ts';
import type { Planned } from './seat-changes.ts';
import type { Change } from './writer.ts';

type Plan<K extends ClassActionName> = (
  action: ActionOf<K>,
  asked: Asked,
) => { readonly change: (workshop: Workshop) => Change | undefined; readonly deed: Deed };

const MINUTE = 60_000;

const deed = (reason: string, what: string): Deed => ({ reason, what });

const plans: { readonly [K in ClassActionName]: Plan<K> } = {
  hint: ({ text }, { by, now }) => ({
    change: () => ({ spec: { announcement: { text, by, at: rfc3339(now) } } }),
    deed: deed('HintSent', 'sent a hint to all'),
  }),
  faults: ({ names }) => ({
    change: () => ({ metadata: { labels: { [LABELS.faults]: names.length === 0 ? 'none' : names.join('.') } } }),
    deed: deed('FaultsSet', `set the faults for all: ${names.length === 0 ? 'none' : names.join(', ')}`),
  }),
  pause: ({ paused }) => ({
    change: () => ({ spec: { rollout: { paused } } }),
    deed: paused ? deed('RolloutPaused', 'paused the rollout') : deed('RolloutResumed', 'resumed the rollout'),
  }),
  extend: ({ minutes }, { now }) => ({
    change: ({ spec }) => ({ spec: { schedule: { expiresAt: extended(spec.schedule?.expiresAt, minutes, now) } } }),
    deed: deed('ClassExtended', `extended the class by ${minutes} minutes`),
  }),
  end: (_action, { now }) => ({
    change: ({ spec }) => endNow(spec.schedule, now),
    deed: deed('ClassEnded', 'ended the class'),
  }),
  addSeat: ({ name }) => ({
    change: ({ spec }) => ({ spec: spec.attendees ? withAttendee(spec.attendees, name) : withSeat(spec.seats ?? 0) }),
    deed: deed('SeatAdded', 'added a seat'),
  }),
  poll: ({ id, question, options }, { now }) => ({
    change: ({ spec }) => {
      if (spec.poll?.id === id)
        throw notNow(`expected a poll with another id, found that ${id} is open. Close it first.`);
      return { spec: { poll: { id, question, options: options ?? null, at: rfc3339(now) } } };
    },
    deed: deed('PollOpened', `opened the poll ${id}`),
  }),
  closePoll: () => ({
    change: ({ spec }) => (spec.poll ? { spec: { poll: null } } : undefined),
    deed: deed('PollClosed', 'closed the poll'),
  }),
};

/** Returns what an action writes, and what its Event says. */
export function classChanges(action: ClassAction, asked: Asked): Planned<Workshop> {
  const plan = plans[action.action] as Plan<ClassActionName>;
  const { change, deed } = plan(action, asked);
  return { decide: change, deed };
}

function extended(expiresAt: string | undefined, minutes: number, now: number): string {
  if (expiresAt === undefined) throw notNow('expected a class with an end, found none: it goes on until you end it.');
  return rfc3339(Math.max(now, Date.parse(expiresAt)) + minutes * MINUTE);
}

/** The operator deletes seats at an end that it has not seen before only if somebody confirms it, as we do here. */
function endNow(
  { startsAt, expiresAt, afterExpiry }: NonNullable<Workshop['spec']['schedule']> = {},
  now: number,
): Change | undefined {
  if (expiresAt !== undefined && Date.parse(expiresAt) <= now) return undefined;
  if (startsAt !== undefined && Date.parse(startsAt) >= now)
    throw notNow('expected a class that has started, found one that has not. Change its schedule with kubectl.');
  const end = rfc3339(now);
  const isConfirmed = afterExpiry === 'Delete';
  return {
    ...(isConfirmed && { metadata: { annotations: { [CONFIRM_DELETION]: end } } }),
    spec: { schedule: { expiresAt: end } },
  };
}

function withSeat(seats: number): NonNullable<Change['spec']> {
  if (seats >= LIMITS.attendees) throw notNow(`expected fewer than ${LIMITS.attendees} seats, found ${seats}.`);
  return { seats: seats + 1 };
}

type Attendees = NonNullable<Workshop['spec']['attendees']>;

function withAttendee(attendees: Attendees, displayName: string | undefined): NonNullable<Change['spec']> {
  if (displayName === undefined) throw notNow('expected the name of a person, because this class has a list of names.');
  if (attendees.length >= LIMITS.attendees)
    throw notNow(`expected fewer than ${LIMITS.attendees} attendees, found ${attendees.length}.`);
  if (attendees.some(isCalled(displayName)))
    throw notNow(`expected a new name, found that the class has ${displayName} already.`);
  return { attendees: [...attendees, { name: nameFor(displayName, attendees), displayName }] };
}

const isCalled =
  (name: string | undefined) =>
  (attendee: Attendees[number]): boolean =>
    (attendee.displayName || attendee.name) === name;

/** Returns the attendee whom the pages call so. Undefined if there is none, as in a class without a list of names. */
export const attendeeCalled = ({ spec }: Workshop, name: string | undefined): Attendees[number] | undefined =>
  spec.attendees?.find(isCalled(name));

const LONGEST_NAME = 20;

/** Returns a short DNS label for a person that no attendee has. */
function nameFor(displayName: string, attendees: Attendees): string {
  const plain = displayName
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-');
  const base = plain.replace(/^-+/, '').slice(0, LONGEST_NAME).replace(/-+$/, '') || 'guest';
  const taken = new Set(attendees.map(({ name }) => name));
  const names = [base, ...Array.from({ length: attendees.length + 1 }, (_, index) => `${base}-${index + 2}`)];
  return names.find((name) => !taken.has(name)) ?? base;
}
