// What is told about a Seat as it happens, to be read with `kubectl describe seat` or `kubectl events`.
import { conditionOf } from '../../kubernetes/conditions.ts';
import { LABELS, NAMES } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import type { EventType } from '../engine/reconciler.ts';
import { namespaceOf } from './objects.ts';
import type { SeatContext } from './options.ts';

/** Type, reason and message, as EventRecorder takes them. */
export type EventSpec = readonly [type: EventType, reason: string, message: string];

const seatReady = (seconds: number): EventSpec => [
  'Normal',
  'Ready',
  `The lab can be used, ${Math.round(seconds)} s after the seat was made.`,
];

const readyAgain: EventSpec = ['Normal', 'ReadyAgain', 'The lab can be used again.'];

const seatStopped: EventSpec = [
  'Normal',
  'Stopped',
  'Every pod of the lab has been stopped. What the attendee has written is kept.',
];

const seatStarted: EventSpec = ['Normal', 'Started', 'The lab is started again.'];

/** Of the first one the status tells. */
export const kubeconfigRenewed = (seat: Seat): EventSpec => [
  'Normal',
  'KubeconfigRenewed',
  `Secret ${namespaceOf(seat)}/${NAMES.kubeconfig} holds a kubeconfig with a new token.`,
];

/** An object that was made to follow this revision before was found to be otherwise. */
export const repaired = (kind: string, name: string): EventSpec => [
  'Normal',
  'Repaired',
  `${kind} ${name} was not as it should be, and was put right.`,
];

export const ownStarted = (deployment: string): EventSpec => [
  'Normal',
  'CodeStarted',
  `Deployment ${deployment} is started with what the attendee has put into ConfigMap ${NAMES.dice}.`,
];

export const faultsSwitched: EventSpec = [
  'Normal',
  'FaultsSwitched',
  `The faults that are on are now those of the Workshop's label ${LABELS.faults}.`,
];

export const removed = (kind: string, name: string): EventSpec => [
  'Normal',
  'Removed',
  `${kind} ${name} is no part of the lab any more, and was deleted.`,
];

export const released = (namespace: string, waited: string, blockers: string): EventSpec => [
  'Warning',
  'NamespaceLeftBehind',
  `Expected namespace ${namespace} to be gone within ${waited}, found it still there: ${blockers} The Seat no longer waits for it. ` +
    `Kubernetes goes on deleting it; see to what keeps it: kubectl get namespace ${namespace} -o yaml`,
];

function failure(before: SeatStatus, after: SeatStatus): EventSpec[] {
  const [was, is] = [conditionOf(before.conditions, 'Ready'), conditionOf(after.conditions, 'Ready')];
  const isNew = before.phase !== 'Failed' || was?.reason !== is?.reason;
  return after.phase === 'Failed' && isNew && is ? [['Warning', is.reason, is.message]] : [];
}

function phaseChange(before: SeatStatus, after: SeatStatus): EventSpec[] {
  if (before.phase === after.phase) return [];
  if (after.phase === 'Stopped') return [seatStopped];
  if (before.phase === 'Stopped') return [seatStarted];
  return before.phase === 'Failed' && after.phase === 'Ready' && before.readyAt !== undefined ? [readyAgain] : [];
}

/** Tells of what is different in the status that was written. */
export function recordChanges({ options: { events, metrics }, seat, now }: SeatContext, after: SeatStatus): void {
  const {
    status: before = {},
    metadata: { creationTimestamp },
  } = seat;
  const tellings = [...failure(before, after), ...phaseChange(before, after)];
  if (before.readyAt === undefined && after.readyAt !== undefined && creationTimestamp !== undefined) {
    const seconds = (now - Date.parse(creationTimestamp)) / 1000;
    metrics.seatReady(seconds);
    tellings.push(seatReady(seconds));
  }
  for (const telling of tellings) events.event(seat, ...telling);
}
