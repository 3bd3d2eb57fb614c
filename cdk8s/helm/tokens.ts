// Tokens stand for values that only Helm knows. A construct passes them on and puts text tokens into strings; the
// printer finds them again. A token is lower-case letters and digits, so that it is valid as a name, a label and a key.
import type { Value } from '../lab/value.ts';
import { anyKind, byKind, fieldsOf } from '../schema/schema.ts';
import type { Description } from '../schema/schema.ts';

/**
 * How the printer prints the value.
 * - `text`: a quoted string, or part of one
 * - `name`: like `text`, and always a DNS label
 * - `integer`, `flag`: without quotes
 * - `map`, `list`: YAML, one level deeper
 * - `lines`: a map whose expression is YAML already
 * - `block`: text of many lines in a readable form
 * - `items`: entries of the surrounding list, printed in its place
 * - `optional`: an integer that is omitted with its key unless `condition` holds
 */
export type TokenKind =
  'text' | 'name' | 'integer' | 'flag' | 'map' | 'lines' | 'list' | 'block' | 'items' | 'optional';

export interface Token {
  readonly kind: TokenKind;
  /** The Helm expression, without braces. */
  readonly expression: string;
  readonly condition?: string;
}

/** Matches a token anywhere in a text. */
export const TOKEN = /zq\d+qz/;

const ONLY_TOKEN = /^zq\d+qz$/;

export class Tokens {
  readonly #all = new Map<string, Token>();

  /** A new token, as text. */
  add(kind: TokenKind, expression: string, condition?: string): string {
    const token = `zq${this.#all.size}qz`;
    this.#all.set(token, { kind, expression, ...(condition !== undefined && { condition }) });
    return token;
  }

  /** A new token, typed as the value that it stands for. */
  value<Type>(kind: TokenKind, expression: string, condition?: string): Value<Type> {
    return this.add(kind, expression, condition) as unknown as Value<Type>;
  }

  get(token: string): Token {
    const found = this.#all.get(token);
    if (!found)
      throw new Error(`"${token}" looks like a token of the printer but isn't one. Was it made by another printer?`);
    return found;
  }

  /** The text, split into literal parts and tokens. */
  split(text: string): (string | Token)[] {
    return text
      .split(/(zq\d+qz)/)
      .filter((part) => part !== '')
      .map((part) => (TOKEN.test(part) ? this.get(part) : part));
  }

  /** The token that the value is, if it is one: text that is only a token, or a map or list made by `valueAt`. */
  tokenOf(value: unknown): Token | undefined {
    if (typeof value === 'string') return ONLY_TOKEN.test(value) ? this.get(value) : undefined;
    if (Array.isArray(value)) return value.length === 1 ? this.#only(value[0], 'list') : undefined;
    if (typeof value === 'object' && value !== null) return this.#only(Object.keys(value)[0], 'map', 'lines');
    return undefined;
  }

  /** The token of one of these kinds in a list's item or a map's key. */
  #only(value: unknown, ...kinds: TokenKind[]): Token | undefined {
    const token = typeof value === 'object' && value !== null ? (Object.values(value)[0] as unknown) : value;
    const found = typeof token === 'string' && ONLY_TOKEN.test(token) ? this.get(token) : undefined;
    return found && kinds.includes(found.kind) ? found : undefined;
  }

  /** The token for several entries of the list that contains the item. */
  items(item: unknown): Token | undefined {
    return this.#only(item, 'items');
  }

  /** A map that stands for the expression's value. */
  map<Type>(expression: string, kind: 'map' | 'lines' = 'map'): Value<Type> {
    const token = this.add(kind, expression);
    return { [token]: token } as unknown as Value<Type>;
  }

  /** A list that stands for the expression's value. */
  list<Type>(expression: string): Value<Type> {
    return [this.add('list', expression)] as unknown as Value<Type>;
  }

  /** Tokens for all described values, at `path` of Helm's values. */
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
      list: ({ of }) => [this.#item(this.add('list', path), of)],
      group: (description) =>
        Object.fromEntries(
          fieldsOf(description).map(([name, field]) => [name, this.valueAt(`${path}.${name}`, field)]),
        ),
      entry: () => {
        throw new Error(`${path} is an entry. Expected an entry only as the item of a list: use a group.`);
      },
    });
  }

  /** One list item that carries the list's token, in the shape of the real items. */
  #item(token: string, description: Description): unknown {
    const item = anyKind(description);
    return item.kind === 'entry' ? Object.fromEntries(fieldsOf(item).map(([name]) => [name, token])) : token;
  }
}
