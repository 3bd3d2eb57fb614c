// What is told as Events, each text in this one place. Most are told when a condition comes to say something else.
// https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/event-v1/
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Seat, WorkshopStatus } from '../api/types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import type { EventType } from '../engine/reconciler.ts';
import type { Schedule } from './schedule.ts';

export interface EventSpec {
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** On a Seat. */
export const restored = (seat: Seat): EventSpec => ({
  type: 'Normal',
  reason: 'Restored',
  message: `Seat ${seat.metadata.name} was edited by hand and is again as Workshop ${seat.spec.workshop} says: change it there.`,
});

/** On a Workshop. */
export const removed = (names: readonly string[]): EventSpec => ({
  type: 'Normal',
  reason: 'SeatsRemoved',
  message: `Removing ${names.length} seat${names.length === 1 ? '' : 's'} that no attendee has: ${names.slice(0, 5).join(', ')}${names.length > 5 ? ', …' : ''}.`,
});

const WHAT_THEN = {
  Delete: 'its seats are deleted then, with all that is in them',
  Stop: 'its seats are stopped then, and keep what is in them',
  Keep: 'its seats stay as they are',
} as const;

export const expiresSoon = ({ expiresAt = '', afterExpiry, warning = 0 }: Schedule): EventSpec => ({
  type: 'Warning',
  reason: 'ExpiresSoon',
  message: `The class ends at ${expiresAt}, in at most ${warning} minutes; ${WHAT_THEN[afterExpiry]}. To go on, set spec.schedule.expiresAt to a later time.`,
});

/** Which reasons of which conditions are told, and how loudly. */
const TOLD: Readonly<Record<string, Readonly<Record<string, EventType>>>> = {
  Ready: { SeatsReady: 'Normal', InvalidSpec: 'Warning', Expired: 'Normal', Terminating: 'Normal' },
  Progressing: { Scheduled: 'Normal', Paused: 'Normal', RollingOut: 'Normal' },
  Degraded: { SeatsFailed: 'Warning', RolloutStopped: 'Warning', WriteRefused: 'Warning' },
  CapacityAvailable: { InsufficientCapacity: 'Warning', NotReadable: 'Warning' },
  ImagesReady: { Pulled: 'Normal', ErrImagePull: 'Warning', NoNodes: 'Warning', NotReadable: 'Warning' },
  NetworkIsolation: { Enforced: 'Normal', Unenforced: 'Warning', ProbeFailed: 'Warning' },
};

const isSameCondition = (a: Condition | undefined, b: Condition): boolean =>
  a?.status === b.status && a.reason === b.reason;

/** What is to be told about a Workshop whose status becomes another. */
export function changeEvents(before: WorkshopStatus | undefined, after: WorkshopStatus): EventSpec[] {
  return (after.conditions ?? []).flatMap((condition) => {
    const type = TOLD[condition.type]?.[condition.reason];
    if (type === undefined || isSameCondition(conditionOf(before?.conditions, condition.type), condition)) return [];
    return [{ type, reason: condition.reason, message: condition.message }];
  });
}
