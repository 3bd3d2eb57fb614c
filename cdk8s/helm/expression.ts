// Builds Go template expressions from data that contains tokens (tokens.ts).
import type { Token, Tokens } from './tokens.ts';

/**
 * Prefix for the names of this chart's named templates. All charts of a release share one set of names. The prefix
 * keeps this chart's names different from those of other charts.
 */
export const TEMPLATE_PREFIX = 'intro-otel.';

/** Returns the text as a Go string literal, written as JSON. Go understands all escape sequences of JSON. */
export const goString = (text: string): string => JSON.stringify(text);

const parenthesised = (expression: string): string =>
  /^[.$][\w.]*$/.test(expression) ? expression : `(${expression})`;

/**
 * Returns the Helm expression of a token that is one part of the longer text `where`.
 * @throws if the token doesn't stand for text
 */
export function asText({ kind, expression }: Token, where: string): string {
  if (kind === 'text' || kind === 'name' || kind === 'block') return expression;
  throw new Error(
    `Expected text inside ${goString(where)}, found a value of kind ${kind} (${expression}). Turn it into text ` +
      `with compute first.`,
  );
}

function textExpression(tokens: Tokens, text: string): string {
  const parts = tokens.split(text);
  if (parts.every((part) => typeof part === 'string')) return goString(text);
  const format = parts.map((part) => (typeof part === 'string' ? part.replaceAll('%', '%%') : '%s')).join('');
  const values = parts.flatMap((part) => (typeof part === 'string' ? [] : [parenthesised(asText(part, text))]));
  return `(printf ${goString(format)} ${values.join(' ')})`;
}

/**
 * Returns the value as an expression that can be an argument of a Go template function. The expression for a map has
 * several lines, indented by `indent`.
 * @throws if a Go template can't express the value
 */
export function goExpression(tokens: Tokens, value: unknown, indent = ''): string {
  const token = tokens.tokenOf(value);
  if (token) return parenthesised(token.expression);
  if (typeof value === 'string') return textExpression(tokens, value);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return `(list${value.map((item) => ` ${goExpression(tokens, item, indent)}`).join('')})`;
  if (typeof value === 'object' && value !== null)
    return dictExpression(tokens, value as Record<string, unknown>, indent);
  throw new Error(
    `Expected text, a number, a boolean, a list or a map, found ${String(value)}, which Go templates can't express.`,
  );
}

function dictExpression(tokens: Tokens, map: Record<string, unknown>, indent: string): string {
  const deeper = `${indent}  `;
  const entries = Object.entries(map).map(
    ([key, value]) => `\n${deeper}${goString(key)} ${goExpression(tokens, value, deeper)}`,
  );
  return entries.length === 0 ? 'dict' : `(dict${entries.join('')})`;
}
