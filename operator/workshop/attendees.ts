// The attendees of a Workshop and the names of their seats.
import type { Attendee, WorkshopSpec } from '../api/types.ts';

const numbered = (index: number): Attendee => ({ name: `seat-${String(index + 1).padStart(2, '0')}` });

/**
 * The attendees in order. If the spec only counts them, they are seat-01, seat-02 and so on, with a third digit from
 * 100 on. So a growing class never renames a seat.
 */
export const attendeesOf = ({ attendees, seats = 0 }: WorkshopSpec): readonly Attendee[] =>
  attendees ?? Array.from({ length: seats }, (_, index) => numbered(index));

/** The name of a Seat and of its namespace. */
export const seatName = (workshop: string, attendee: string): string => `${workshop}-${attendee}`;
