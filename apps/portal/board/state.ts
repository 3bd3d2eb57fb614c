// What the board shows of a class, from its objects. These functions read objects and change nothing.
import { LABELS } from '../../../lab/names.ts';
import { parseFaultsLabel } from '../../../lab/faults.ts';
import { helpOf, visitOf } from '../class-fields.ts';
import { capacityOf, classState, hasNames, personIn, reasonOf, seatState, unnoticed } from '../class-state.ts';
import type { Seat, Workshop } from '../kinds.ts';
import type { AnsweredPoll } from '../polls.ts';
import type { BoardState, Need, Person, PollResults, ScreenState, SeatCounts } from './contract.ts';

/** What a state is made of. */
export interface StateInput {
  readonly workshop: Workshop;
  readonly seats: readonly Seat[];
  /** Answers to the open poll. */
  readonly answers: readonly PollAnswer[];
  /** Ids of the course's steps in order. */
  readonly steps: readonly string[];
  /** Returns the sentence of a finding. */
  readonly textOf: (finding: string, hop: string) => string;
  /** Where people reach the portal, without a slash at the end. */
  readonly portalUrl: string;
  /** Whether its host is a guess. */
  readonly isGuess: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

export interface PollAnswer {
  readonly text: string;
  /** Only if the person chose to give it. */
  readonly name?: string;
}

/** How often the same check fails in a row before somebody counts as stuck. */
const STUCK_AFTER = 3;
/** Milliseconds without any activity after which somebody counts as silent. */
const SILENT_AFTER = 10 * 60_000;

/** Returns what the board shows. */
export function boardState(input: StateInput): BoardState {
  const { workshop, now, steps } = input;
  const people = peopleOf(input);
  const poll = pollOf(workshop, input.answers);
  return {
    at: new Date(now).toISOString(),
    workshop: overviewOf(input),
    steps: numbered(steps),
    people,
    why: whyOf(people),
    ...(poll && { poll }),
  };
}

/** Returns what the projector shows: no names, and nothing by which one person could be told from another. */
export function screenState(input: StateInput): ScreenState {
  const { workshop, seats, answers, steps, now } = input;
  const { title, code, joinUrl, isGuess } = overviewOf(input);
  const passed = seats.map((seat) => new Set(seat.status?.course?.passed));
  const poll = pollOf(workshop, answers);
  return {
    at: new Date(now).toISOString(),
    title: title ?? workshop.metadata.name,
    ...(code !== undefined && { code }),
    joinUrl,
    isGuess,
    seats: countsOf(workshop, seats),
    steps: numbered(steps).map((step) => ({
      ...step,
      passed: passed.filter((ids) => ids.has(step.id)).length,
      here: seats.filter((seat) => seat.status?.course?.step === step.id).length,
    })),
    ...(poll && { poll: withoutNames(poll) }),
  };
}

const numbered = (steps: readonly string[]) => steps.map((id, index) => ({ id, number: index + 1 }));

/** Returns the part of the state that describes the class. */
export function overviewOf({
  workshop,
  seats,
  portalUrl,
  isGuess,
  now,
}: Pick<StateInput, 'workshop' | 'seats' | 'portalUrl' | 'isGuess' | 'now'>): BoardState['workshop'] {
  const { metadata, spec, status } = workshop;
  const { startsAt, expiresAt, afterExpiry = 'Stop' } = spec.schedule ?? {};
  const { names, unknown } = parseFaultsLabel(metadata.labels?.[LABELS.faults] ?? '');
  return defined({
    name: metadata.name,
    code: status?.code,
    joinUrl: status?.code === undefined ? `${portalUrl}/` : `${portalUrl}/join/${status.code}`,
    isGuess,
    state: classState(workshop, seats, now),
    startsAt,
    expiresAt,
    afterExpiry,
    paused: spec.rollout?.paused ?? false,
    faults: names,
    unknownFaults: unknown,
    hasNames: hasNames(workshop),
    announcement: spec.announcement,
    seats: countsOf(workshop, seats),
  });
}

/** An object without the fields that are undefined. */
type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

const defined = <T extends object>(object: T): Defined<T> =>
  Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as Defined<T>;

const countsOf = (workshop: Workshop, seats: readonly Seat[]): SeatCounts => ({
  most: capacityOf(workshop),
  made: seats.length,
  ready: seats.filter((seat) => seatState(seat) === 'Ready').length,
  claimed: seats.filter(({ spec }) => spec.claim).length,
});

function peopleOf(input: StateInput): Person[] {
  return input.seats
    .map((seat) => personOf(seat, input))
    .map((person) => ({ person, key: sortKeyOf(person, input.now) }))
    .sort((one, other) => compare(one.key, other.key))
    .map(({ person }) => person);
}

function personOf(seat: Seat, { workshop, steps, textOf, now }: StateInput): Person {
  const state = seatState(seat);
  const person = {
    seat: seat.metadata.name,
    name: personIn(seat, workshop),
    isClaimed: seat.spec.claim !== undefined,
    state,
    // Of a stopped seat the operator says how kubectl starts it. The board has a button.
    reason: ['Ready', 'Stopped'].includes(state) ? undefined : (unnoticed(seat, now) ?? reasonOf(seat)),
    lastActivity: seat.status?.lastActivity,
    ...courseFields(seat, textOf),
    ...classFields(seat, now),
  };
  return { ...defined(person), needs: needOf(person, activeSince(seat), { steps: steps.length, now }) };
}

function courseFields(seat: Seat, textOf: StateInput['textOf']) {
  const { passed = [], step, since, check } = seat.status?.course ?? {};
  return { passed, step, since, check: check && { ...check, text: textOf(check.finding, check.hop) } };
}

function classFields(seat: Seat, now: number) {
  const help = helpOf(seat);
  const visit = visitOf(seat, now);
  return {
    help: help && defined({ text: help.text, at: help.at, takenBy: help.takenBy }),
    visit: visit && defined({ by: visit.by, takeover: visit.takeover }),
  };
}

/** Returns the time since which nothing has been heard of a person. Undefined if nobody has used the seat. */
const activeSince = ({ spec, status }: Seat): string | undefined =>
  [status?.lastActivity, spec.claim?.at]
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);

type Needing = Pick<Person, 'state' | 'passed'> & { [K in 'help' | 'check']: Person[K] | undefined };

function needOf(person: Needing, since: string | undefined, course: { steps: number; now: number }): Need {
  if (person.help) return 'help';
  if ((person.check?.times ?? 0) >= STUCK_AFTER) return 'stuck';
  const isSilent = since !== undefined && Date.parse(since) + SILENT_AFTER <= course.now;
  return isSilent && person.state === 'Ready' && person.passed.length < course.steps ? 'silent' : 'nothing';
}

type SortKey = readonly (string | number)[];
const RANK: Readonly<Record<Need, number>> = { help: 0, stuck: 1, silent: 2, nothing: 3 };

/**
 * Who needs help most comes first: requests that nobody has taken, the oldest first; then who failed a check most
 * often; then who has been silent for longest. The others follow by name, and then the seats without a person.
 */
function sortKeyOf(person: Person, now: number): SortKey {
  return [RANK[person.needs], ...urgency[person.needs](person, now), person.name];
}

const urgency: Readonly<Record<Need, (person: Person, now: number) => readonly number[]>> = {
  help: ({ help }) => [help?.takenBy === undefined ? 0 : 1, Date.parse(help?.at ?? '')],
  stuck: ({ check }) => [-(check?.times ?? 0), Date.parse(check?.at ?? '')],
  silent: ({ lastActivity }, now) => [0, lastActivity === undefined ? now : Date.parse(lastActivity)],
  nothing: ({ isClaimed }) => [isClaimed ? 0 : 1, 0],
};

const names = new Intl.Collator('en', { numeric: true });

function compare(one: SortKey, other: SortKey): number {
  for (const [index, value] of one.entries()) {
    const against = other[index] ?? 0;
    const order = typeof value === 'number' ? value - Number(against) : names.compare(value, String(against));
    if (order !== 0) return order;
  }
  return 0;
}

function whyOf(people: readonly Person[]): BoardState['why'] {
  const groups = Map.groupBy(
    people.filter(({ check }) => check),
    ({ check }) => `${check?.step} ${check?.finding}`,
  );
  return [...groups.values()]
    .map((group) => {
      const { finding = '', text = '', step = '' } = group[0]?.check ?? {};
      return { finding, text, step, seats: group.map(({ seat }) => seat) };
    })
    .sort(
      (one, other) =>
        other.seats.length - one.seats.length || (one.step + one.finding < other.step + other.finding ? -1 : 1),
    );
}

/** Returns the open poll with its answers. Answers that differ only in case and spaces are one. */
export function pollOf({ spec: { poll } }: Workshop, answers: readonly PollAnswer[]): PollResults | undefined {
  if (!poll) return undefined;
  return defined({
    id: poll.id,
    question: poll.question,
    options: poll.options,
    answers: countAnswers(answers, poll.options),
  });
}

/** Returns the polls of a class that somebody has answered, and the open one. */
export function allPolls(workshop: Workshop, answered: readonly AnsweredPoll[]): PollResults[] {
  const open = workshop.spec.poll;
  const isListed = answered.some(({ id }) => id === open?.id);
  const polls = open && !isListed ? [...answered, { ...open, answers: [] }] : answered;
  return polls.map(({ id, question, options, answers }) => ({ id, question, answers: countAnswers(answers, options) }));
}

/** Counts equal answers, the most frequent first. Each option counts, also without an answer. */
export function countAnswers(answers: readonly PollAnswer[], options: readonly string[] = []): PollResults['answers'] {
  const groups = new Map(options.map((text) => [normal(text), { text, count: 0, names: [] as string[] }]));
  for (const { text, name } of answers) {
    const group = groups.get(normal(text)) ?? { text, count: 0, names: [] };
    groups.set(normal(text), group);
    group.count += 1;
    if (name !== undefined) group.names.push(name);
  }
  return [...groups.values()].sort((one, other) => other.count - one.count);
}

const normal = (text: string): string => text.trim().replace(/\s+/g, ' ').toLowerCase();

const withoutNames = (poll: PollResults): PollResults => ({
  ...poll,
  answers: poll.answers.map((answer) => ({ ...answer, names: [] })),
});
