// The search for traces by their attributes: reads what the reader wrote, and says what is wrong with it.
import type { TraceAttributes } from '../../../../otlp/trace-attributes.ts';

interface Wanted {
  readonly name: string;
  /** Undefined if the text names only an attribute. */
  readonly value?: string;
}

/**
 * Reads what a reader searches for: `client.version=3.1.0`, or several such texts with ` & ` between them. The name may
 * have its service, as in `prizes:resource.service.version`. A text without `=` asks for traces with that attribute.
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
      ([key, values]) => isNamed(key, name) && (value === undefined || values.includes(value)),
    ),
  );

const isNamed = (key: string, name: string): boolean =>
  key === name || key.endsWith(`:${name}`) || key.endsWith(`:resource.${name}`);

/** The most names or values that a hint lists. */
const listed = 5;

/** Says why no trace has what the text asks for. Returns an empty text if the traces have each part of it. */
export function hintFor(text: string, traces: readonly TraceAttributes[]): string {
  for (const wanted of wantedIn(text)) {
    if (traces.some((attributes) => hasAll(attributes, [wanted]))) continue;
    const values = valuesOf(wanted.name, traces);
    return values.length === 0 ? unknownName(wanted.name, traces) : unknownValue(wanted, values);
  }
  return '';
}

const valuesOf = (name: string, traces: readonly TraceAttributes[]): string[] => [
  ...new Set(
    traces.flatMap((attributes) =>
      Object.entries(attributes).flatMap(([key, values]) => (isNamed(key, name) ? values : [])),
    ),
  ),
];

const unknownValue = ({ name, value }: Wanted, values: readonly string[]): string =>
  `No trace has ${name}=${value}. Its values are: ${list(values)}.`;

function unknownName(name: string, traces: readonly TraceAttributes[]): string {
  const similar = namesLike(name, traces);
  const next =
    similar.length > 0
      ? `Similar ones are: ${list(similar)}.`
      : 'Write a name and a value, such as service.version=2.0.0, or a name alone.';
  return `No trace has the attribute ${name}. ${next}`;
}

/** Returns the names of attributes that contain one of the words, without their services. */
function namesLike(text: string, traces: readonly TraceAttributes[]): string[] {
  const words = text.toLowerCase().match(/[\w-]{3,}/g) ?? [];
  const names = new Set(traces.flatMap((attributes) => Object.keys(attributes).map(ownName)));
  return [...names].filter((name) => words.some((word) => name.toLowerCase().includes(word))).sort();
}

/** Returns the name of an attribute without its service, such as `service.version`. */
const ownName = (key: string): string => key.slice(key.indexOf(':') + 1).replace(/^resource\./, '');

const list = (texts: readonly string[]): string =>
  texts.length > listed ? `${texts.slice(0, listed).join(', ')}, …` : texts.join(', ');
