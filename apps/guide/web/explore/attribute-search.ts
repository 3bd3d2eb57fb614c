// The search for traces by their attributes: reads what the reader wrote, and says what is wrong with it.
import type { TraceAttributes } from '../../../../otlp/trace-attributes.ts';

interface Wanted {
  /** Empty if the text begins with `=`. */
  readonly name: string;
  /** Undefined if the text names only an attribute. */
  readonly value?: string;
}

/**
 * Reads what a reader searches for: `client.version=3.1.0`, or several such texts with ` & ` between them. The name may
 * have its service, as in `prizes:service.version`. A text without `=` asks for traces with that attribute.
 */
export function wantedIn(text: string): Wanted[] {
  return text
    .split(' & ')
    .map((part) => part.trim())
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=');
      return at < 0 ? { name: part } : { name: part.slice(0, at).trim(), value: part.slice(at + 1).trim() };
    });
}

export const hasAll = (attributes: TraceAttributes, wanted: readonly Wanted[]): boolean =>
  wanted.every(({ name, value }) =>
    Object.entries(attributes).some(
      ([key, values]) => (value === undefined || values.includes(value)) && isNamed(key, name),
    ),
  );

/** Whether a key such as `prizes:resource.service.version` has a name, with or without its service and `resource.`. */
function isNamed(key: string, name: string): boolean {
  const [service, own] = split(key);
  const short = own.replace(/^resource\./, '');
  return [key, own, short, `${service}:${short}`].includes(name);
}

function split(key: string): [service: string, own: string] {
  const at = key.indexOf(':');
  return [key.slice(0, Math.max(0, at)), key.slice(at + 1)];
}

/** The most names or values that a hint lists. */
const listed = 5;

/** Says why no trace has what the text asks for. Returns an empty text if the traces have each part of it. */
export function hintFor(text: string, traces: readonly TraceAttributes[]): string {
  for (const wanted of wantedIn(text)) {
    if (traces.some((attributes) => hasAll(attributes, [wanted]))) continue;
    return wrongForm(wanted, traces) ?? wrongWords(wanted, traces);
  }
  return '';
}

/** Says what is wrong with the form of a text. */
function wrongForm({ name, value }: Wanted, traces: readonly TraceAttributes[]): string | undefined {
  const found = value === undefined ? name : `${name}=${value}`;
  const example = exampleFor(/[^<>=!~\s]*$/.exec(found)?.[0] ?? '', traces);
  if (/[<>!~]/.test(name))
    return `Expected name=value, found “${found}”. Only = is searched, no other comparison. Write ${example}.`;
  if (name === '')
    return `Expected name=value, found “${found}”. A value without a name is not searched. Write ${example}.`;
  const isValue = value === undefined && keysWith(name, traces).length > 0;
  return isValue
    ? `No attribute is called ${name}. It is a value, and a value without a name is not searched. Write ${example}.`
    : undefined;
}

function wrongWords({ name, value = '' }: Wanted, traces: readonly TraceAttributes[]): string {
  const values = valuesOf(name, traces);
  if (values.length > 0) return `No trace has ${name}=${value}. Its values are: ${list(values)}.`;
  const similar = namesLike(name, traces);
  const failed = /^(error|failed|status)$/i.test(name) ? 'For failed traces, choose “Only failed”. ' : '';
  const names = similar.length > 0 ? `Similar ones are: ${list(similar)}. ` : '';
  const example = `Write a name and a value, such as ${exampleFor(value, traces)}, or a name alone.`;
  return `No trace has the attribute ${name}. ${failed}${names}${example}`;
}

/** Returns a search that finds traces: for a value, if an attribute has it. */
export function exampleFor(value: string, traces: readonly TraceAttributes[]): string {
  const [key] = keysWith(value, traces);
  if (key !== undefined) return `${ownName(key)}=${value}`;
  const [any] = keysWith('200', traces);
  if (any !== undefined) return `${ownName(any)}=200`;
  const [first] = Object.entries(traces[0] ?? {});
  return first ? `${ownName(first[0])}=${first[1][0] ?? ''}` : 'service.version=2.0.0';
}

/** Returns the attributes that have a value: first those that say how a request ended, then in the order of names. */
function keysWith(value: string, traces: readonly TraceAttributes[]): string[] {
  const keys = traces.flatMap((attributes) =>
    Object.entries(attributes).flatMap(([key, values]) => (values.includes(value) ? [key] : [])),
  );
  const rank = (key: string): number => (key.endsWith(':http.response.status_code') ? 0 : 1);
  return [...new Set(keys)].sort((a, b) => rank(a) - rank(b) || (ownName(a) < ownName(b) ? -1 : 1));
}

const valuesOf = (name: string, traces: readonly TraceAttributes[]): string[] => [
  ...new Set(
    traces.flatMap((attributes) =>
      Object.entries(attributes).flatMap(([key, values]) => (isNamed(key, name) ? values : [])),
    ),
  ),
];

/** Returns the names of attributes that contain one of the words, without their services. */
function namesLike(text: string, traces: readonly TraceAttributes[]): string[] {
  const words = text.toLowerCase().match(/[\w-]{3,}/g) ?? [];
  const names = new Set(traces.flatMap((attributes) => Object.keys(attributes).map(ownName)));
  return [...names].filter((name) => words.some((word) => name.toLowerCase().includes(word))).sort();
}

/** Returns the name of an attribute without its service, such as `service.version`. */
const ownName = (key: string): string => split(key)[1].replace(/^resource\./, '');

const list = (texts: readonly string[]): string =>
  texts.length > listed ? `${texts.slice(0, listed).join(', ')}, …` : texts.join(', ');
