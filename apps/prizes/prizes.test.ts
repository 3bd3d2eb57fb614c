import { prizeFor } from './prizes.ts';

test.each([1, 2, 3, 4, 5, 6])('gives a prize for a roll of %i, and a better prize in version 2 of prizes', (roll) => {
  const [old, better] = [prizeFor('1.4.0', roll), prizeFor('2.0.0', roll)];
  expect(old?.points).toBe(roll * 10);
  expect(better?.points).toBe(roll * 20);
  expect(better?.name).toBe(`${old?.name} that glows`);
});

test.each([0, 7, -1, 1.5, NaN])('gives no prize for the invalid roll %p', (roll) => {
  expect(prizeFor('1.4.0', roll)).toBeUndefined();
});
