import { conditionOf } from '../../kubernetes/conditions.ts';
import type { Seat, SeatPhase, WorkshopStatus } from '../api/types.ts';
import { LAB_HASH, MONDAY, aWorkshop, seatOf } from './testing/fixtures.ts';
import type { RolloutPlan } from './rollout.ts';
import { wantedSeats } from './seats.ts';
import { invalidStatus, isSameStatus, statusOf } from './status.ts';
import { deletingStatus } from './deletion-status.ts';
import type { WorkshopState } from './status.ts';

const NOW = Date.parse(MONDAY);
const NINE = aWorkshop({ seats: 9 });
const nothing: RolloutPlan = { create: [], update: [], remove: [], waiting: [], unplaced: [], halted: false };

const failed = (message: string): NonNullable<Seat['status']>['conditions'] => [
  { type: 'Ready', status: 'False', reason: 'Broken', message, lastTransitionTime: MONDAY },
];
const seats = (...phases: readonly SeatPhase[]): Seat[] =>
  phases.map((phase, index) => seatOf(NINE, index, { phase, status: { conditions: failed(`no ${index + 1}`) ?? [] } }));

function status(owned: readonly Seat[], more: Partial<WorkshopState> = {}): WorkshopStatus {
  return statusOf(
    {
      workshop: NINE,
      schedule: { state: 'Open', afterExpiry: 'Delete' },
      wanted: wantedSeats(NINE, LAB_HASH).slice(0, owned.length),
      owned,
      taken: [],
      plan: nothing,
      ...more,
    },
    NOW,
  );
}

const condition = (from: WorkshopStatus, type: string) => conditionOf(from.conditions, type);

test('names the first five failed seats and counts all failed seats', () => {
  const {
    failing,
    seats: counts,
    summary,
  } = status(seats('Failed', 'Ready', 'Failed', 'Failed', 'Failed', 'Failed', 'Failed').toReversed());
  expect(failing?.map(({ name }) => name)).toEqual([1, 3, 4, 5, 6].map((number) => `class-seat-0${number}`));
  expect(failing?.[0]).toEqual({ name: 'class-seat-01', reason: 'Broken', message: 'no 1' });
  expect([counts, summary]).toEqual([{ desired: 7, ready: 1, updated: 7, failed: 6 }, '1/7']);
});

test('reports a failed seat in the conditions Ready and Degraded', () => {
  const failing = status(seats('Failed', 'Ready'));
  expect(condition(failing, 'Ready')?.message).toBe('1 of 2 seats is ready, 1 failed. class-seat-01: Broken: no 1');
  expect(condition(failing, 'Degraded')).toMatchObject({
    status: 'True',
    reason: 'SeatsFailed',
    message: '1 seat failed: class-seat-01. class-seat-01: Broken: no 1',
  });
  expect(condition(failing, 'Progressing')).toMatchObject({
    status: 'False',
    reason: 'SeatsFailed',
    message: '1 of 2 seats follows the spec, 1 failed.',
  });
});

test('explains how to start a seat if all seats are stopped', () => {
  expect(condition(status(seats('Stopped', 'Stopped')), 'Ready')).toMatchObject({
    status: 'False',
    reason: 'Stopped',
    message: expect.stringContaining('--replicas=1') as string,
  });
});

test('reports Ready for a Workshop without seats', () => {
  expect(condition(status([]), 'Ready')).toMatchObject({ status: 'True', message: '0 of 0 seats are ready.' });
  expect(condition(status([]), 'Progressing')).toMatchObject({ reason: 'Complete' });
});

test('counts a seat as in progress while it is created again', () => {
  const going = seatOf(NINE, 0, { phase: 'Ready', metadata: { deletionTimestamp: MONDAY } });
  expect(condition(status([going]), 'Progressing')).toMatchObject({
    status: 'True',
    message: '0 of 1 seat follows the spec, 1 in progress, 0 wait.',
  });
  expect(status([going]).seats).toMatchObject({ desired: 1, ready: 0 });
});

test("shortens a long message of the API server in a Workshop's status", () => {
  const { message = '' } = condition(status(seats('Ready'), { refused: 'x'.repeat(5000) }), 'Degraded') ?? {};
  expect(message.length).toBeLessThan(1100);
});

test('keeps a condition of a Workshop, with its time and generation, if there is no new result', () => {
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
  expect(invalidStatus(workshop, ['No.'], { owned: [], now: NOW }).conditions?.slice(2)).toEqual(conditions);
});

test('lists the first three problems of an invalid spec and counts the others', () => {
  const { conditions, seats: counts } = invalidStatus(NINE, ['One.', 'Two.', 'Three.', 'Four.', 'Five.'], {
    owned: seats('Ready', 'Failed'),
    now: NOW,
  });
  expect(conditionOf(conditions, 'Ready')?.message).toBe(
    'One. Two. Three. There are 2 more problems. Until then, the seats stay as they are.',
  );
  expect(counts).toEqual({ desired: 9, ready: 1, updated: 0, failed: 1 });
});

test('reports the desired number of seats even if the spec is invalid because the number is too high', () => {
  expect(invalidStatus(aWorkshop({ seats: 2 ** 40 }), ['Too many.'], { owned: [], now: NOW }).seats?.desired).toBe(
    2 ** 40,
  );
});

test('names up to five seats that block the deletion of a Workshop', () => {
  const all = Array.from({ length: 9 }, (_, index) => seatOf(NINE, index, { phase: 'Terminating' }));
  expect(conditionOf(deletingStatus(NINE, all, NOW).conditions, 'Ready')?.message).toMatch(
    /^The Workshop waits until 9 seats are deleted: class-seat-01 \(.*class-seat-05 \([^)]*\) and 4 more\.$/,
  );
});

test('compares two statuses as equal if only the order of their fields differs', () => {
  const { summary, ...rest } = status(seats('Ready'));
  expect(isSameStatus({ ...(summary !== undefined && { summary }), ...rest }, status(seats('Ready')))).toBe(true);
  expect(isSameStatus(undefined, status(seats('Ready')))).toBe(false);
  expect(isSameStatus(status(seats('Failed')), status(seats('Ready')))).toBe(false);
});
