// A trait of traces in words, without a DOM.
import type { Part, Trait } from '../../../../otlp/compare-traces.ts';
import { DRIVER } from '../../../../otlp/trace-drivers.ts';
import { counted } from './words.ts';

/** A value, and which services report it under this name. */
export interface Named {
  /** Such as `service.version=2.0.0`. */
  readonly text: string;
  readonly services: readonly string[];
}

/** Returns the names of a part, each once: `client.version=3.1.0` of arcade, prizes and visitors is one name. */
export function namesOf(part: Part): Named[] {
  const names = new Map<string, string[]>();
  for (const { key, value } of part) {
    const [service = '', name = ''] = split(key);
    const text = `${name}=${value}`;
    names.set(text, [...(names.get(text) ?? []), service]);
  }
  return [...names].map(([text, services]) => ({ text, services }));
}

/** Names of attributes in a summary. */
const named = 3;

/** Says which attributes the rows are about, such as `url.query, service.version and 4 other attributes`. */
export function aboutOf(rows: readonly Pick<Trait, 'parts'>[]): string {
  const keys = rows.flatMap(({ parts }) => parts.map(([name]) => split(name?.key ?? '')[1]));
  const all = [...new Set(keys)];
  const rest = all.length - named;
  const shown = all.slice(0, named).join(', ');
  return rest > 0 ? `${shown} and ${counted(rest, 'other attribute')}` : shown;
}

/** Splits a key such as `prizes:resource.service.version` into the service and the attribute's own name. */
function split(key: string): [service: string, name: string] {
  const at = key.indexOf(':');
  return [key.slice(0, at), key.slice(at + 1).replace(/^resource\./, '')];
}

/** Returns the search for the traces that have the trait: see `wantedIn`. */
export const searchOf = ({ parts }: Pick<Trait, 'parts'>): string =>
  parts.flatMap(([name]) => (name ? [`${searchedKey(name.key)}=${name.value}`] : [])).join(' & ');

/** What any driver reports is searched by its own name, because traces have the name of their driver in the key. */
const searchedKey = (key: string): string => (key.startsWith(`${DRIVER}:`) ? key.slice(DRIVER.length + 1) : key);

export const percent = (count: number, total: number): number => (total === 0 ? 0 : Math.round((count / total) * 100));

/** Writes a count such as `12 of 12 marked (100 %)`. */
export const shareInWords = (count: number, total: number, noun: string): string =>
  `${count} of ${total} ${noun} (${percent(count, total)} %)`;
