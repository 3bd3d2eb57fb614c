// Events that the operator records on a Seat. `kubectl describe seat` and `kubectl events` show them.
import { conditionOf } from '../../kubernetes/conditions.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { record } from '../events.ts';
import type { EventSpec } from '../events.ts';
import { handOutCommand } from './access-condition.ts';
import type { SeatContext } from './context.ts';

type Access = NonNullable<SeatStatus['access']>;

const normal = (reason: string, message: string): EventSpec => ({ type: 'Normal', reason, message });
const warning = (reason: string, message: string): EventSpec => ({ type: 'Warning', reason, message });

const seatReady = (seconds: number): EventSpec =>
  normal('Ready', `The lab is ready, ${Math.round(seconds)} s after the Seat was created.`);

const readyAgain = normal('ReadyAgain', 'The lab is ready again.');

const seatStopped = normal('Stopped', "The lab's pods are stopped. The attendee's files are kept.");

const seatStarted = normal('Started', 'The lab is starting again.');

/**
 * Builds the Event for a renewed kubeconfig: the file that the attendee holds is still the old one. A seat's first
 * kubeconfig needs no Event, because the status shows it.
 */
export function kubeconfigRenewed(seat: Seat, { secret, expiresAt, handedOutUntil = expiresAt }: Access): EventSpec {
  const old = handedOutUntil === expiresAt ? 'may not work any more' : `ends at ${handedOutUntil}`;
  return warning(
    'KubeconfigRenewed',
    `Secret ${secret} holds a new kubeconfig until ${expiresAt}. A file that you handed out before ${old}. Hand the ` +
      `Secret out again: ${handOutCommand(seat)}`,
  );
}

/** Builds the Event for an object that somebody changed and the operator has applied again. */
export const repaired = (kind: string, name: string): EventSpec =>
  normal('Repaired', `${kind} ${name} differed from the lab and was restored.`);

export const codeStarted = (deployment: string): EventSpec =>
  normal('CodeStarted', `Deployment ${deployment} restarts with the attendee's files from ConfigMap ${NAMES.dice}.`);

export const faultsSwitched = normal(
  'FaultsSwitched',
  `The lab's faults now follow the Workshop's label ${LABELS.faults}.`,
);

export const removed = (kind: string, name: string): EventSpec =>
  normal('Removed', `${kind} ${name} is no longer part of the lab and was deleted.`);

function failureEvents(before: SeatStatus, after: SeatStatus): EventSpec[] {
  const [earlier, ready] = [conditionOf(before.conditions, 'Ready'), conditionOf(after.conditions, 'Ready')];
  const isNew = before.phase !== 'Failed' || earlier?.reason !== ready?.reason;
  return after.phase === 'Failed' && isNew && ready ? [warning(ready.reason, ready.message)] : [];
}

function phaseEvents(before: SeatStatus, after: SeatStatus): EventSpec[] {
  if (before.phase === after.phase) return [];
  if (after.phase === 'Stopped') return [seatStopped];
  if (before.phase === 'Stopped' && after.phase !== 'Stopping') return [seatStarted];
  return before.phase === 'Failed' && after.phase === 'Ready' && before.readyAt !== undefined ? [readyAgain] : [];
}

/**
 * Returns the seconds from the Seat's creation until now, if the seat becomes ready for the first time. Otherwise
 * returns undefined.
 */
function secondsToReady({ seat, now }: SeatContext, after: SeatStatus): number | undefined {
  const { creationTimestamp } = seat.metadata;
  const isFirst = seat.status?.readyAt === undefined && after.readyAt !== undefined;
  return isFirst && creationTimestamp !== undefined ? (now - Date.parse(creationTimestamp)) / 1000 : undefined;
}

/**
 * Records an Event for each status change that matters to people. Also records in a metric how long the seat took to
 * become ready.
 */
export function recordChanges(context: SeatContext, after: SeatStatus): void {
  const { options, seat } = context;
  const { status: before = {} } = seat;
  const seconds = secondsToReady(context, after);
  if (seconds !== undefined) options.metrics.seatReady(seconds);
  const events = [...failureEvents(before, after), ...phaseEvents(before, after)];
  const first = seconds === undefined ? [] : [seatReady(seconds)];
  for (const event of [...events, ...first]) record(options.events, seat, event);
}
