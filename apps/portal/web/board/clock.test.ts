import { ageInWords, ageOf, Clock, timeLeft } from './clock.ts';

const MINUTE = 60_000;
const at = (minutes: number): string => new Date(minutes * MINUTE).toISOString();

test('tells the time of the server, whatever the own clock says', () => {
  const clock = new Clock(() => 5 * MINUTE);
  expect(clock.now()).toBe(5 * MINUTE);
  clock.set(at(65));
  clock.set('tomorrow');
  clock.set(undefined);
  expect(clock.now()).toBe(65 * MINUTE);
});

test.each([
  [0, 'now'],
  [-5 * MINUTE, 'now'],
  [59_999, 'now'],
  [MINUTE, '1 min'],
  [119 * MINUTE, '119 min'],
  [120 * MINUTE, '2 h'],
  [47 * 60 * MINUTE, '47 h'],
  [72 * 60 * MINUTE, '3 days'],
  [NaN, ''],
])('calls an age of %d ms "%s"', (age, words) => {
  expect(ageInWords(age)).toBe(words);
});

test('says nothing about a time that is missing or is none', () => {
  expect([ageOf(undefined, 0), ageOf('soon', 0), ageOf(at(1), 4 * MINUTE)]).toEqual(['', '', '3 min']);
});

test.each([
  [{ startsAt: at(10), expiresAt: at(90) }, 'starts in 9 min'],
  [{ startsAt: at(0), expiresAt: at(41) }, 'ends in 40 min'],
  [{ expiresAt: at(1.5) }, 'ends in less than a minute'],
  [{ expiresAt: at(1) }, 'ended less than a minute ago'],
  [{}, 'no end is set'],
])('says of the schedule %j: %s', (schedule, words) => {
  expect(timeLeft(schedule, MINUTE)).toBe(words);
});
