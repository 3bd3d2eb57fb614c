// The attendees of a Workshop.
import type { Attendee, WorkshopSpec } from '../api/types.ts';

const numbered = (index: number): Attendee => ({ name: `seat-${String(index + 1).padStart(2, '0')}` });

/**
 * Returns the Workshop's attendees in order. If the spec has only a number of seats, their names are seat-01, seat-02
 * and so on, with three digits from seat-100 on. So a growing class never renames an attendee.
 */
export const attendeesOf = ({ attendees, seats = 0 }: WorkshopSpec): readonly Attendee[] =>
  attendees ?? Array.from({ length: seats }, (_, index) => numbered(index));
