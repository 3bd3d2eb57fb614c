// Reads a duration as the Collector does, which is written in Go: https://pkg.go.dev/time#ParseDuration

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
};
const PART = String.raw`(\d+(?:\.\d*)?)(ns|us|µs|ms|s|m|h)`;

/**
 * Returns the milliseconds of a value such as `1m30s`, or undefined if it is no duration.
 * @param value what a YAML file has there; Go counts a number without a unit in nanoseconds
 */
export function milliseconds(value: unknown): number | undefined {
  if (typeof value === 'number') return value * 1e-6;
  if (typeof value !== 'string' || !new RegExp(`^(${PART})+$`).test(value)) return undefined;
  const parts = [...value.matchAll(new RegExp(PART, 'g'))];
  return parts.reduce((sum, [, amount, unit = '']) => sum + Number(amount) * (UNITS[unit] ?? 0), 0);
}
