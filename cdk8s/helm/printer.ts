// Prints Kubernetes objects that contain tokens as Helm templates.
//
// First, the printer replaces each token, and each text that contains a token, with a placeholder. Then it prints the
// object as YAML, which doesn't change the placeholders. Last, it turns each line with a placeholder into a line with a
// template action. If a token is left, it throws an error.
import { Document } from 'yaml';
import { TEMPLATE_PREFIX, asText, goExpression, goString } from './expression.ts';
import { TOKEN } from './tokens.ts';
import type { Token, Tokens } from './tokens.ts';

const PLACEHOLDER = /zp\d+pz/;
const LINE = /^( *)(- )?([^ ].*: )?zp(\d+)pz$/;

/** Escapes {{ in a text, so that Helm prints the text instead of running it as a template action. */
const escaped = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

const indented = (expression: string, indent: string): string => expression.replaceAll('\n', `\n${indent}`);

/**
 * Returns a template such as `{{ .Release.Name }}-dice` if the text is the release's name and a fixed ending. This is
 * easier to read than an expression with printf. Returns undefined for any other text.
 */
function readable(parts: readonly (string | Token)[]): string | undefined {
  const [first, second, ...rest] = parts;
  if (typeof first !== 'object' || first.kind !== 'name' || typeof second !== 'string' || rest.length > 0)
    return undefined;
  return /^-[a-z][a-z0-9-]*$/.test(second) ? `{{ ${first.expression} }}${second}` : undefined;
}

/** The parts of a line of YAML that contains a placeholder. */
interface Place {
  readonly indent: string;
  /**
   * As many spaces as there are characters before the line's content. In a list item, the content starts after the dash
   * and a space.
   */
  readonly inner: string;
  /** The part of the line before the placeholder. */
  readonly before: string;
  readonly key: string;
}

type Action = (place: Place) => string;

const actions: Readonly<Record<Token['kind'], (token: Token) => Action>> = {
  text:
    ({ expression }) =>
    ({ before, indent }) =>
      `${before}{{ ${indented(expression, indent)} | quote }}`,
  name:
    ({ expression }) =>
    ({ before }) =>
      `${before}{{ ${expression} | quote }}`,
  integer:
    ({ expression }) =>
    ({ before }) =>
      `${before}{{ ${expression} }}`,
  flag:
    ({ expression }) =>
    ({ before }) =>
      `${before}{{ ${expression} }}`,
  map:
    ({ expression }) =>
    ({ before, inner }) =>
      `${before}{{- toYaml ${expression} | nindent ${inner.length + 2} }}`,
  lines:
    ({ expression }) =>
    ({ before, inner }) =>
      `${before}{{- ${expression} | nindent ${inner.length + 2} }}`,
  list:
    ({ expression }) =>
    ({ before, inner }) =>
      `${before}{{- toYaml ${expression} | nindent ${inner.length + 2} }}`,
  block:
    ({ expression }) =>
    ({ indent, key }) =>
      `${indent}{{- include "${TEMPLATE_PREFIX}entry" (list ${goString(key)} (${expression})) | nindent ` +
      `${indent.length} }}`,
  items:
    ({ expression }) =>
    ({ indent }) =>
      `${indent}{{- ${indented(expression, indent)} | nindent ${indent.length} }}`,
  optional:
    ({ expression, condition }) =>
    ({ before, indent, inner }) => {
      if (inner !== indent)
        throw new Error(
          `${expression} may be omitted, so it can't come first in a list's entry. Put another field first.`,
        );
      return `${indent}{{- if ${condition} }}\n${before}{{ ${expression} }}\n${indent}{{- end }}`;
    },
};

class ObjectPrinter {
  readonly #tokens: Tokens;
  readonly #actions: Action[] = [];

  constructor(tokens: Tokens) {
    this.#tokens = tokens;
  }

  #placeholder(action: Action): string {
    return `zp${this.#actions.push(action) - 1}pz`;
  }

  #text(text: string): string {
    const parts = this.#tokens.split(text);
    const isPlain = !TOKEN.test(text) && !text.includes('{{');
    if (isPlain) return text;
    const action = readable(parts) ?? `{{ ${goExpression(this.#tokens, text)} | quote }}`;
    return this.#placeholder(({ before }) => `${before}${action}`);
  }

  /** Returns a copy of the value with a placeholder instead of each token. */
  replace(value: unknown): unknown {
    const token = this.#tokens.tokenOf(value);
    if (token) return this.#placeholder(actions[token.kind](token));
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item: unknown) => this.#item(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, this.replace(entry)]));
  }

  #item(item: unknown): unknown {
    const items = this.#tokens.items(item);
    return items ? this.#placeholder(actions.items(items)) : this.replace(item);
  }

  /** Returns the line with a template action in place of its placeholder. */
  line(text: string): string {
    if (!PLACEHOLDER.test(text)) return text;
    const match = LINE.exec(text);
    if (!match) throw new Error(`Expected a value only at the end of a line, found one elsewhere in the line: ${text}`);
    const [, indent = '', dash = '', label = '', index = ''] = match;
    const action = this.#actions[Number(index)];
    if (!action)
      throw new Error(
        `Expected only placeholders that this printer created for the object, found another in the line: ${text}`,
      );
    return action({
      indent,
      inner: `${indent}${dash && '  '}`,
      before: `${indent}${dash}${label}`,
      key: label.slice(0, -2),
    });
  }
}

/**
 * Prints one object as a YAML document for Helm's templates directory.
 * @throws if a token stands where the printer can't replace it, for instance in a key
 */
export function printObject(tokens: Tokens, object: unknown): string {
  const printer = new ObjectPrinter(tokens);
  // Helm reads YAML 1.1. In YAML 1.1, the text "no" must be quoted, because no without quotes means false.
  const yaml = new Document(printer.replace(object), { version: '1.1' }).toString({ lineWidth: 0 });
  const printed = yaml
    .split('\n')
    .map((line) => printer.line(line))
    .join('\n');
  const left = TOKEN.exec(printed)?.[0];
  if (left !== undefined)
    throw new Error(`The value ${tokens.get(left).expression} stands where the printer can't put it:\n${printed}`);
  return printed;
}

/** Prints the body of a named template. Turns each token into a template action, and escapes literal braces. */
export const printText = (tokens: Tokens, text: string): string =>
  tokens
    .split(text)
    .map((part) => (typeof part === 'string' ? escaped(part) : `{{ ${asText(part, text.slice(0, 40))} }}`))
    .join('');
