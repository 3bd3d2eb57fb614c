// What a Workshop's status says, all of it derived from what was found and decided just now.
import { json } from '../../cdk8s/canonical-json.ts';
import { conditionOf, setConditions } from '../../kubernetes/conditions.ts';
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { DEFAULTS } from '../api/types.ts';
import type { FailingSeat, Seat, SeatCounts, Workshop, WorkshopStatus } from '../api/types.ts';
import type { Condition } from '../../kubernetes/object.ts';
import { notProbed } from './isolation.ts';
import type { RolloutPlan } from './rollout.ts';
import { isOver } from './schedule.ts';
import type { Schedule } from './schedule.ts';
import { hasFailed, isLeaving, isReady, isSettled, ownerText } from './seats.ts';

export interface Facts {
  readonly workshop: Workshop;
  readonly schedule: Schedule;
  readonly wanted: readonly Seat[];
  /** The Workshop's own Seats after what was done, in whatever state, wanted or not. */
  readonly own: readonly Seat[];
  /** Of the wanted names those that are another's. */
  readonly taken: readonly Seat[];
  readonly plan: RolloutPlan;
  /** Left out where it is not known anew: then it is as it was. */
  readonly capacity?: ConditionSpec | undefined;
  readonly images?: ConditionSpec | undefined;
  readonly isolation?: ConditionSpec | undefined;
  /** What the API server said to a write that trying again won't mend. */
  readonly refused?: string | undefined;
}

const LONGEST = 1000;
const MOST_FAILING = 5;

const say = (type: string, status: ConditionSpec['status'], reason: string, message: string): ConditionSpec => ({
  type,
  status,
  reason,
  message: message.length > LONGEST ? `${message.slice(0, LONGEST)}…` : message,
});

const nameOf = ({ metadata: { name } }: Seat): string => name;
const plural = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
const listed = (names: readonly string[]): string =>
  `${names.slice(0, MOST_FAILING).join(', ')}${names.length > MOST_FAILING ? ', …' : ''}`;

/** What was found, counted once. */
interface Found extends Facts {
  readonly live: readonly Seat[];
  readonly counts: SeatCounts;
  readonly failing: readonly FailingSeat[];
  readonly stopped: number;
}

function failingSeat(seat: Seat): FailingSeat {
  const { reason = 'Failed', message = 'It says no more.' } = conditionOf(seat.status?.conditions, 'Ready') ?? {};
  return { name: seat.metadata.name, reason, message };
}

const takenSeat = (seat: Seat): FailingSeat => ({
  name: seat.metadata.name,
  reason: 'SeatTaken',
  message: `A Seat of that name belongs to ${ownerText(seat)} and is left alone: rename the attendee, or delete that one.`,
});

function find(facts: Facts): Found {
  const names = new Set(facts.wanted.map(({ metadata: { name } }) => name));
  const live = facts.own.filter((seat) => names.has(seat.metadata.name) && !isLeaving(seat));
  const revision = facts.wanted[0]?.spec.revision;
  const failing = [...live.filter(hasFailed).map(failingSeat), ...facts.taken.map(takenSeat)].sort((a, b) =>
    a.name < b.name ? -1 : 1,
  );
  return {
    ...facts,
    live,
    failing,
    stopped: live.filter(({ status }) => status?.phase === 'Stopped').length,
    counts: {
      desired: facts.wanted.length,
      ready: live.filter(isReady).length,
      updated: live.filter((seat) => seat.spec.revision === revision && seat.status?.revision === revision).length,
      failed: failing.length,
    },
  };
}

function overText({ schedule: { expiresAt = '', afterExpiry }, own, stopped, counts: { desired } }: Found): string {
  const going = own.length === 0 ? 'its seats are deleted' : `its seats are being deleted, ${own.length} to go`;
  const then = afterExpiry === 'Delete' ? going : `${stopped} of ${desired} seats are stopped`;
  return `The class ended at ${expiresAt}: ${then}. Set spec.schedule.expiresAt to a later time to have them back.`;
}

const failingText = ([first]: readonly FailingSeat[]): string =>
  first ? ` ${first.name}: ${first.reason}: ${first.message}` : '';

function ready(found: Found): ConditionSpec {
  const {
    schedule,
    stopped,
    failing,
    counts: { desired, ready: usable, failed },
  } = found;
  const is = (status: ConditionSpec['status'], reason: string, message: string): ConditionSpec =>
    say('Ready', status, reason, message);
  if (isOver(schedule)) return is('False', 'Expired', overText(found));
  if (schedule.state === 'Scheduled' && usable === 0)
    return is('False', 'Scheduled', `The class starts at ${schedule.startsAt}.`);
  if (desired > 0 && stopped === desired) {
    return is(
      'False',
      'Stopped',
      `All ${plural(desired, 'seat')} are stopped: kubectl scale seat NAME --replicas=1 starts one.`,
    );
  }
  const text = `${usable} of ${plural(desired, 'seat')} ${usable === 1 ? 'is' : 'are'} ready${stopped > 0 ? `, ${stopped} stopped` : ''}`;
  if (usable + stopped >= desired) return is('True', 'SeatsReady', `${text}.`);
  return is('False', 'SeatsNotReady', `${text}${failed > 0 ? `, ${failed} failed` : ''}.${failingText(failing)}`);
}

const progress = (status: ConditionSpec['status'], reason: string, message: string): ConditionSpec =>
  say('Progressing', status, reason, message);

/** What holds the rollout as a whole, if anything does. */
function heldBack(found: Found, text: string): ConditionSpec | undefined {
  const {
    schedule,
    own,
    plan: { waiting, halted },
    workshop: {
      spec: { rollout = {} },
    },
  } = found;
  if (isOver(schedule))
    return progress(schedule.afterExpiry === 'Delete' && own.length > 0 ? 'True' : 'False', 'Expired', overText(found));
  if (schedule.state === 'Scheduled')
    return progress('False', 'Scheduled', `Seats are made from ${schedule.startsAt} on; their images are pulled now.`);
  if (rollout.paused === true)
    return progress('False', 'Paused', `${text}, ${waiting.length} to be begun once spec.rollout.paused is false.`);
  return halted && waiting.length > 0
    ? progress('False', 'RolloutStopped', `${text}, ${waiting.length} to be begun: too many have failed.`)
    : undefined;
}

function progressing(found: Found): ConditionSpec {
  const {
    plan: { waiting, unplaced },
    live,
    wanted,
    failing,
    counts: { desired, failed },
  } = found;
  const outdated = new Set(waiting);
  const done = live.filter((seat) => isSettled(seat) && !outdated.has(nameOf(seat))).length;
  const text = `${done} of ${plural(desired, 'seat')} ${done === 1 ? 'is' : 'are'} as the spec says`;
  const held = heldBack(found, text);
  if (held) return held;
  const known = new Set([...waiting, ...live.filter(isSettled).map(nameOf), ...failing.map(({ name }) => name)]);
  const begun = wanted.filter((seat) => !known.has(nameOf(seat))).length;
  if (begun + waiting.length - unplaced.length > 0)
    return progress('True', 'RollingOut', `${text}, ${begun} under way, ${waiting.length} to be begun.`);
  if (unplaced.length > 0)
    return progress(
      'False',
      'InsufficientCapacity',
      `${text}; there is no room for ${unplaced.length} more: ${listed(unplaced)}.`,
    );
  return failed > 0
    ? progress('False', 'SeatsFailed', `${text}, ${failed} failed.`)
    : progress('False', 'Complete', `${text}.`);
}

function degraded({
  plan,
  failing,
  refused,
  workshop: {
    spec: { rollout: { maxFailures = DEFAULTS.rollout.maxFailures } = {} },
  },
}: Found): ConditionSpec {
  const is = (status: ConditionSpec['status'], reason: string, message: string): ConditionSpec =>
    say('Degraded', status, reason, message);
  if (refused !== undefined) return is('True', 'WriteRefused', `The API server refused a write: ${refused}`);
  if (failing.length === 0) return is('False', 'AsExpected', 'No seat has failed.');
  const names = `${plural(failing.length, 'seat')} failed: ${listed(failing.map(({ name }) => name))}.`;
  if (!plan.halted || plan.waiting.length === 0) return is('True', 'SeatsFailed', `${names}${failingText(failing)}`);
  return is(
    'True',
    'RolloutStopped',
    `${names} From rollout.maxFailures (${maxFailures}) on no other seat is begun.${failingText(failing)}` +
      ' Change spec.lab or spec.quota so that seats become ready, or delete the failed Seats to have them made afresh.',
  );
}

/** What was said before stays what it was, of the time and the generation that it was said of. */
const asBefore = (workshop: Workshop, type: string): Condition[] =>
  [conditionOf(workshop.status?.conditions, type)].filter((one) => one !== undefined);

/** What was seen is said until it is seen anew. */
function isolation({ workshop, isolation: now, counts }: Found): (ConditionSpec | Condition)[] {
  if (now) return [now];
  const seen = asBefore(workshop, 'NetworkIsolation').filter(({ reason }) => reason !== 'NotProbed');
  return seen.length > 0 ? seen : [notProbed(counts.ready)];
}

/** @param now milliseconds since 1970 */
export function statusOf(facts: Facts, now: number): WorkshopStatus {
  const found = find(facts);
  const { workshop, counts, failing, capacity, images } = found;
  const sayings = [
    ready(found),
    progressing(found),
    degraded(found),
    ...(capacity ? [capacity] : asBefore(workshop, 'CapacityAvailable')),
    ...(images ? [images] : asBefore(workshop, 'ImagesReady')),
    ...isolation(found),
  ];
  return complete(workshop, { sayings, counts, failing, now });
}

interface Parts {
  readonly sayings: readonly (ConditionSpec | Condition)[];
  readonly counts: SeatCounts;
  readonly failing: readonly FailingSeat[];
  readonly now: number;
}

function complete(
  { metadata: { generation }, status }: Workshop,
  { sayings, counts, failing, now }: Parts,
): WorkshopStatus {
  const said = (saying: ConditionSpec | Condition): Condition[] =>
    'lastTransitionTime' in saying ? [saying] : setConditions(status?.conditions, [saying], { generation, now });
  return {
    ...(generation !== undefined && { observedGeneration: generation }),
    conditions: sayings.flatMap(said),
    seats: counts,
    ...(failing.length > 0 && { failing: failing.slice(0, MOST_FAILING) }),
    summary: `${counts.ready}/${counts.desired}`,
  };
}

const NO_PLAN: RolloutPlan = { create: [], update: [], remove: [], waiting: [], unplaced: [], halted: false };

/** Of a Workshop that can't be followed: the seats stay as they are. */
export function invalidStatus(
  workshop: Workshop,
  problems: readonly string[],
  { own, now }: { readonly own: readonly Seat[]; readonly now: number },
): WorkshopStatus {
  const message = `${problems.slice(0, 3).join(' ')}${problems.length > 3 ? ` And ${problems.length - 3} more.` : ''} Until then its seats stay as they are.`;
  const { counts, failing } = find({
    workshop,
    own,
    wanted: own,
    taken: [],
    plan: NO_PLAN,
    schedule: { state: 'Open', afterExpiry: 'Keep' },
  });
  const { attendees, seats = 0 } = workshop.spec;
  return complete(workshop, {
    sayings: [
      say('Ready', 'False', 'InvalidSpec', message),
      say('Progressing', 'False', 'InvalidSpec', 'spec must be changed first, see the condition Ready.'),
      ...['Degraded', 'CapacityAvailable', 'ImagesReady', 'NetworkIsolation'].flatMap((type) =>
        asBefore(workshop, type),
      ),
    ],
    counts: { ...counts, desired: attendees?.length ?? seats, updated: 0 },
    failing,
    now,
  });
}

/** Of a Workshop that is being deleted, and what keeps it. */
export function leavingStatus(workshop: Workshop, own: readonly Seat[], now: number): WorkshopStatus {
  const blocking = own.slice(0, MOST_FAILING).map((seat) => {
    const { reason, message } = failingSeat(seat);
    return `${seat.metadata.name} (${reason}: ${message})`;
  });
  const more = own.length > MOST_FAILING ? ` and ${own.length - MOST_FAILING} more` : '';
  const message = `Is being deleted once ${plural(own.length, 'seat')} are gone: ${blocking.join(', ')}${more}.`;
  return complete(workshop, {
    sayings: [
      say('Ready', 'False', 'Terminating', message),
      say('Progressing', 'True', 'Terminating', `${plural(own.length, 'seat')} to go.`),
    ],
    counts: { desired: 0, ready: own.filter(isReady).length, updated: 0, failed: 0 },
    failing: [],
    now,
  });
}

/** Whether the API server need not be told. */
export const isSameStatus = (before: WorkshopStatus | undefined, after: WorkshopStatus): boolean =>
  before !== undefined && json(before) === json(after);
