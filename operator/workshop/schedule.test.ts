import { isOver, scheduleAt } from './schedule.ts';

const HOUR = 3_600_000;
const MINUTE = 60_000;
const at = (time: string): number => Date.parse(`2026-05-04T${time}Z`);
const day = { startsAt: '2026-05-04T09:00:00Z', expiresAt: '2026-05-04T17:00:00Z' };

test('returns the state Open for a class without a schedule, and never requeues', () => {
  expect(scheduleAt(at('08:00:00'))).toEqual({ state: 'Open', afterExpiry: 'Stop' });
});

test('returns the state Scheduled before the class starts, and requeues at the start', () => {
  expect(scheduleAt(at('08:30:00'), day)).toMatchObject({ state: 'Scheduled', next: 30 * MINUTE });
  expect(scheduleAt(at('09:00:00'), day)).toMatchObject({ state: 'Open' });
});

test('returns the state Expired after the class ends, and never requeues', () => {
  expect(scheduleAt(at('16:59:59'), day)).toMatchObject({ state: 'Open', next: 1000 });
  expect(scheduleAt(at('17:00:00'), day)).toEqual({ state: 'Expired', afterExpiry: 'Stop', ...day });
});

test.each([
  ['15:59:59', undefined, 1000],
  ['16:00:00', 60, 45 * MINUTE],
  ['16:44:00', 60, MINUTE],
  ['16:45:00', 15, 10 * MINUTE],
  ['16:55:00', 5, 5 * MINUTE],
  ['17:00:00', undefined, undefined],
])('returns for the time %s a warning of %p minutes, and requeues after %p ms', (time, warning, next) => {
  expect(scheduleAt(at(time), day).next).toBe(next);
  expect(scheduleAt(at(time), day).warning).toBe(warning);
});

test('respects the time zone of each time in a schedule', () => {
  expect(scheduleAt(at('07:00:00'), { startsAt: '2026-05-04T09:00:00+02:00' })).toMatchObject({ state: 'Open' });
});

test('requeues a class with a schedule after at most a day', () => {
  expect(scheduleAt(at('08:00:00'), { startsAt: '2027-05-04T09:00:00Z' }).next).toBe(24 * HOUR);
});

test('counts an expired class as over, unless its schedule has afterExpiry=Keep', () => {
  const late = at('18:00:00');
  expect(
    [undefined, 'Delete', 'Stop', 'Keep'].map((afterExpiry) =>
      isOver(scheduleAt(late, { ...day, ...(afterExpiry && { afterExpiry: afterExpiry as 'Stop' }) })),
    ),
  ).toEqual([true, true, true, false]);
  expect(isOver(scheduleAt(at('12:00:00'), day))).toBe(false);
});
