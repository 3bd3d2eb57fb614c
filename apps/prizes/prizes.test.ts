import { prizeFor } from './prizes.ts';

test.each([1, 2, 3, 4, 5, 6])('a roll of %i wins a prize, in version 2 a better one', (roll) => {
  const [old, better] = [prizeFor('1.4.0', roll), prizeFor('2.0.0', roll)];
  expect(old?.points).toBe(roll * 10);
  expect(better?.points).toBe(roll * 20);
  expect(better?.name).toBe(`${old?.name} that glows`);
});

test.each([0, 7, -1, 1.5, NaN])('a roll of %p wins nothing', (roll) => {
  expect(prizeFor('1.4.0', roll)).toBeUndefined();
});
