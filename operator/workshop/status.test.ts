import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Seat, SeatPhase, WorkshopStatus } from '../api/types.ts';
import { MONDAY, aWorkshop, seatOf } from './testing/fixtures.ts';
import type { RolloutPlan } from './rollout.ts';
import { wantedSeats } from './seats.ts';
import { invalidStatus, isSameStatus, leavingStatus, statusOf } from './status.ts';
import type { Facts } from './status.ts';

const NOW = Date.parse(MONDAY);
const NINE = aWorkshop({ seats: 9 });
const nothing: RolloutPlan = { create: [], update: [], remove: [], waiting: [], unplaced: [], halted: false };

const failed = (message: string): NonNullable<Seat['status']>['conditions'] => [
  { type: 'Ready', status: 'False', reason: 'Broken', message, lastTransitionTime: MONDAY },
];
const seats = (...phases: readonly SeatPhase[]): Seat[] =>
  phases.map((phase, index) => seatOf(NINE, index, { phase, status: { conditions: failed(`no ${index + 1}`) ?? [] } }));

function status(own: readonly Seat[], more: Partial<Facts> = {}): WorkshopStatus {
  return statusOf(
    {
      workshop: NINE,
      schedule: { state: 'Open', afterExpiry: 'Delete' },
      wanted: wantedSeats(NINE).slice(0, own.length),
      own,
      taken: [],
      plan: nothing,
      ...more,
    },
    NOW,
  );
}

const said = (of: WorkshopStatus, type: string) => conditionOf(of.conditions, type);

test('of those that fail the first five are named, and all are counted', () => {
  const {
    failing,
    seats: counts,
    summary,
  } = status(seats('Failed', 'Ready', 'Failed', 'Failed', 'Failed', 'Failed', 'Failed').toReversed());
  expect(failing?.map(({ name }) => name)).toEqual([1, 3, 4, 5, 6].map((number) => `class-seat-0${number}`));
  expect(failing?.[0]).toEqual({ name: 'class-seat-01', reason: 'Broken', message: 'no 1' });
  expect([counts, summary]).toEqual([{ desired: 7, ready: 1, updated: 7, failed: 6 }, '1/7']);
});

test('a failure is where one looks first: in Ready and in Degraded', () => {
  const of = status(seats('Failed', 'Ready'));
  expect(said(of, 'Ready')?.message).toBe('1 of 2 seats is ready, 1 failed. class-seat-01: Broken: no 1');
  expect(said(of, 'Degraded')).toMatchObject({
    status: 'True',
    reason: 'SeatsFailed',
    message: '1 seat failed: class-seat-01. class-seat-01: Broken: no 1',
  });
  expect(said(of, 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'SeatsFailed',
    message: '1 of 2 seats is as the spec says, 1 failed.',
  });
});

test('a class that is all stopped is not ready, and it is said how to start a seat', () => {
  expect(said(status(seats('Stopped', 'Stopped')), 'Ready')).toMatchObject({
    status: 'False',
    reason: 'Stopped',
    message: expect.stringContaining('--replicas=1') as string,
  });
});

test('a class of none is as it should be', () => {
  expect(said(status([]), 'Ready')).toMatchObject({ status: 'True', message: '0 of 0 seats are ready.' });
  expect(said(status([]), 'Progressing')).toMatchObject({ reason: 'Complete' });
});

test('a seat that is being made afresh is under way', () => {
  const going = seatOf(NINE, 0, { phase: 'Ready', metadata: { deletionTimestamp: MONDAY } });
  expect(said(status([going]), 'Progressing')).toMatchObject({
    status: 'True',
    message: '0 of 1 seat are as the spec says, 1 under way, 0 to be begun.',
  });
  expect(status([going]).seats).toMatchObject({ desired: 1, ready: 0 });
});

test('a message that the API server made long is cut', () => {
  const { message = '' } = said(status(seats('Ready'), { refused: 'x'.repeat(5000) }), 'Degraded') ?? {};
  expect(message.length).toBeLessThan(1100);
});

test('what was not looked at anew stays as it was said, with its time and generation', () => {
  const conditions = ['CapacityAvailable', 'ImagesReady', 'NetworkIsolation'].map((type) => ({
    type,
    status: 'True' as const,
    reason: 'Before',
    message: 'As before.',
    lastTransitionTime: '2025-01-01T00:00:00Z',
    observedGeneration: 7,
  }));
  const workshop = { ...NINE, metadata: { ...NINE.metadata, generation: 8 }, status: { conditions } };
  expect(status(seats('Ready'), { workshop }).conditions?.slice(3)).toEqual(conditions);
  expect(invalidStatus(workshop, ['No.'], { own: [], now: NOW }).conditions?.slice(2)).toEqual(conditions);
});

test('of many problems three are said, and that there are more', () => {
  const { conditions, seats: counts } = invalidStatus(NINE, ['One.', 'Two.', 'Three.', 'Four.', 'Five.'], {
    own: seats('Ready', 'Failed'),
    now: NOW,
  });
  expect(conditionOf(conditions, 'Ready')?.message).toBe(
    'One. Two. Three. And 2 more. Until then its seats stay as they are.',
  );
  expect(counts).toEqual({ desired: 9, ready: 1, updated: 0, failed: 1 });
});

test('a number of seats that nobody could have is counted, not made', () => {
  expect(invalidStatus(aWorkshop({ seats: 2 ** 40 }), ['Too many.'], { own: [], now: NOW }).seats?.desired).toBe(
    2 ** 40,
  );
});

test('what keeps a Workshop that is being deleted is named, as far as five', () => {
  const all = Array.from({ length: 9 }, (_, index) => seatOf(NINE, index, { phase: 'Terminating' }));
  expect(conditionOf(leavingStatus(NINE, all, NOW).conditions, 'Ready')?.message).toMatch(
    /^Is being deleted once 9 seats are gone: class-seat-01 \(.*class-seat-05 \([^)]*\) and 4 more\.$/,
  );
});

test('a status that says the same is the same, in whatever order the API server gives it', () => {
  const { summary, ...rest } = status(seats('Ready'));
  expect(isSameStatus({ ...(summary !== undefined && { summary }), ...rest }, status(seats('Ready')))).toBe(true);
  expect(isSameStatus(undefined, status(seats('Ready')))).toBe(false);
  expect(isSameStatus(status(seats('Failed')), status(seats('Ready')))).toBe(false);
});
