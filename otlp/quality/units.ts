// Judges the unit of a metric by the Unified Code for Units of Measure, as far as the semantic conventions use it.
// https://opentelemetry.io/docs/specs/semconv/general/metrics/#instrument-units and https://ucum.org/ucum

const PREFIX = '(?:[munpkMGT]|Ki|Mi|Gi|Ti)?';
const ATOM = `(?:${PREFIX}(?:s|By|bit|Hz|m|g|V|A|W|J|L|Cel)|min|h|d|wk|mo|a|K|%|1)`;
const NOTE = '\\{[!-z|~ ]+\\}';
const TERM = `(?:${ATOM}(?:${NOTE})?|${NOTE})`;
const UNIT = new RegExp(`^${TERM}(?:[./]${TERM})*$`);

/** Words that people write as a unit, and the unit that they mean. */
const MEANT: Readonly<Record<string, string>> = {
  second: 's',
  seconds: 's',
  sec: 's',
  millisecond: 'ms',
  milliseconds: 'ms',
  byte: 'By',
  bytes: 'By',
  B: 'By',
  kB: 'kBy',
  MB: 'MBy',
  minutes: 'min',
  hours: 'h',
  percent: '%',
  count: '1',
  celsius: 'Cel',
};

export const isUnit = (unit: string): boolean => UNIT.test(unit);

/** Returns the unit that is meant by a text that is none: `s` for seconds, or else the text in braces: `{rolls}`. */
export const meantUnit = (text: string): string =>
  Object.hasOwn(MEANT, text) ? (MEANT[text] ?? '') : `{${text.replace(/[{}\s]+/g, '_')}}`;

/** Words in the name of a metric that stand for its unit. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  s: ['seconds', 'second', 'sec', 'secs'],
  ms: ['milliseconds', 'millis', 'ms', 'msec'],
  us: ['microseconds', 'micros'],
  ns: ['nanoseconds', 'nanos'],
  min: ['minutes'],
  h: ['hours'],
  By: ['bytes', 'byte'],
  kBy: ['kilobytes', 'kb'],
  MBy: ['megabytes', 'mb'],
  '%': ['percent', 'percentage'],
};

const ALL_WORDS = Object.values(WORDS).flat();

/** Returns the word in the name of a metric that repeats its unit, or undefined. Without a unit, any such word does. */
export function unitInName(name: string, unit: string): string | undefined {
  const words = Object.hasOwn(WORDS, unit) ? WORDS[unit] : unit === '' ? ALL_WORDS : [];
  return name
    .toLowerCase()
    .split(/[._\-/]/)
    .find((part) => words?.includes(part));
}
