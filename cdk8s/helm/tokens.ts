// Sentinels stand for what only Helm will know. A construct hands them on and puts them into strings as if they were values;
// the printer finds them again. They are lower-case letters and digits, so that they pass as a name, a label or a key.
import { anyKind, byKind, fieldsOf } from '../schema/schema.ts';
import type { Description } from '../schema/schema.ts';

/**
 * How the value is to be printed.
 * - `text`: as a quoted string, or inside of one
 * - `name`: as `text`, but known to be a DNS label
 * - `integer`, `flag`: as it is
 * - `map`, `list`: as YAML, one level deeper
 * - `block`: text of many lines, printed so that people can read it
 * - `items`: entries of the list around it, printed in its place
 * - `optional`: an integer that is left out, with its key, unless `condition` holds
 */
export type TokenKind = 'text' | 'name' | 'integer' | 'flag' | 'map' | 'list' | 'block' | 'items' | 'optional';

export interface Token {
  readonly kind: TokenKind;
  /** The Helm expression, without braces. */
  readonly expression: string;
  readonly condition?: string;
}

/** Matches a sentinel anywhere in a text. */
export const SENTINEL = /zq\d+qz/;

const WHOLE = /^zq\d+qz$/;

export class Tokens {
  readonly #all = new Map<string, Token>();

  /** A new sentinel: what a construct sees in place of the value. */
  add(kind: TokenKind, expression: string, condition?: string): string {
    const token = `zq${this.#all.size}qz`;
    this.#all.set(token, { kind, expression, ...(condition !== undefined && { condition }) });
    return token;
  }

  get(token: string): Token {
    const found = this.#all.get(token);
    if (!found)
      throw new Error(`"${token}" looks like a sentinel of the printer but is none. Was it made by another printer?`);
    return found;
  }

  /** The text cut into what is literal and the sentinels in it. */
  split(text: string): (string | Token)[] {
    return text
      .split(/(zq\d+qz)/)
      .filter((part) => part !== '')
      .map((part) => (SENTINEL.test(part) ? this.get(part) : part));
  }

  /** The sentinel that the value is, if it is one: text that is one token, or a map or list as `valueAt` makes them. */
  whole(value: unknown): Token | undefined {
    if (typeof value === 'string') return WHOLE.test(value) ? this.get(value) : undefined;
    if (Array.isArray(value)) return value.length === 1 ? this.#only(value[0], 'list') : undefined;
    if (typeof value === 'object' && value !== null) return this.#only(Object.keys(value)[0], 'map');
    return undefined;
  }

  /** The sentinel of the kind that a list's item or a map's key carries. */
  #only(value: unknown, kind: TokenKind): Token | undefined {
    const token = typeof value === 'object' && value !== null ? (Object.values(value)[0] as unknown) : value;
    const found = typeof token === 'string' && WHOLE.test(token) ? this.get(token) : undefined;
    return found?.kind === kind ? found : undefined;
  }

  /** The sentinel that stands for several entries of the list which the item is in. */
  items(item: unknown): Token | undefined {
    return this.#only(item, 'items');
  }

  /** A map that stands for the expression's value, as a construct would take it. */
  map(expression: string): Record<string, string> {
    const token = this.add('map', expression);
    return { [token]: token };
  }

  /** What stands for the values that are described, at `path` of Helm's values. */
  valueAt(path: string, description: Description): unknown {
    const text = (): string => this.add('text', path);
    const map = (): unknown => this.map(path);
    return byKind<unknown>(description, {
      text,
      choice: text,
      scalar: text,
      integer: () => this.add('integer', `${path} | int`),
      flag: () => this.add('flag', path),
      map,
      settings: map,
      list: (of) => [this.#item(this.add('list', path), of.of)],
      group: (of) =>
        Object.fromEntries(fieldsOf(of).map(([name, field]) => [name, this.valueAt(`${path}.${name}`, field)])),
      entry: () => {
        throw new Error(`${path}: an entry can only be described inside of a list.`);
      },
    });
  }

  /** One list item that carries the list's token through a construct which knows the item's fields. */
  #item(token: string, description: Description): unknown {
    const of = anyKind(description);
    return of.kind === 'entry' ? Object.fromEntries(fieldsOf(of).map(([name]) => [name, token])) : token;
  }
}
