import { oldestBefore } from './oldest-trace.ts';

const HOUR = 3_600_000;
const now = 1_000 * HOUR;

test.each([
  ['a second', 1_000],
  ['an hour', HOUR],
  ['a hundred hours', 100 * HOUR],
])('finds the oldest trace of %s ago to an eighth, with few questions', async (_age, age) => {
  let asked = 0;
  const oldest = await oldestBefore(
    (time) => {
      asked += 1;
      return Promise.resolve(now - age < time);
    },
    now,
    60_000,
  );
  expect(Math.abs(now - oldest - age)).toBeLessThan(Math.max(age / 8, 60_000));
  expect(asked).toBeLessThan(20);
});
