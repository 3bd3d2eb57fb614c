// Tests that requests find their spans among those of other people, whatever the values are.
import { randomFrom, SEEDS } from '../harness/generated.ts';
import { pairInOrder } from './pairing.ts';

const isSame = (a: number, b: number): number => (a === b ? 1_001 : 1_000);

test('finds all rolls of a check between those of visitors, with 200 seeds', () => {
  const missed = SEEDS.filter((seed) => {
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
