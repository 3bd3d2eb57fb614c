import { amountOf, sameAmount } from './amount.ts';

test.each([
  ['1000m', 1],
  ['1', 1],
  [2, 2],
  ['0.5', 0.5],
  ['64Mi', 67_108_864],
  ['1e3', 1000],
  ['1E', 1e18],
  ['5k', 5000],
  ['-2', -2],
])('%s is %d', (quantity, amount) => expect(amountOf(quantity)).toBe(amount));

test.each(['', 'm', '1 Gi', '1Kib', 'ten', null, {}])('%s is no quantity', (text) =>
  expect(amountOf(text)).toBeUndefined(),
);

test.each([
  ['1000m', '1'],
  [1, '1'],
  ['1Gi', '1024Mi'],
  ['700m', 0.7],
  ['0', '0m'],
])('%s and %s are the same amount', (a, b) => expect(sameAmount(a, b)).toBe(true));

test.each([
  ['1', '2'],
  ['1G', '1Gi'],
  ['x', 'x'],
  ['100m', '100M'],
])('%s and %s are not', (a, b) => expect(sameAmount(a, b)).toBe(false));
