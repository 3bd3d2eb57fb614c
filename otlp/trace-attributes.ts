// Returns the attribute values of a trace as texts, so that traces can be compared. See compare-traces.ts.
import type { AttributeValue, Attributes } from './attributes.ts';
import type { Span, Trace } from './traces.ts';

/**
 * All values that each attribute has in a trace. The key of a span attribute is `SERVICE:NAME`, and that of a resource
 * attribute is `SERVICE:resource.NAME`. Events have no part in it: they say what happened, not who asked.
 */
export type TraceAttributes = Readonly<Record<string, readonly string[]>>;

/** Limits per trace, because a learner's code decides what a span carries: keys, values of a key, and characters. */
const LIMITS = { keys: 400, values: 20, characters: 100 };

type Collected = Map<string, Set<string>>;

/** Returns the attribute values of all spans and of their resources. What exceeds the limits is left out. */
export function attributesOfTrace({ spans }: Pick<Trace, 'spans'>): TraceAttributes {
  const collected: Collected = new Map();
  for (const { service, attributes } of spans) collect(collected, `${service}:`, attributes);
  for (const { service, resource } of oncePerResource(spans)) collect(collected, `${service}:resource.`, resource);
  return Object.fromEntries([...collected].map(([key, values]) => [key, [...values]]));
}

const oncePerResource = (spans: readonly Span[]): Iterable<Span> =>
  new Map(spans.map((span) => [span.resource, span])).values();

function collect(collected: Collected, prefix: string, attributes: Attributes): void {
  for (const [name, value] of Object.entries(attributes)) {
    const values = valuesOf(collected, shortened(prefix + name));
    for (const text of textsOf(value)) if (values && values.size < LIMITS.values) values.add(text);
  }
}

function valuesOf(collected: Collected, key: string): Set<string> | undefined {
  const known = collected.get(key);
  if (known || collected.size >= LIMITS.keys) return known;
  const values = new Set<string>();
  collected.set(key, values);
  return values;
}

/** Returns the value as text. A list yields the whole list, and each element. */
function textsOf(value: AttributeValue): string[] {
  const whole = textOf(value);
  if (whole === '') return [];
  const elements = Array.isArray(value) ? value.flatMap(textsOf) : elementsOf(whole);
  return [...new Set([shortened(whole), ...elements])];
}

function textOf(value: AttributeValue): string {
  if (value === null) return '';
  if (Array.isArray(value)) return value.map(textOf).join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/**
 * Returns the elements of a list in a text, such as the value `dark-reader/4.9, coupon-finder/7.1` of a header. A text
 * with commas is a list if no element has spaces, quotes or brackets. So a sentence, JSON and a user agent are not.
 */
function elementsOf(text: string): string[] {
  if (!text.includes(',')) return [];
  const elements = text.split(',').map((element) => element.trim());
  return elements.every((element) => /^[^\s"'(){}[\]<>]+$/.test(element)) ? elements.map(shortened) : [];
}

/** Cuts a long text in its middle, because the ends of long values differ more often than their beginnings. */
function shortened(text: string): string {
  const { characters } = LIMITS;
  return text.length <= characters ? text : `${text.slice(0, characters - 31)}…${text.slice(-30)}`;
}
