import {
  amountOf,
  amountText,
  amountsOf,
  greater,
  minus,
  parseQuantity,
  plus,
  sameAmount,
  sum,
  unitsOf,
} from './quantity.ts';

test.each([
  ['500m', 0.5],
  ['24675420Ki', 24_675_420 * 2 ** 10],
  ['500000000', 500_000_000],
  ['64Mi', 64 * 2 ** 20],
  ['1.5Gi', 1.5 * 2 ** 30],
  ['2', 2],
  [2, 2],
  ['1e3', 1000],
  ['1E2', 100],
  ['12E', 12e18],
  ['1k', 1000],
  ['.5', 0.5],
  ['100n', 1e-7],
  ['1000m', 1],
  ['1', 1],
  ['0.5', 0.5],
  ['1E', 1e18],
  ['5k', 5000],
  ['-2', -2],
])('parses the quantity %s as %d', (quantity, number) => {
  expect(parseQuantity(quantity)).toBeCloseTo(number, 9);
});

test.each(['', 'many', '1 Gi', '64mi', '1.2.3', 'NaN', '0x10'])(
  'refuses "%s" as a quantity, with a valid example in the message',
  (text) => {
    expect(() => parseQuantity(text)).toThrow(`Expected a quantity such as 500m or 64Mi, found ${text}.`);
  },
);

test.each(['', 'm', '1 Gi', '1Kib', 'ten', null, {}])('returns undefined for %s, which is not a quantity', (value) => {
  expect(unitsOf(value)).toBeUndefined();
});

test.each([
  ['1000m', '1'],
  [1, '1'],
  ['1Gi', '1024Mi'],
  ['700m', 0.7],
  ['0', '0m'],
])('treats the quantities %s and %s as equal', (a, b) => expect(sameAmount(a, b)).toBe(true));

test.each([
  ['1', '2'],
  ['1G', '1Gi'],
  ['x', 'x'],
  ['100m', '100M'],
])('treats the quantities %s and %s as different', (a, b) => expect(sameAmount(a, b)).toBe(false));

test('counts CPU in thousandths of a core and other resources in whole units, rounded up', () => {
  expect(amountsOf({ cpu: '0.1', memory: '1Ki', 'nvidia.com/gpu': 2 })).toEqual({
    cpu: 100,
    memory: 1024,
    'nvidia.com/gpu': 2,
  });
  expect([amountOf('cpu', '1u'), amountOf('memory', '100m'), amountOf('limits.cpu', '2')]).toEqual([1, 1, 2000]);
});

test('removes floating-point errors before it rounds an amount up', () => {
  expect([
    amountOf('cpu', 0.1 * 3),
    amountOf('cpu', '0.07'),
    amountOf('cpu', '1.1'),
    amountOf('memory', '1.1k'),
  ]).toEqual([300, 70, 1100, 1100]);
});

test('computes with 0 for a resource that an operand lacks', () => {
  expect(plus({ cpu: 1 }, { memory: 2 })).toEqual({ cpu: 1, memory: 2 });
  expect(minus({ cpu: 1 }, { cpu: 3, memory: 2 })).toEqual({ cpu: -2, memory: -2 });
  expect(greater({ cpu: 1, memory: 5 }, { cpu: 3 })).toEqual({ cpu: 3, memory: 5 });
  expect(sum([{ cpu: 1 }, { cpu: 2 }, { pods: 1 }])).toEqual({ cpu: 3, pods: 1 });
});

test.each([
  ['cpu', 1500, '1500m'],
  ['cpu', 2000, '2'],
  ['memory', 1.5 * 2 ** 30, '1.5Gi'],
  ['memory', 400 * 2 ** 20, '400Mi'],
  ['memory', 3, '3'],
  ['ephemeral-storage', 2 ** 40, '1Ti'],
  ['pods', 110, '110'],
] as const)('formats the %s amount %d as %s', (resource, amount, text) => {
  expect(amountText(resource, amount)).toBe(text);
});
