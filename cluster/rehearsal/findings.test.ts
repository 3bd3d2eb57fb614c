import { linesOf, percentile } from './findings.ts';
import type { Rehearsal } from './findings.ts';

const condition = (type: string, status: 'True' | 'False', message = '') => ({
  type,
  status,
  reason: 'Reason',
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

const good: Rehearsal = {
  seats: 2,
  ready: 2,
  readyAfter: 30_000,
  conditions: [condition('CapacityAvailable', 'True', 'All seats fit.'), condition('Degraded', 'False')],
  attendees: [1, 2].map((factor) => ({
    joined: 100 * factor,
    opened: 900 * factor,
    course: { rounds: [20, 30], failedRounds: 0, steps: [{ step: '01-set-up', checks: [1_000] }] },
  })),
};

const broken = (rehearsal: Partial<Rehearsal>) =>
  linesOf({ ...good, ...rehearsal }).flatMap(({ what, breaks }) => (breaks === undefined ? [] : `${what}: ${breaks}`));

test('says how many seats, joins, rounds, checks and steps went well, and that nothing breaks', () => {
  expect(linesOf(good).map(({ what, found }) => `${what}: ${found}`)).toEqual([
    'seats: 2 of 2 ready, the last after 30.0 s',
    'CapacityAvailable: True, Reason: All seats fit.',
    'from code to seat: 2: half within 0.1 s, 95 % within 0.2 s, all within 0.2 s',
    'from code to lab: 2: half within 0.9 s, 95 % within 1.8 s, all within 1.8 s',
    'rounds: 4: half within 0.0 s, 95 % within 0.0 s, all within 0.0 s',
    'checks: 2: half within 1.0 s, 95 % within 1.0 s, all within 1.0 s',
    'steps of the course: 2 of 2 passed',
  ]);
  expect(broken({})).toEqual([]);
});

test('says that people would have no lab, and what the operator says about it', () => {
  const conditions = [condition('CapacityAvailable', 'False', 'The nodes lack 300m of CPU.')];
  expect(broken({ ready: 1, conditions })).toEqual([
    'seats: 1 people would have no lab',
    'CapacityAvailable: The nodes lack 300m of CPU.',
  ]);
});

test('says that rounds take longer than their budget, or fail', () => {
  const slow = { rounds: [20, 700], failedRounds: 1, steps: [] };
  expect(broken({ attendees: [{ joined: 1, opened: 1, course: slow }] })).toEqual([
    'rounds: expected 95 % within 0.5 s',
    'rounds that failed: people would see errors',
    'checks: nothing could be measured',
    'steps of the course: nobody could do a step',
  ]);
});

test('groups the steps that failed and the attendees that could not go on', () => {
  const failed = {
    rounds: [20],
    failedRounds: 0,
    steps: [{ step: '06-manual', checks: [5], problem: 'shape: no do_roll' }],
  };
  const attendees = [1, 2, 3].map(() => ({ joined: 1, opened: 1, course: failed }));
  expect(broken({ attendees: [...attendees, { error: 'fetch failed' }] })).toEqual([
    '3 ×: 06-manual: shape: no do_roll',
    '1 ×: fetch failed',
  ]);
  expect(broken({ attendees: [{ joined: 1, opened: 1, error: 'fetch failed' }] })).toEqual([
    'rounds: nothing could be measured',
    'checks: nothing could be measured',
    'steps of the course: nobody could do a step',
    '1 ×: fetch failed',
  ]);
});

test('returns the time within which a share of the times lies', () => {
  expect([0.5, 0.95, 1].map((share) => percentile([4, 1, 3, 2], share))).toEqual([2, 4, 4]);
});
