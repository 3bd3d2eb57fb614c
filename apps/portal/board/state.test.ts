import { performance } from 'node:perf_hooks';
import { COURSE_STEPS } from '../../../lab/course-steps.ts';
import { LABELS } from '../../../lab/names.ts';
import type { Seat, Workshop } from '../kinds.ts';
import { aClaim, aSeat, aWorkshop } from '../testing/objects.ts';
import { textOf } from './findings.ts';
import { boardState, countAnswers, screenState } from './state.ts';
import type { PollAnswer } from './state.ts';

const now = Date.parse('2026-11-30T10:00:00Z');
const minutesAgo = (minutes: number): string => new Date(now - minutes * 60_000).toISOString().replace('.000', '');

type Spec = Partial<Seat['spec']>;

/** A seat of somebody who has just done something. */
function person(name: string, spec: Spec = {}, status: object = {}): Seat {
  const claim = { ...aClaim(`claim of ${name}`, name), at: minutesAgo(30) };
  const seat = aSeat(name.toLowerCase(), { claim, spec });
  return { ...seat, status: { ...seat.status, lastActivity: minutesAgo(1), ...status } };
}

const check = (finding: string, times: number, step = '06-manual') => ({
  course: { step, passed: ['01-set-up'], check: { step, finding, hop: 'pod', times, at: minutesAgo(2) } },
});

const inputOf = (seats: readonly Seat[], workshop: Workshop = aWorkshop(10), answers: readonly PollAnswer[] = []) => ({
  workshop,
  seats,
  answers,
  steps: COURSE_STEPS,
  textOf,
  portalUrl: 'http://class.example.com',
  isGuess: true,
  now,
});

const namesIn = (seats: readonly Seat[]): string[] =>
  boardState(inputOf(seats)).people.map(({ name, needs }) => `${name}: ${needs}`);

test('puts first who asked for help, then who is stuck, then who is silent', () => {
  const all = COURSE_STEPS.map((step) => step);
  expect(
    namesIn([
      person('Zoe'),
      person('Done', {}, { lastActivity: minutesAgo(25), course: { passed: all } }),
      person('Silent', {}, { lastActivity: minutesAgo(10) }),
      person('Longer', {}, { lastActivity: minutesAgo(20) }),
      person('Twice', {}, check('code/never-ended', 2)),
      person('Stuck', {}, check('code/never-ended', 3)),
      person('Worse', {}, check('code/never-ended', 7)),
      person('Taken', { help: { at: minutesAgo(9), takenBy: 'Grace', takenAt: minutesAgo(1) } }),
      person('Asks', { help: { text: 'help', at: minutesAgo(2) } }),
      person('Earlier', { help: { at: minutesAgo(5) } }),
      aSeat('free'),
    ]),
  ).toEqual([
    'Earlier: help',
    'Asks: help',
    'Taken: help',
    'Worse: stuck',
    'Stuck: stuck',
    'Longer: silent',
    'Silent: silent',
    'Done: nothing',
    'Twice: nothing',
    'Zoe: nothing',
    'free: nothing',
  ]);
});

test('counts nobody as silent whose seat does not run', () => {
  const seat = person('Ada', { replicas: 0 }, { lastActivity: minutesAgo(60) });
  expect(namesIn([seat])).toEqual(['Ada: nothing']);
});

test('groups the findings over the class, the largest group first', () => {
  const seats = [
    person('A', {}, check('code/no-span-started', 1)),
    person('B', {}, check('code/never-ended', 1)),
    person('C', {}, check('code/never-ended', 9)),
    person('D', {}, check('code/never-ended', 1, '07-span-methods')),
  ];
  expect(boardState(inputOf(seats)).why).toMatchObject([
    { finding: 'code/never-ended', step: '06-manual', text: 'the span is never ended', seats: ['otel-c', 'otel-b'] },
    { finding: 'code/no-span-started', seats: ['otel-a'] },
    { step: '07-span-methods', seats: ['otel-d'] },
  ]);
});

test('has words for a finding of a newer release', () => {
  expect(textOf('pod/of-tomorrow', 'pod')).toBe('dice makes no telemetry that the check can judge');
  expect(textOf('constructor', 'toString')).toBe('the check failed for a reason that this board does not know');
});

test('shows the class, its faults, its schedule and how many seats there are', () => {
  const expiresAt = '2026-11-30T12:00:00Z';
  const workshop = aWorkshop(10, { schedule: { expiresAt, afterExpiry: 'Stop' }, rollout: { paused: true } });
  const labelled = { ...workshop, metadata: { ...workshop.metadata, labels: { [LABELS.faults]: 'spike.nonsense' } } };
  const seats = [person('Ada'), aSeat('2'), aSeat('3', { phase: 'Provisioning' })];
  expect(boardState(inputOf(seats, labelled)).workshop).toEqual({
    name: 'otel',
    code: 'abc234',
    joinUrl: 'http://class.example.com/join/abc234',
    isGuess: true,
    state: 'Open',
    expiresAt,
    paused: true,
    faults: ['spike'],
    unknownFaults: ['nonsense'],
    afterExpiry: 'Stop',
    hasNames: false,
    seats: { most: 10, made: 3, ready: 2, claimed: 1 },
  });
});

test('shows a visit only while it counts', () => {
  const visit = { by: 'Grace', takeover: 'asked' } as const;
  const seats = [
    person('Now', { visit: { ...visit, at: minutesAgo(1) } }),
    person('Then', { visit: { ...visit, at: minutesAgo(2) } }),
  ];
  expect(boardState(inputOf(seats)).people.map((one) => one.visit)).toEqual([visit, undefined]);
});

describe('the projector', () => {
  const poll = { id: 'first', question: 'What was it?', at: minutesAgo(1) };
  const answers = [{ text: 'Nagios', name: 'Ada' }, { text: ' nagios ' }, { text: 'none' }];
  const seats = [person('Ada', { help: { text: 'secret words', at: minutesAgo(1) } }, check('code/never-ended', 3))];

  test('has no name, no seat and no word of a person', () => {
    const state = screenState(inputOf(seats, aWorkshop(10, { poll }), answers));
    expect(JSON.stringify(state)).not.toMatch(/Ada|otel-ada|secret|never-ended/);
    expect(state.steps.slice(0, 1)).toEqual([{ id: '01-set-up', number: 1, passed: 1, here: 0 }]);
    expect(state.steps.find(({ id }) => id === '06-manual')).toMatchObject({ passed: 0, here: 1 });
    expect(state.poll?.answers).toEqual([
      { text: 'Nagios', count: 2, names: [] },
      { text: 'none', count: 1, names: [] },
    ]);
  });

  test('counts options that nobody chose', () => {
    expect(countAnswers([{ text: 'never', name: 'Ada' }], ['love it', 'never'])).toEqual([
      { text: 'never', count: 1, names: ['Ada'] },
      { text: 'love it', count: 0, names: [] },
    ]);
  });
});

test('computes and writes the state of 500 seats in less time than two events are apart', () => {
  const seats = Array.from({ length: 500 }, (_, index) =>
    person(`Person ${index}`, {}, check('code/never-ended', index % 5)),
  );
  const input = inputOf(seats, aWorkshop(500));
  const rounds = Array.from({ length: 20 }, () => {
    const start = performance.now();
    JSON.stringify(boardState(input));
    return performance.now() - start;
  });
  const median = rounds.sort((one, other) => one - other)[10] ?? Infinity;
  // Half of the least time between two events.
  expect(median).toBeLessThan(250);
});
