// Go template expressions for plain data with sentinels in it.
import type { Token, Tokens } from './tokens.ts';

/** The chart's prefix of template names, which are global to all charts of a release. */
export const TEMPLATE_PREFIX = 'intro-otel.';

/** A Go string literal. What JSON escapes, Go understands. */
export const goString = (text: string): string => JSON.stringify(text);

const parenthesised = (expression: string): string =>
  /^[.$][\w.]*$/.test(expression) ? expression : `(${expression})`;

/** The expression of a sentinel that may stand inside of a text. */
export function asText({ kind, expression }: Token, where: string): string {
  if (kind === 'text' || kind === 'name' || kind === 'block') return expression;
  throw new Error(
    `A value of kind ${kind} (${expression}) stands inside of the text ${goString(where)}. Make it text with compute first.`,
  );
}

function textExpression(sentinels: Tokens, text: string): string {
  const parts = sentinels.split(text);
  if (parts.every((part) => typeof part === 'string')) return goString(text);
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%s')).join('');
  const values = parts.flatMap((part) => (typeof part === 'string' ? [] : [parenthesised(asText(part, text))]));
  return `(printf ${goString(format)} ${values.join(' ')})`;
}

/** An expression for one argument of a Go template function; maps are printed over several lines at the given indentation. */
export function goExpression(sentinels: Tokens, value: unknown, indent = ''): string {
  const sentinel = sentinels.whole(value);
  if (sentinel) return parenthesised(sentinel.expression);
  if (typeof value === 'string') return textExpression(sentinels, value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `(list${value.map((item) => ` ${goExpression(sentinels, item, indent)}`).join('')})`;
  if (typeof value === 'object' && value !== null)
    return dictExpression(sentinels, value as Record<string, unknown>, indent);
  throw new Error(
    `There is no Go template expression for ${String(value)}. Use text, numbers, booleans, lists and maps.`,
  );
}

function dictExpression(sentinels: Tokens, map: Record<string, unknown>, indent: string): string {
  const deeper = `${indent}  `;
  const entries = Object.entries(map).map(
    ([key, value]) => `\n${deeper}${goString(key)} ${goExpression(sentinels, value, deeper)}`,
  );
  return entries.length === 0 ? 'dict' : `(dict${entries.join('')})`;
}
