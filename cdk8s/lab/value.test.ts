// Compile-time tests: tsc fails if one of the marked lines compiles.
import type { LabValues } from '../values.ts';
import { unresolvedValues } from './value.ts';
import type { Values } from './value.ts';
import { labValues } from '../values.ts';

const values: Values<LabValues> = unresolvedValues(labValues.default);
const { jaeger, arcade, visitors, instrumentation, nodeSelector, tolerations, image, dice } = values;

/** Uses that compile. The chart keeps each of them exact. */
const allowed = () => [jaeger.maxTraces, visitors.enabled, `${image.repository}:${image.tag}`, { nodeSelector }];

/** Uses that would compute with a token instead of its value. */
const refused = (): unknown[] => [
  // @ts-expect-error arithmetic
  arcade.budgetMs + 1,
  // @ts-expect-error arithmetic
  arcade.budgetMs * 2,
  // @ts-expect-error comparison
  jaeger.maxTraces > 1,
  // @ts-expect-error comparison
  jaeger.maxTraces === 1,
  // @ts-expect-error comparison
  visitors.enabled === true,
  // @ts-expect-error comparison
  instrumentation === 'manual',
  // @ts-expect-error condition
  visitors.enabled ? 1 : 0,
  // @ts-expect-error condition
  visitors.enabled && 1,
  // @ts-expect-error condition
  dice.source ? 1 : 0,
  // @ts-expect-error text: the printer would have to guess how to write the number
  'traces: ' + jaeger.maxTraces,
  // @ts-expect-error spread
  { ...nodeSelector },
  // @ts-expect-error spread
  [...tolerations],
];

test('hides a value from arithmetic, comparison and conditions at compile time only', () => {
  expect(allowed()).toEqual([2000, true, 'library/intro-otel:0.1.0', { nodeSelector: {} }]);
  expect(refused()).toContain(1000);
});

test('refuses a value as the condition of a statement', () => {
  const branch = (): string => {
    // @ts-expect-error condition
    if (visitors.enabled) return 'visited';
    return 'empty';
  };
  expect(branch()).toBe('visited');
});
