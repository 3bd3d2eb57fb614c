// Prints Kubernetes objects with sentinels in them as Helm templates.
//
// Each sentinel, and each text that has one inside, becomes a placeholder that YAML prints as it is; then each line with a
// placeholder is rewritten as the template action it stands for. A sentinel that is left over is an error.
import { Document } from 'yaml';
import { TEMPLATE_PREFIX, asText, goExpression, goString } from './expression.ts';
import { SENTINEL } from './tokens.ts';
import type { Token, Tokens } from './tokens.ts';

const PLACEHOLDER = /zp\d+pz/;
const LINE = /^( *)(- )?([^ ].*: )?zp(\d+)pz$/;

/** Literal text in which Helm would see an action. */
const escaped = (text: string): string => text.replaceAll('{{', '{{ "{{" }}');

const indented = (expression: string, indent: string): string => expression.replaceAll('\n', `\n${indent}`);

/** A text that only a release's name is put into is easier to read without a function, and safe to print like that. */
function readable(parts: readonly (string | Token)[]): string | undefined {
  const [first, second, ...rest] = parts;
  if (typeof first !== 'object' || first.kind !== 'name' || typeof second !== 'string' || rest.length > 0)
    return undefined;
  return /^-[a-z][a-z0-9-]*$/.test(second) ? `{{ ${first.expression} }}${second}` : undefined;
}

/** Where a placeholder was found. */
interface Place {
  readonly indent: string;
  /** Spaces before the content of the line, which may start with a dash. */
  readonly inner: string;
  /** All that is before the placeholder. */
  readonly before: string;
  readonly key: string;
}

type Action = (place: Place) => string;

const actions: Readonly<Record<Token['kind'], (of: Token) => Action>> = {
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
  list:
    ({ expression }) =>
    ({ before, inner }) =>
      `${before}{{- toYaml ${expression} | nindent ${inner.length + 2} }}`,
  block:
    ({ expression }) =>
    ({ indent, key }) =>
      `${indent}{{- include "${TEMPLATE_PREFIX}entry" (list ${goString(key)} (${expression})) | nindent ${indent.length} }}`,
  items:
    ({ expression }) =>
    ({ indent }) =>
      `${indent}{{- ${indented(expression, indent)} | nindent ${indent.length} }}`,
  optional:
    ({ expression, condition }) =>
    ({ before, indent, inner }) => {
      if (inner !== indent) throw new Error(`${expression} may be left out, so it can't come first in a list's entry.`);
      return `${indent}{{- if ${condition} }}\n${before}{{ ${expression} }}\n${indent}{{- end }}`;
    },
};

class ObjectPrinter {
  readonly #tokens: Tokens;
  readonly #actions: Action[] = [];

  constructor(sentinels: Tokens) {
    this.#tokens = sentinels;
  }

  #placeholder(action: Action): string {
    return `zp${this.#actions.push(action) - 1}pz`;
  }

  #text(text: string): string {
    const parts = this.#tokens.split(text);
    const isPlain = !SENTINEL.test(text) && !text.includes('{{');
    if (isPlain) return text;
    const action = readable(parts) ?? `{{ ${goExpression(this.#tokens, text)} | quote }}`;
    return this.#placeholder(({ before }) => `${before}${action}`);
  }

  /** The value with placeholders in place of all that is for Helm. */
  replace(value: unknown): unknown {
    const whole = this.#tokens.whole(value);
    if (whole) return this.#placeholder(actions[whole.kind](whole));
    if (typeof value === 'string') return this.#text(value);
    if (Array.isArray(value)) return value.map((item: unknown) => this.#item(item));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, this.replace(of)]));
  }

  #item(item: unknown): unknown {
    const items = this.#tokens.items(item);
    return items ? this.#placeholder(actions.items(items)) : this.replace(item);
  }

  /** The line with its placeholder rewritten. */
  line(text: string): string {
    if (!PLACEHOLDER.test(text)) return text;
    const match = LINE.exec(text);
    if (!match) throw new Error(`The printer can't place a value in this line: ${text}`);
    const [, indent = '', dash = '', label = '', index = ''] = match;
    const action = this.#actions[Number(index)];
    if (!action) throw new Error(`No value is known for the placeholder in this line: ${text}`);
    return action({
      indent,
      inner: `${indent}${dash && '  '}`,
      before: `${indent}${dash}${label}`,
      key: label.slice(0, -2),
    });
  }
}

/**
 * One object as a YAML document for Helm's templates directory.
 * @throws where a sentinel is left over, for instance in a key
 */
export function printObject(sentinels: Tokens, object: unknown): string {
  const printer = new ObjectPrinter(sentinels);
  // YAML 1.1 is what Helm reads: there "no" must be quoted.
  const yaml = new Document(printer.replace(object), { version: '1.1' }).toString({ lineWidth: 0 });
  const printed = yaml
    .split('\n')
    .map((line) => printer.line(line))
    .join('\n');
  const left = SENTINEL.exec(printed)?.[0];
  if (left !== undefined)
    throw new Error(`The value ${sentinels.get(left).expression} stands where the printer can't put it:\n${printed}`);
  return printed;
}

/** A text for the body of a named template: sentinels become actions, and what looks like an action doesn't. */
export const printText = (sentinels: Tokens, text: string): string =>
  sentinels
    .split(text)
    .map((part) => (typeof part === 'string' ? escaped(part) : `{{ ${asText(part, text.slice(0, 40))} }}`))
    .join('');
