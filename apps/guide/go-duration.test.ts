import { milliseconds } from './go-duration.ts';

test.each<[unknown, number | undefined]>([
  ['10s', 10_000],
  ['1m30s', 90_000],
  ['1.5s', 1_500],
  ['200ms', 200],
  ['2h', 7_200_000],
  ['500us', 0.5],
  [0, 0],
  ['10', undefined],
  ['10 s', undefined],
  ['soon', undefined],
  [undefined, undefined],
  [{ seconds: 10 }, undefined],
])('reads the duration %j as %p ms', (value, expected) => {
  expect(milliseconds(value)).toBe(expected);
});
