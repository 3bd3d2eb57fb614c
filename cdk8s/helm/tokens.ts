// A token is a placeholder text, such as zq7qz, for a value that only Helm knows. Constructs copy tokens into objects
// and texts. The printer (printer.ts) then replaces each token with a Helm expression. A token has only lower-case
// letters and digits. So it is valid as a name, as a label and as a key.
import type { Value } from '../lab/value.ts';
import { anyKind, byKind, fieldsOf } from '../schema/schema.ts';
import type { Description } from '../schema/schema.ts';

/**
 * How the printer prints the value that a token stands for.
 * - `text`: a quoted string, or part of one
 * - `name`: like `text`, for a value that is always a DNS label
 * - `integer`, `flag`: a number or a boolean, without quotes
 * - `map`, `list`: YAML, indented one level deeper than its key
 * - `lines`: a map whose Helm expression returns YAML text
 * - `block`: a text of several lines, printed as a YAML block
 * - `items`: several items of the list that contains the token
 * - `optional`: a value in one line, printed with its key only if the token's `condition` holds
 */
export type TokenKind =
  'text' | 'name' | 'integer' | 'flag' | 'map' | 'lines' | 'list' | 'block' | 'items' | 'optional';

export interface Token {
  readonly kind: TokenKind;
  /** The Helm expression that computes the value, without the braces {{ and }}. */
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

  /** Creates a token and returns it. For TypeScript, the token has the type of the value that it stands for. */
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

  /** Splits the text into its tokens and the texts between them. */
  split(text: string): (string | Token)[] {
    return text
      .split(/(zq\d+qz)/)
      .filter((part) => part !== '')
      .map((part) => (TOKEN.test(part) ? this.get(part) : part));
  }

  /**
   * Returns the token if the whole value stands for one token. Such a value is a text that is only a token, or a map or
   * list from the methods `map` and `list`.
   */
  tokenOf(value: unknown): Token | undefined {
    if (typeof value === 'string') return ONLY_TOKEN.test(value) ? this.get(value) : undefined;
    if (Array.isArray(value)) return value.length === 1 ? this.#only(value[0], 'list') : undefined;
    if (typeof value === 'object' && value !== null) return this.#only(Object.keys(value)[0], 'map', 'lines');
    return undefined;
  }

  /**
   * Returns the token that the value is. If the value is an object, returns the token that its first field contains.
   * Returns undefined if there is no token, or if the kind of the token is not in `kinds`.
   */
  #only(value: unknown, ...kinds: TokenKind[]): Token | undefined {
    const token = typeof value === 'object' && value !== null ? (Object.values(value)[0] as unknown) : value;
    const found = typeof token === 'string' && ONLY_TOKEN.test(token) ? this.get(token) : undefined;
    return found && kinds.includes(found.kind) ? found : undefined;
  }

  /**
   * Returns the token of a list item that stands for several items of the list. Returns undefined for any other list
   * item.
   */
  items(item: unknown): Token | undefined {
    return this.#only(item, 'items');
  }

  /**
   * Creates a token and returns a map that stands for it. `expression` is the Helm expression that returns the real
   * map.
   */
  map<Type>(expression: string, kind: 'map' | 'lines' = 'map'): Value<Type> {
    const token = this.add(kind, expression);
    return { [token]: token } as unknown as Value<Type>;
  }

  /**
   * Creates a token and returns a list that stands for it. `expression` is the Helm expression that returns the real
   * list.
   */
  list<Type>(expression: string): Value<Type> {
    return [this.add('list', expression)] as unknown as Value<Type>;
  }

  /**
   * Creates a token for each chart value that the description describes. `path` is where Helm finds the values, such as
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
        throw new Error(
          `Expected entry() only inside list() or map(), found it at ${path}. Call group() there instead.`,
        );
      },
    });
  }

  /**
   * Returns the only item of a list that stands for a chart value. If the real items are objects with described fields,
   * the item is an object with the same fields, and each field contains the list's token. Otherwise, the item is the
   * list's token.
   */
  #item(token: string, description: Description): unknown {
    const item = anyKind(description);
    return item.kind === 'entry' ? Object.fromEntries(fieldsOf(item).map(([name]) => [name, token])) : token;
  }
}
