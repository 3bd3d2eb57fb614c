import { amountOf, amountText, amountsOf, greater, minus, parseQuantity, plus, sum } from './quantity.ts';

test.each([
  ['500m', 0.5],
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
])('%s is %d', (quantity, number) => {
  expect(parseQuantity(quantity)).toBeCloseTo(number, 9);
});

test.each(['', 'many', '1 Gi', '64mi', '1.2.3', 'NaN', '0x10'])(
  '"%s" is no quantity, and the error says what one is',
  (text) => {
    expect(() => parseQuantity(text)).toThrow(`Expected a quantity such as 500m or 64Mi, found ${text}.`);
  },
);

test('cpu is counted in thousandths, all else in units, both rounded up', () => {
  expect(amountsOf({ cpu: '0.1', memory: '1Ki', 'nvidia.com/gpu': 2 })).toEqual({
    cpu: 100,
    memory: 1024,
    'nvidia.com/gpu': 2,
  });
  expect([amountOf('cpu', '1u'), amountOf('memory', '100m'), amountOf('limits.cpu', '2')]).toEqual([1, 1, 2000]);
});

test('rounding up adds nothing that only floating point put there', () => {
  expect([
    amountOf('cpu', 0.1 * 3),
    amountOf('cpu', '0.07'),
    amountOf('cpu', '1.1'),
    amountOf('memory', '1.1k'),
  ]).toEqual([300, 70, 1100, 1100]);
});

test('what one side lacks is none of it', () => {
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
] as const)('%s of %d reads as %s', (resource, amount, text) => {
  expect(amountText(resource, amount)).toBe(text);
});
