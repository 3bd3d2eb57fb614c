import { nextStart } from './pace.ts';

/** Returns when each round really starts, if rounds take as long as given and have a pause of 100 ms. */
function startsOf(rounds: readonly number[]): number[] {
  let planned = 0;
  const starts = [0];
  for (const took of rounds) {
    const now = (starts.at(-1) ?? 0) + took;
    planned = nextStart(planned, 100, now);
    starts.push(Math.max(planned, now));
  }
  return starts;
}

test('keeps the rate of rounds, however long each of them takes', () => {
  expect(startsOf([10, 30, 90])).toEqual([0, 100, 200, 300]);
});

test('catches up after a slow round', () => {
  expect(startsOf([250, 10, 10, 10])).toEqual([0, 250, 260, 300, 400]);
});

test('catches up on at most the last second after a round that took much longer', () => {
  const starts = startsOf([5_000, ...Array<number>(30).fill(10)]);
  expect(starts.filter((start, index) => index > 0 && start - (starts[index - 1] ?? 0) === 10)).toHaveLength(11);
});
