// Decides what a class offers to somebody who has its code. These functions read objects and change nothing.
import { createHash } from 'node:crypto';
import { shownName } from '../../support/shown-text.ts';
import type { Seat, Workshop } from './kinds.ts';

/** Why a class seats nobody now. `Open` means that it does. */
export type ClassState = 'Open' | 'NotStarted' | 'Over' | 'Full' | 'Paused' | 'Preparing';

/** Whether people choose their name from a list, or say what to call them. */
export const hasNames = ({ spec }: Workshop): boolean => spec.attendees !== undefined;

/** @param now in milliseconds since 1970 */
export function classState(workshop: Workshop, seats: readonly Seat[], now: number): ClassState {
  const { startsAt, expiresAt } = workshop.spec.schedule ?? {};
  if (workshop.metadata.deletionTimestamp || isPast(expiresAt, now)) return 'Over';
  if (startsAt && !isPast(startsAt, now)) return 'NotStarted';
  if (seats.some(isFree)) return 'Open';
  if (claimed(seats) >= capacityOf(workshop)) return 'Full';
  return workshop.spec.rollout?.paused ? 'Paused' : 'Preparing';
}

/** Milliseconds for which the portal keeps what people said after the class has ended. */
export const KEPT_AFTER_END_MS = 3_600_000;

/**
 * Whether the portal keeps nothing of what people say in a class, because it has ended some time ago.
 * @param now in milliseconds since 1970
 * @param since when somebody could first know of the end. Default: the end
 */
export function isForgotten({ spec: { schedule } }: Workshop, now: number, since = 0): boolean {
  const end = schedule?.expiresAt;
  return end !== undefined && Math.max(Date.parse(end), since) + KEPT_AFTER_END_MS <= now;
}

const isPast = (time: string | undefined, now: number): boolean => time !== undefined && Date.parse(time) <= now;

const claimed = (seats: readonly Seat[]): number => seats.filter(({ spec }) => spec.claim).length;

/** The number of seats that a class can have. */
export const capacityOf = ({ spec }: Workshop): number => spec.attendees?.length ?? spec.seats ?? 0;

/** What became of a seat, for the person who has it. */
export type SeatState = 'Ready' | 'Starting' | 'Waiting' | 'Failed' | 'Stopped' | 'Ending';

const STATES: Readonly<Record<string, SeatState>> = {
  Ready: 'Ready',
  Failed: 'Failed',
  Stopping: 'Stopped',
  Stopped: 'Stopped',
  Terminating: 'Ending',
};

export function seatState({ metadata, spec, status }: Seat): SeatState {
  if (metadata.deletionTimestamp) return 'Ending';
  if (spec.stopped || spec.replicas === 0) return 'Stopped';
  if (spec.held && status?.revision === undefined) return 'Waiting';
  return STATES[status?.phase ?? ''] ?? 'Starting';
}

/** The order in which free seats are given: those that are ready first. Others than these are not given. */
const ORDER: readonly SeatState[] = ['Ready', 'Starting', 'Waiting'];

const isFree = (seat: Seat): boolean => !seat.spec.claim && ORDER.includes(seatState(seat));

/**
 * Returns the free seat that the person with this claim id should get. Each person begins at another seat, so two
 * people seldom want the same one, and two replicas choose the same seat for the same person.
 */
export function chooseSeat(seats: readonly Seat[], claimId: string): Seat | undefined {
  const ranked = seats
    .filter(isFree)
    .map((seat) => ({ seat, rank: ORDER.indexOf(seatState(seat)), lot: lotOf(seat, claimId) }));
  return ranked.sort((a, b) => a.rank - b.rank || (a.lot < b.lot ? -1 : 1))[0]?.seat;
}

const lotOf = ({ metadata }: Seat, claimId: string): string =>
  createHash('sha256').update(`${metadata.name}/${claimId}`).digest('hex');

export interface RosterEntry {
  /** The attendee's name in the Workshop. */
  readonly attendee: string;
  /** What the pages call the attendee. */
  readonly name: string;
  readonly isTaken: boolean;
}

/** Returns the names of a class with names, each with whether somebody has taken it. */
export function rosterOf({ spec }: Workshop, seats: readonly Seat[]): RosterEntry[] {
  const taken = new Set(seats.filter((seat) => seat.spec.claim).map((seat) => seat.spec.attendee));
  return (spec.attendees ?? []).map((attendee) => ({
    attendee: attendee.name,
    name: listedName(attendee),
    isTaken: taken.has(attendee.name),
  }));
}

/** What the pages call the person in a seat. */
export function personIn({ spec }: Seat, workshop: Workshop | undefined): string {
  const listed = workshop?.spec.attendees?.find(({ name }) => name === spec.attendee);
  return listed ? listedName(listed) : shownName(spec.claim?.name ?? '') || spec.attendee;
}

/** An older definition accepted names that can't be shown. */
const listedName = ({ name, displayName = '' }: Attendee): string => shownName(displayName) || name;

type Attendee = NonNullable<Workshop['spec']['attendees']>[number];

/** Milliseconds within which the operator takes note that a seat ends. */
const NOTICE_MS = 30_000;

/** Says that the operator has taken no note of a seat that ends, if that is so for long. */
export function unnoticed({ metadata, status }: Seat, now: number): string | undefined {
  const ended = metadata.deletionTimestamp;
  if (ended === undefined || status?.phase === 'Terminating' || Date.parse(ended) + NOTICE_MS > now) return undefined;
  return `The operator has done nothing since ${ended}. It may not run: look at its Deployment and its log.`;
}

/** The operator's own words for what a seat waits for. Undefined if there are none. */
export const reasonOf = ({ status }: Seat): string | undefined =>
  status?.conditions?.find(({ type, status: value }) => type === 'Ready' && value !== 'True')?.message;
