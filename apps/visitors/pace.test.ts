import { nextStart } from './pace.ts';

/** Returns the starts of four rounds that pause for 100 ms and take as long as given. */
function startsOf(rounds: readonly number[]): number[] {
  const starts = [0];
  for (const took of rounds) starts.push(nextStart(starts.at(-1) ?? 0, 100, (starts.at(-1) ?? 0) + took));
  return starts;
}

test('keeps the rate of rounds, however long each of them takes', () => {
  expect(startsOf([10, 30, 90])).toEqual([0, 100, 200, 300]);
});

test('starts a round at once after one that took longer than the pause, and does not catch up', () => {
  expect(startsOf([250, 10, 10])).toEqual([0, 250, 350, 450]);
});
