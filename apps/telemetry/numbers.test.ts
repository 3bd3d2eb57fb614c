// Tests which numbers the variables of OpenTelemetry accept.
import { numberIn } from './numbers.ts';

test.each([
  ['2000', 2_000],
  [' 1e3 ', 1_000],
  ['-5', 60_000],
  ['0', 60_000],
  ['2s', 60_000],
  ['Infinity', 60_000],
  ['', 60_000],
  [undefined, 60_000],
])('reads the interval %j as %i, as the apps do', (value, expected) => {
  expect(numberIn({ OTEL_METRIC_EXPORT_INTERVAL: value }, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000)).toBe(expected);
});
