// Tests that requests find their spans among those of other people, whatever the values are.
import { pairInOrder } from './pairing.ts';

/** Returns numbers that look random, and are the same in each run with the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state / 2 ** 32;
  };
}

const isSame = (a: number, b: number): number => (a === b ? 1_001 : 1_000);
const seeds = Array.from({ length: 200 }, (_, seed) => seed + 1);

test('finds all rolls of a check between those of visitors, with 200 seeds', () => {
  const missed = seeds.filter((seed) => {
    const random = randomFrom(seed);
    const die = () => Math.floor(random() * 6) + 1;
    const mine = Array.from({ length: 12 }, die);
    const all = mine.flatMap((roll) => [...Array.from({ length: Math.floor(random() * 3) }, die), roll]);
    return pairInOrder(mine, all, isSame).some((partner, index) => partner !== mine[index]);
  });
  expect(missed).toEqual([]);
});

test('keeps the order of both lists, and pairs nothing whose score is 0', () => {
  expect(pairInOrder([1, 2, 3], [3, 1, 2], (a, b) => (a === b ? 1 : 0))).toEqual([1, 2, undefined]);
  expect(pairInOrder([1], [], isSame)).toEqual([undefined]);
});
