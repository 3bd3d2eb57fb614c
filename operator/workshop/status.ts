// Builds a Workshop's status from what one reconcile has observed and decided. It sends no requests.
import { json } from '../../cdk8s/canonical-json.ts';
import { conditionOf, setConditions } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { DEFAULTS } from '../api/types.ts';
import type { FailingSeat, Seat, SeatCounts, Workshop, WorkshopStatus } from '../api/types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import { notTested } from './isolation-condition.ts';
import { accessCondition } from './access-condition.ts';
import { announcedEnd, confirmCommand } from './ending.ts';
import { faultsCondition } from './faults-condition.ts';
import { isWaitingForRoom } from './held-seats.ts';
import type { ReservedClaims } from './claims.ts';
import type { RolloutPlan } from './rollout.ts';
import { isOver } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { stateOf } from './state.ts';
import { hasFailed, isDeleting, isReady, isSettled, nameOf, ownerText } from './seats.ts';

/** What one reconcile of a Workshop has observed and decided. */
export interface WorkshopState {
  readonly workshop: Workshop;
  readonly schedule: Schedule;
  readonly wanted: readonly Seat[];
  /** All Seats of the Workshop after this reconcile's writes, even those that are no longer wanted. */
  readonly owned: readonly Seat[];
  /** Seats that belong to somebody else, although they have the name of a wanted Seat. */
  readonly taken: readonly Seat[];
  readonly plan: RolloutPlan;
  /**
   * New results for the conditions CapacityAvailable, ImagesReady and NetworkIsolation. Without a new result, the
   * condition in the status stays.
   */
  readonly capacity?: ConditionSpec | undefined;
  readonly images?: ConditionSpec | undefined;
  readonly isolation?: ConditionSpec | undefined;
  /** Claims of Seats that do not exist at the moment, or are being deleted, by the name of the Seat. */
  readonly reserved?: ReservedClaims;
  /** The API server's message about a write that it refused and that a retry would not fix. */
  readonly refused?: string | undefined;
}

const MAX_MESSAGE_LENGTH = 1000;
export const MAX_LISTED = 5;

type Status = ConditionSpec['status'];

export const conditionSpec = (type: string, status: Status, reason: string, message: string): ConditionSpec => ({
  type,
  status,
  reason,
  message: message.length > MAX_MESSAGE_LENGTH ? `${message.slice(0, MAX_MESSAGE_LENGTH)}…` : message,
});

/** Whether the verb after "2 of 3 seats" is singular. */
const isSingular = (count: number, all: number): boolean => count === 1 || all === 1;

export const plural = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
export const list = (names: readonly string[]): string =>
  `${names.slice(0, MAX_LISTED).join(', ')}${names.length > MAX_LISTED ? ', …' : ''}`;

/** The state of a Workshop, with counts of its Seats. */
interface CountedState extends WorkshopState {
  /** The wanted Seats that exist, are not being deleted, and do not wait for room. */
  readonly live: readonly Seat[];
  readonly counts: SeatCounts;
  readonly failing: readonly FailingSeat[];
  readonly stopped: number;
}

export function failingSeat(seat: Seat): FailingSeat {
  const { reason = 'Failed', message = 'Its status has no details.' } =
    conditionOf(seat.status?.conditions, 'Ready') ?? {};
  return { name: nameOf(seat), reason, message };
}

const takenSeat = (seat: Seat): FailingSeat => ({
  name: nameOf(seat),
  reason: 'SeatTaken',
  message:
    `A Seat of this name belongs to ${ownerText(seat)}, so the operator does not touch it. Rename the attendee, or ` +
    'delete that Seat.',
});

const byName = (a: FailingSeat, b: FailingSeat): number => (a.name < b.name ? -1 : 1);

function countSeats(state: WorkshopState): CountedState {
  const { wanted, owned, taken } = state;
  const names = new Set(wanted.map(nameOf));
  const live = owned.filter((seat) => names.has(nameOf(seat)) && !isDeleting(seat) && !isWaitingForRoom(seat));
  const revision = wanted[0]?.spec.revision;
  const failing = [...live.filter(hasFailed).map(failingSeat), ...taken.map(takenSeat)].sort(byName);
  const counts = {
    desired: wanted.length,
    ready: live.filter(isReady).length,
    updated: live.filter((seat) => seat.spec.revision === revision && seat.status?.revision === revision).length,
    failed: failing.length,
  };
  return { ...state, live, failing, counts, stopped: live.filter(({ status }) => status?.phase === 'Stopped').length };
}

const unconfirmedText = ({ workshop, schedule: { expiresAt = '' }, stopped, counts }: CountedState): string =>
  `The end ${expiresAt} was in the past when the operator first saw it, so it deletes nothing. ${stopped} of ` +
  `${counts.desired} seats are stopped. To delete them, run ${confirmCommand(workshop.metadata.name, expiresAt)}. To ` +
  'get them back, set spec.schedule.expiresAt to a later time.';

function expiredText(state: CountedState): string {
  const {
    schedule,
    owned,
    stopped,
    counts: { desired },
  } = state;
  const { expiresAt = '', afterExpiry } = schedule;
  const deletion =
    owned.length === 0 ? 'Its seats are deleted.' : `Its seats are being deleted, ${owned.length} are left.`;
  if (schedule.unconfirmed === true) return unconfirmedText(state);
  const seats = afterExpiry === 'Delete' ? deletion : `${stopped} of ${desired} seats are stopped.`;
  return `The class ended at ${expiresAt}. ${seats} To get them back, set spec.schedule.expiresAt to a later time.`;
}

const failingText = ([first]: readonly FailingSeat[]): string =>
  first ? ` ${first.name}: ${first.reason}: ${first.message}` : '';

function readyCondition(state: CountedState): ConditionSpec {
  const { schedule, stopped, failing, counts } = state;
  const { desired, ready, failed } = counts;
  const condition = (status: Status, reason: string, message: string): ConditionSpec =>
    conditionSpec('Ready', status, reason, message);
  if (isOver(schedule)) return condition('False', 'Expired', expiredText(state));
  if (schedule.state === 'Scheduled' && ready === 0)
    return condition('False', 'Scheduled', `The class starts at ${schedule.startsAt}.`);
  if (desired > 0 && stopped === desired) return condition('False', 'Stopped', stoppedText(desired));
  const stoppedCount = stopped > 0 ? `, ${stopped} stopped` : '';
  const verb = isSingular(ready, desired) ? 'is' : 'are';
  const text = `${ready} of ${plural(desired, 'seat')} ${verb} ready${stoppedCount}`;
  if (ready + stopped >= desired) return condition('True', 'SeatsReady', `${text}.`);
  const failures = failed > 0 ? `, ${failed} failed` : '';
  return condition('False', 'SeatsNotReady', `${text}${failures}.${failingText(failing)}`);
}

const stoppedText = (desired: number): string =>
  `All ${plural(desired, 'seat')} are stopped. Start one with kubectl scale seat NAME --replicas=1.`;

const progress = (status: Status, reason: string, message: string): ConditionSpec =>
  conditionSpec('Progressing', status, reason, message);

/**
 * Returns a condition with the reason why the whole rollout is held back, for example a pause. Returns undefined if
 * nothing holds it back.
 */
function heldBack(state: CountedState, text: string): ConditionSpec | undefined {
  const { schedule, owned, plan, workshop } = state;
  const { waiting, halted } = plan;
  if (isOver(schedule)) {
    const isDeletingSeats = schedule.afterExpiry === 'Delete' && owned.length > 0;
    const reason = schedule.unconfirmed === true ? 'DeletionUnconfirmed' : 'Expired';
    return progress(isDeletingSeats ? 'True' : 'False', reason, expiredText(state));
  }
  if (schedule.state === 'Scheduled')
    return progress('False', 'Scheduled', `Seats are created at ${schedule.startsAt}. Their images are pulled now.`);
  if (workshop.spec.rollout?.paused === true)
    return progress('False', 'Paused', `${text}, ${waiting.length} wait until spec.rollout.paused is false.`);
  if (!halted || waiting.length === 0) return undefined;
  return progress('False', 'RolloutStopped', `${text}, ${waiting.length} wait because too many have failed.`);
}

/** Counts the wanted Seats that are being created or changed. */
function inProgress({ plan, live, wanted, failing }: CountedState): number {
  const others = [...plan.waiting, ...live.filter(isSettled).map(nameOf), ...failing.map(({ name }) => name)];
  const names = new Set(others);
  return wanted.filter((seat) => !names.has(nameOf(seat))).length;
}

function progressText({ plan, live, counts: { desired } }: CountedState): string {
  const outdated = new Set(plan.waiting);
  const done = live.filter((seat) => isSettled(seat) && !outdated.has(nameOf(seat))).length;
  return `${done} of ${plural(desired, 'seat')} ${isSingular(done, desired) ? 'follows' : 'follow'} the spec`;
}

function progressingCondition(state: CountedState): ConditionSpec {
  const { waiting, unplaced } = state.plan;
  const text = progressText(state);
  const held = heldBack(state, text);
  if (held) return held;
  const active = inProgress(state);
  if (active + waiting.length - unplaced.length > 0)
    return progress('True', 'Updating', `${text}, ${active} in progress, ${waiting.length} wait.`);
  if (unplaced.length > 0)
    return progress(
      'False',
      'InsufficientCapacity',
      `${text}. ${unplaced.length} more do not fit on the nodes: ${list(unplaced)}.`,
    );
  const { failed } = state.counts;
  return failed > 0
    ? progress('False', 'SeatsFailed', `${text}, ${failed} failed.`)
    : progress('False', 'Complete', `${text}.`);
}

function degradedCondition({ plan, failing, refused, workshop }: CountedState): ConditionSpec {
  const { maxFailures = DEFAULTS.rollout.maxFailures } = workshop.spec.rollout ?? {};
  const condition = (status: Status, reason: string, message: string): ConditionSpec =>
    conditionSpec('Degraded', status, reason, message);
  if (refused !== undefined) return condition('True', 'WriteRefused', `The API server refused a write: ${refused}`);
  if (failing.length === 0) return condition('False', 'AsExpected', 'No seat has failed.');
  const names = `${plural(failing.length, 'seat')} failed: ${list(failing.map(({ name }) => name))}.`;
  if (!plan.halted || plan.waiting.length === 0)
    return condition('True', 'SeatsFailed', `${names}${failingText(failing)}`);
  return condition(
    'True',
    'RolloutStopped',
    `${names} No other seat starts, because rollout.maxFailures is ${maxFailures}.${failingText(failing)}` +
      ' Change spec.lab or spec.quota so that seats become ready, or delete the failed Seats to create them again.',
  );
}

/**
 * Returns the condition of this type from the Workshop's current status, with its time and generation, in a list. The
 * list is empty if the status has no such condition.
 */
const earlierCondition = (workshop: Workshop, type: string): Condition[] =>
  [conditionOf(workshop.status?.conditions, type)].filter((one) => one !== undefined);

/** Returns the new result of the isolation test. If there is no new result, returns the earlier one. */
function isolationCondition({ workshop, isolation, counts }: CountedState): (ConditionSpec | Condition)[] {
  if (isolation) return [isolation];
  const earlier = earlierCondition(workshop, 'NetworkIsolation').filter(({ reason }) => reason !== 'NotProbed');
  return earlier.length > 0 ? earlier : [notTested(counts.ready)];
}

/**
 * Returns the complete status of a Workshop.
 * @param now milliseconds since 1970
 */
export function statusOf(input: WorkshopState, now: number): WorkshopStatus {
  const state = countSeats(input);
  const { workshop, counts, failing, capacity, images } = state;
  const conditions = [
    readyCondition(state),
    progressingCondition(state),
    degradedCondition(state),
    ...(capacity ? [capacity] : earlierCondition(workshop, 'CapacityAvailable')),
    ...(images ? [images] : earlierCondition(workshop, 'ImagesReady')),
    ...isolationCondition(state),
    ...faultsCondition(workshop),
    ...accessCondition(workshop, state.live),
  ];
  const end = announcedEnd(workshop, state.schedule);
  return {
    ...completeStatus(workshop, { conditions, counts, failing, now }),
    ...reservedStatus(state.reserved),
    ...(end !== undefined && { announcedEnd: end }),
  };
}

const reservedStatus = (claims: ReservedClaims = new Map()): Pick<WorkshopStatus, 'reserved'> =>
  claims.size > 0 ? { reserved: [...claims].map(([seat, claim]) => ({ seat, claim })) } : {};

interface StatusParts {
  readonly conditions: readonly (ConditionSpec | Condition)[];
  readonly counts: SeatCounts;
  readonly failing: readonly FailingSeat[];
  readonly now: number;
}

export function completeStatus(
  { metadata: { generation }, status }: Workshop,
  { conditions, counts, failing, now }: StatusParts,
): WorkshopStatus {
  const complete = (one: ConditionSpec | Condition): Condition[] =>
    'lastTransitionTime' in one ? [one] : setConditions(status?.conditions, [one], { generation, now });
  const completed = conditions.flatMap(complete);
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: completed,
    state: stateOf(completed),
    seats: counts,
    ...(failing.length > 0 && { failing: failing.slice(0, MAX_LISTED) }),
    summary: `${counts.ready}/${counts.desired}`,
    ...(status?.code !== undefined && { code: status.code }),
    ...(status?.announcedEnd !== undefined && { announcedEnd: status.announcedEnd }),
    ...(status?.record && { record: status.record }),
  };
}

const NO_PLAN: RolloutPlan = { create: [], update: [], remove: [], waiting: [], unplaced: [], halted: false };

function invalidText(problems: readonly string[]): string {
  const more = problems.length > 3 ? ` There are ${problems.length - 3} more problems.` : '';
  return `${problems.slice(0, 3).join(' ')}${more} Until then, the seats stay as they are.`;
}

/** Returns the status of a Workshop with an invalid spec. The operator does not change the Seats of this Workshop. */
export function invalidStatus(
  workshop: Workshop,
  problems: readonly string[],
  { owned, now }: { readonly owned: readonly Seat[]; readonly now: number },
): WorkshopStatus {
  const schedule = { state: 'Open', afterExpiry: 'Keep' } as const;
  const state = countSeats({ workshop, owned, wanted: owned, taken: [], plan: NO_PLAN, schedule });
  const { attendees, seats = 0 } = workshop.spec;
  const kept = ['Degraded', 'CapacityAvailable', 'ImagesReady', 'NetworkIsolation', 'FaultsApplied', 'AccessReady'];
  const { reserved } = workshop.status ?? {};
  const status = completeStatus(workshop, {
    conditions: [
      conditionSpec('Ready', 'False', 'InvalidSpec', invalidText(problems)),
      conditionSpec(
        'Progressing',
        'False',
        'InvalidSpec',
        'The spec is invalid. The condition Ready says what to change.',
      ),
      ...kept.flatMap((type) => earlierCondition(workshop, type)),
    ],
    counts: { ...state.counts, desired: attendees?.length ?? seats, updated: 0 },
    failing: state.failing,
    now,
  });
  return { ...status, ...(reserved && { reserved }) };
}

/** Whether two statuses are equal, so that no write is needed. */
export const isSameStatus = (before: WorkshopStatus | undefined, after: WorkshopStatus): boolean =>
  before !== undefined && json(before) === json(after);
