// Workshops and Seats for tests.
import { API_VERSION } from '../../../lab/names.ts';
import type { Claim, Seat, Workshop } from '../kinds.ts';

export const CODE = 'abc234';

/** Returns a class. With a number it has seats, with a list it has names. */
export function aWorkshop(
  attendees: number | readonly string[] = 3,
  spec: Partial<Workshop['spec']> = {},
  name = 'otel',
): Workshop {
  const who =
    typeof attendees === 'number' ? { seats: attendees } : { attendees: attendees.map((one) => ({ name: one })) };
  return {
    apiVersion: API_VERSION,
    kind: 'Workshop',
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1' },
    spec: { ...who, ...spec },
    status: { code: CODE },
  };
}

export interface SeatOptions {
  readonly phase?: NonNullable<Seat['status']>['phase'];
  readonly claim?: Claim;
  readonly spec?: Partial<Seat['spec']>;
  readonly workshop?: string;
}

export function aSeat(attendee: string, { phase = 'Ready', claim, spec, workshop = 'otel' }: SeatOptions = {}): Seat {
  const name = `${workshop}-${attendee}`;
  return {
    apiVersion: API_VERSION,
    kind: 'Seat',
    metadata: { name, uid: `uid-${name}`, resourceVersion: '1' },
    spec: { workshop, attendee, revision: 'r', ...(claim && { claim }), ...spec },
    status: { phase, revision: 'r' },
  };
}

export const aClaim = (id: string, name = 'Ada'): Claim => ({ id, name, key: 'k', at: '2026-11-29T09:00:00Z' });
