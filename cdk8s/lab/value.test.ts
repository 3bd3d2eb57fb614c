// Compile-time tests of the type `Value`. tsc fails if a line marked with @ts-expect-error compiles.
import type { LabValues } from '../values.ts';
import { unresolvedValues } from './value.ts';
import type { Values } from './value.ts';
import { labValues } from '../values.ts';
import { versions } from '../../lab/versions.ts';

const values: Values<LabValues> = unresolvedValues(labValues.default);
const { jaeger, arcade, visitors, instrumentation, nodeSelector, tolerations, image, dice } = values;

/** Uses of a chart value that compile, because the chart can print them exactly. */
const allowed = () => [jaeger.maxTraces, visitors.enabled, `${image.repository}:${image.tag}`, { nodeSelector }];

/** Uses of a chart value that don't compile, because they would compute with a token instead of the real value. */
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
  // @ts-expect-error number inside text, which the printer can't format
  'traces: ' + jaeger.maxTraces,
  // @ts-expect-error spread
  { ...nodeSelector },
  // @ts-expect-error spread
  [...tolerations],
];

test('forbids arithmetic, comparisons and conditions on chart values at compile time only', () => {
  expect(allowed()).toEqual([2000, true, `library/intro-otel:${versions.lab}`, { nodeSelector: {} }]);
  expect(refused()).toContain(1000);
});

test('forbids a chart value as the condition of an if statement at compile time', () => {
  const branch = (): string => {
    // @ts-expect-error condition
    if (visitors.enabled) return 'visited';
    return 'empty';
  };
  expect(branch()).toBe('visited');
});
