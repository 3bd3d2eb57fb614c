// Events that the operator records on a Workshop and on restored Seats. Most Events report that a condition has
// changed. https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Condition } from '../../kubernetes/object.ts';
import type { Seat, WorkshopStatus } from '../api/types.ts';
import type { EventType } from '../engine/reconciler.ts';
import type { EventSpec } from '../events.ts';
import type { Schedule } from './schedule.ts';

/** Builds the Event for a Seat that somebody edited and the operator restored. */
export const seatRestored = (seat: Seat): EventSpec => ({
  type: 'Normal',
  reason: 'Restored',
  message:
    `Somebody edited Seat ${seat.metadata.name}, and the operator restored it. Change Workshop ` +
    `${seat.spec.workshop} instead.`,
});

export function seatsRemoved(names: readonly string[]): EventSpec {
  const count = `${names.length} seat${names.length === 1 ? '' : 's'}`;
  const list = `${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}`;
  return { type: 'Normal', reason: 'SeatsRemoved', message: `Deleting ${count} without an attendee: ${list}.` };
}

const AFTER_EXPIRY = {
  Delete: 'Its seats are then deleted with everything in them',
  Stop: 'Its seats are then stopped and keep everything in them',
  Keep: 'Its seats stay as they are',
} as const;

export const expiresSoon = ({ expiresAt = '', afterExpiry, warning = 0 }: Schedule): EventSpec => ({
  type: 'Warning',
  reason: 'ExpiresSoon',
  message:
    `The class ends at ${expiresAt}, in at most ${warning} minutes. ${AFTER_EXPIRY[afterExpiry]}. ` +
    'To continue, set spec.schedule.expiresAt to a later time.',
});

/** For each condition type: the condition reasons that cause an Event, each with the type of this Event. */
const EVENT_TYPES: Readonly<Record<string, Readonly<Record<string, EventType>>>> = {
  Ready: { SeatsReady: 'Normal', InvalidSpec: 'Warning', Expired: 'Normal', Terminating: 'Normal' },
  Progressing: { Scheduled: 'Normal', Paused: 'Normal', Updating: 'Normal', DeletionUnconfirmed: 'Warning' },
  Degraded: { SeatsFailed: 'Warning', RolloutStopped: 'Warning', WriteRefused: 'Warning' },
  CapacityAvailable: { InsufficientCapacity: 'Warning', NotReadable: 'Warning' },
  ImagesReady: { Pulled: 'Normal', ErrImagePull: 'Warning', NoNodes: 'Warning', NotReadable: 'Warning' },
  FaultsApplied: { Applied: 'Normal', UnknownFault: 'Warning' },
  AccessReady: { ServerIsLocal: 'Warning', KubeconfigsEndEarly: 'Warning' },
  NetworkIsolation: { Enforced: 'Normal', Unenforced: 'Warning', PartlyTested: 'Warning', ProbeFailed: 'Warning' },
};

const isSameCondition = (a: Condition | undefined, b: Condition): boolean =>
  a?.status === b.status && a.reason === b.reason;

/** Returns the Events for the difference between two statuses of a Workshop. */
export function changeEvents(before: WorkshopStatus | undefined, after: WorkshopStatus): EventSpec[] {
  return (after.conditions ?? []).flatMap((condition) => {
    const type = EVENT_TYPES[condition.type]?.[condition.reason];
    if (type === undefined || isSameCondition(conditionOf(before?.conditions, condition.type), condition)) return [];
    return [{ type, reason: condition.reason, message: condition.message }];
  });
}
