// JSON and hashes exactly as Helm's template functions print them, so that equal values give equal text.
import { createHash } from 'node:crypto';

/** Compares text by its UTF-8 bytes, as Go does. JavaScript compares UTF-16 units, which differ beyond U+D7FF. */
export const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Entries in Go's order. */
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

/** JSON as Go's encoding/json prints it: no spaces, sorted keys, HTML characters escaped. https://pkg.go.dev/encoding/json#Marshal */
export function json(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (Array.isArray(value)) return `[${value.map(json).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  return `{${sorted(value as Record<string, unknown>)
    .map(([key, entry]) => `${quoted(key)}:${json(entry)}`)
    .join(',')}}`;
}

/** Lower-case hexadecimal SHA-256 of the text in UTF-8. */
export const sha256 = (message: string): string => createHash('sha256').update(message, 'utf8').digest('hex');
