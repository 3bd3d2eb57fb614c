// Reports whether the kubeconfigs of a class work for its attendees until the class ends.
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LIMITS } from '../api/types.ts';
import type { Seat, SeatStatus, Workshop } from '../api/types.ts';
import { nameOf } from './seats.ts';

const TYPE = 'AccessReady';
const HOUR_MS = 3_600_000;

type Access = NonNullable<SeatStatus['access']>;

/** When the kubeconfig that the attendee may hold ends, in milliseconds since 1970. */
const endOf = ({ expiresAt, handedOutUntil = expiresAt }: Access): number => Date.parse(handedOutUntil);

interface Ending {
  readonly seat: Seat;
  readonly access: Access;
}

/** Returns the seat whose kubeconfig ends first. Undefined if no seat has a kubeconfig yet. */
const firstToEnd = (seats: readonly Seat[]): Ending | undefined =>
  seats
    .flatMap((seat) => (seat.status?.access ? [{ seat, access: seat.status.access }] : []))
    .toSorted((a, b) => endOf(a.access) - endOf(b.access))[0];

/** Returns a tokenLifetime in whole hours that lasts from the token's issue to the end of the class. */
function lifetimeUntil(end: number, { issuedAt, renewAt }: Access): string {
  const hours = Math.ceil((end - Date.parse(issuedAt ?? renewAt)) / HOUR_MS);
  return `${Math.min(LIMITS.tokenLifetime.maximum / 3600, hours)}h`;
}

const condition = (reason: string, message: string): ConditionSpec => ({
  type: TYPE,
  status: 'False',
  reason,
  message,
});

function endsEarly({ seat, access }: Ending, end: string): ConditionSpec {
  const { expiresAt, handedOutUntil = expiresAt, renewAt } = access;
  return condition(
    'KubeconfigsEndEarly',
    `The class ends at ${end}, but the kubeconfig of seat ${nameOf(seat)} ends at ${handedOutUntil}. Set ` +
      `spec.access.tokenLifetime to ${lifetimeUntil(Date.parse(end), access)} before you hand kubeconfigs out, or ` +
      `hand out the Secrets again after ${renewAt}.`,
  );
}

/** Returns the condition AccessReady. A class in which no seat has a kubeconfig yet has no such condition. */
export function accessCondition({ spec }: Workshop, seats: readonly Seat[]): ConditionSpec[] {
  const first = firstToEnd(seats);
  if (!first) return [];
  const local = seats
    .map(({ status }) => conditionOf(status?.conditions, 'Access'))
    .find((one) => one?.reason === 'ServerIsLocal');
  if (local) return [condition('ServerIsLocal', local.message)];
  const end = spec.schedule?.expiresAt;
  if (end !== undefined && endOf(first.access) < Date.parse(end)) return [endsEarly(first, end)];
  const { expiresAt, handedOutUntil = expiresAt } = first.access;
  const message = `The kubeconfig that ends first ends at ${handedOutUntil}: that of seat ${nameOf(first.seat)}.`;
  return [{ type: TYPE, status: 'True', reason: 'KubeconfigsValid', message }];
}
