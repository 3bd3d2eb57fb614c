// The OTEL_* variables whose values are numbers: which values the SDK can use, and which of them make no sense. A value
// that it can't use is treated as not set.
import { VARIABLES } from './variables.ts';

type Env = Readonly<Record<string, string | undefined>>;

const named = (end: RegExp): string[] => VARIABLES.filter((name) => end.test(name));

export const INTERVAL = 'OTEL_METRIC_EXPORT_INTERVAL';
/** Time limits of an export in milliseconds. */
export const timeouts: readonly string[] = named(/_TIMEOUT$/);
/** Variables in milliseconds. */
const times = named(/_(DELAY|INTERVAL|TIMEOUT)$/);
/** Variables that may be 0. */
const limits = named(/_LIMIT$/);

/** The variables whose values are numbers. */
export const numbers: readonly string[] = [...times, ...limits, ...named(/_SIZE$/)];

/** The longest time in milliseconds that a timer of Node takes. With a longer one, it fires at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** Returns which number a variable accepts, or undefined if it accepts the value or is not a number's. */
export function expectedNumber(name: string, value: string): string | undefined {
  const number = Number(value);
  if (limits.includes(name)) return number >= 0 ? undefined : 'a number of at least 0';
  if (!numbers.includes(name)) return undefined;
  if (!(number > 0)) return 'a number greater than 0';
  return times.includes(name) && number > LONGEST_TIMER ? `at most ${LONGEST_TIMER} milliseconds` : undefined;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, sec: 1_000, m: 60_000, min: 60_000 };

/** Returns what to write in place of a time with a unit, or undefined. */
export function withoutUnit(name: string, value: string): string | undefined {
  const [, amount, unit = ''] = /^(\d+(?:\.\d+)?)\s*([a-z]+)$/i.exec(value) ?? [];
  const factor = UNITS[unit.toLowerCase()];
  if (amount === undefined || factor === undefined || !times.includes(name)) return undefined;
  return `It is in milliseconds, without a unit: write ${Number(amount) * factor}.`;
}

/** Returns the number of a variable as the SDK reads it: the default if the value is missing or can't be used. */
export function numberIn(env: Env, name: string, byDefault: number): number {
  const value = env[name]?.trim();
  return value && expectedNumber(name, value) === undefined ? Number(value) : byDefault;
}
