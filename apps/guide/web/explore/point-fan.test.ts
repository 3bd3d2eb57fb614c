import { fanOf } from './point-fan.ts';
import type { Position } from './point-fan.ts';

const row = (...xs: number[]): Map<string, Position> =>
  new Map(xs.map((x, at) => [String.fromCharCode(97 + at), { x, y: 10 }]));

/** Returns where each point is while the mouse is on `key`. */
const spread = (positions: Map<string, Position>, key: string): [string, number][] =>
  [...fanOf(positions, key)].map(([name, by]) => [name, (positions.get(name)?.x ?? 0) + by]);

test('spreads points that cover each other, from left to right, around the one below the mouse', () => {
  expect(spread(row(100, 102, 104, 150), 'b')).toEqual([
    ['a', 87],
    ['b', 102],
    ['c', 117],
  ]);
});

test('spreads points in the same place', () => {
  expect(spread(row(100, 100), 'b').map(([, x]) => x)).toEqual([100, 115]);
});

test('leaves a point alone that no other covers', () => {
  expect(fanOf(row(100, 120), 'a').size).toBe(0);
  expect(fanOf(row(100), 'z').size).toBe(0);
});

test('spreads a bounded number, among them the one below the mouse', () => {
  const many = row(...Array<number>(26).fill(100));
  expect(fanOf(many, 'z').size).toBe(9);
  expect(fanOf(many, 'z').get('z')).toBe(0);
});
