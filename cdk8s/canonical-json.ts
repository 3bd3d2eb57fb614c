// JSON and hashes, printed exactly as Helm's template functions print them. So the chart and the operator get the same
// text from equal values.
import { createHash } from 'node:crypto';

/**
 * Compares two texts by their UTF-8 bytes, as Go does. JavaScript compares UTF-16 code units, which gives another order
 * for characters after U+D7FF.
 */
export const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Returns an object's entries, sorted by key in the order that Go uses. */
export const sorted = <Value>(entries: Readonly<Record<string, Value>>): [string, Value][] =>
  Object.entries(entries).sort(([left], [right]) => byBytes(left, right));

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

const quoted = (value: string): string =>
  JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (character) => escapes[character] ?? '');

/**
 * Prints JSON as Go's encoding/json does: without spaces, with sorted keys and escaped HTML characters.
 * https://pkg.go.dev/encoding/json#Marshal
 */
export function json(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${sorted(value as Record<string, unknown>)
    .map(([key, entry]) => `${quoted(key)}:${json(entry)}`)
    .join(',')}}`;
}

/** Returns the SHA-256 of the text's UTF-8 bytes, in lower-case hexadecimal. */
export const sha256 = (message: string): string => createHash('sha256').update(message, 'utf8').digest('hex');
