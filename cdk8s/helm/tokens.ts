// Tokens are placeholders for values that only Helm knows. Constructs copy tokens into objects and strings. The printer
// then finds them. A token has only lower-case letters and digits, so it is valid as a name, a label and a key.
import type { Value } from '../lab/value.ts';
import { anyKind, byKind, fieldsOf } from '../schema/schema.ts';
import type { Description } from '../schema/schema.ts';

/**
 * The form in which the printer prints a token's value.
 * - `text`: a quoted string, or part of one
 * - `name`: like `text`, and always a DNS label
 * - `integer`, `flag`: a number or a boolean, without quotes
 * - `map`, `list`: YAML, indented one level deeper than the key
 * - `lines`: a map whose expression returns YAML text
 * - `block`: a text of several lines, printed as a YAML block
 * - `items`: several items of the list that contains the token
 * - `optional`: an integer, printed with its key only if `condition` holds
 */
export type TokenKind =
  'text' | 'name' | 'integer' | 'flag' | 'map' | 'lines' | 'list' | 'block' | 'items' | 'optional';

export interface Token {
  readonly kind: TokenKind;
  /** The Helm expression, without braces. */
  readonly expression: string;
  readonly condition?: string;
}

/** A regular expression that matches a token anywhere in a text. */
export const TOKEN = /zq\d+qz/;

const ONLY_TOKEN = /^zq\d+qz$/;

export class Tokens {
  readonly #all = new Map<string, Token>();

  /** Creates a token and returns it as text. */
  add(kind: TokenKind, expression: string, condition?: string): string {
    const token = `zq${this.#all.size}qz`;
    this.#all.set(token, { kind, expression, ...(condition !== undefined && { condition }) });
    return token;
  }

  /** Creates a token and returns it with the type of the value that it stands for. */
  value<Type>(kind: TokenKind, expression: string, condition?: string): Value<Type> {
    return this.add(kind, expression, condition) as unknown as Value<Type>;
  }

  get(token: string): Token {
    const found = this.#all.get(token);
    if (!found)
      throw new Error(
        `"${token}" looks like a token, but this printer has no such token. Use other text, or the tokens of this ` +
          `printer.`,
      );
    return found;
  }

  /** Splits the text into literal parts and tokens. */
  split(text: string): (string | Token)[] {
    return text
      .split(/(zq\d+qz)/)
      .filter((part) => part !== '')
      .map((part) => (TOKEN.test(part) ? this.get(part) : part));
  }

  /**
   * Returns the token if the value stands for exactly one token. The value is then a text, or a map or list as the
   * functions `map` and `list` create it.
   */
  tokenOf(value: unknown): Token | undefined {
    if (typeof value === 'string') return ONLY_TOKEN.test(value) ? this.get(value) : undefined;
    if (Array.isArray(value)) return value.length === 1 ? this.#only(value[0], 'list') : undefined;
    if (typeof value === 'object' && value !== null) return this.#only(Object.keys(value)[0], 'map', 'lines');
    return undefined;
  }

  /**
   * Returns the token that the value is, or that the first field of the value contains. Returns undefined if there is
   * no token or if its kind is not in `kinds`.
   */
  #only(value: unknown, ...kinds: TokenKind[]): Token | undefined {
    const token = typeof value === 'object' && value !== null ? (Object.values(value)[0] as unknown) : value;
    const found = typeof token === 'string' && ONLY_TOKEN.test(token) ? this.get(token) : undefined;
    return found && kinds.includes(found.kind) ? found : undefined;
  }

  /** Returns the list item's token if the token stands for several items of the list. */
  items(item: unknown): Token | undefined {
    return this.#only(item, 'items');
  }

  /** Returns a map that stands for the value of the Helm expression. */
  map<Type>(expression: string, kind: 'map' | 'lines' = 'map'): Value<Type> {
    const token = this.add(kind, expression);
    return { [token]: token } as unknown as Value<Type>;
  }

  /** Returns a list that stands for the value of the Helm expression. */
  list<Type>(expression: string): Value<Type> {
    return [this.add('list', expression)] as unknown as Value<Type>;
  }

  /**
   * Creates a token for each value in the description. `path` is the path of the values in Helm, such as
   * `.Values.dice`.
   */
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
        throw new Error(`Expected an entry only as the item of a list, found one at ${path}. Use a group there.`);
      },
    });
  }

  /**
   * Returns the only item of a list that stands for a chart value. The item is the list's token. If real items have
   * fields, the item is an object with the same fields, each of which contains the token.
   */
  #item(token: string, description: Description): unknown {
    const item = anyKind(description);
    return item.kind === 'entry' ? Object.fromEntries(fieldsOf(item).map(([name]) => [name, token])) : token;
  }
}
