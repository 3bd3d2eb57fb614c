// Tests that requests find their spans among those of other people, whatever the values are.
import { randomFrom, SEEDS, spanOf } from '../harness/generated.ts';
import { burstOf, pairInOrder } from './pairing.ts';

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

const at = (name: string, ...starts: number[]) => starts.map((start) => spanOf(name, { start }));

test('finds the spans of requests that followed one another at once, between those of visitors', () => {
  const spans = [...at('do_roll', 0, 2_000, 4_000), ...at('mine', 1_990, 2_010, 2_020)];
  const inOrder = spans.toSorted((a, b) => a.start - b.start);
  expect(burstOf(inOrder, 3).map(({ name, start }) => [name, start])).toEqual([
    ['mine', 1_990],
    ['mine', 2_010],
    ['mine', 2_020],
  ]);
});

test.each([
  ['only visitors, seconds apart', at('do_roll', 0, 2_000, 4_000, 6_000)],
  ['fewer spans than requests', at('mine', 0, 10)],
  ['other names together', [...at('a', 0), ...at('b', 1), ...at('c', 2)]],
])('finds no burst of three in %s', (_what, spans) => {
  expect(burstOf(spans, 3)).toEqual([]);
});
