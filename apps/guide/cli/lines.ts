// Prints spans as lines of text that a person can read and grep can search.
import type { Attributes, AttributeValue } from '../../../otlp/attributes.ts';
import type { Span, SpanEvent } from '../../../otlp/traces.ts';
import { endMark, tookInWords } from '../end-words.ts';
import { replaceUnseen } from '../../../support/shown-text.ts';

/** Prints a trace as an indented tree of spans, with each attribute on a line below its span. */
export function treeOf(spans: readonly Span[], depth = 0): string[] {
  return spans.flatMap((span) => {
    const indent = '  '.repeat(depth);
    const more = [...linesOf(span.attributes), ...span.events.flatMap(eventLines)];
    return [
      indent + printable(headOf(span)),
      ...more.map((line) => `${indent}      ${printable(line)}`),
      ...treeOf(span.children, depth + 1),
    ];
  });
}

type Pair = [string, AttributeValue];

const hasLines = (value: AttributeValue): value is string => typeof value === 'string' && value.includes('\n');

/** Prints an event on one line. The values of several lines, such as a stack trace, are below it. */
function eventLines({ name, attributes }: SpanEvent): string[] {
  const pairs = Object.entries(attributes);
  const long = pairs.filter(([, value]) => hasLines(value));
  const short = pairs.filter(([, value]) => !hasLines(value));
  const below = long.flatMap(pairLines).map((line) => `  ${line}`);
  return [[`event ${name}`, ...short.map(pair)].join(' '), ...below];
}

const linesOf = (attributes: Attributes): string[] => Object.entries(attributes).flatMap(pairLines);

/** Prints an attribute. A value of several lines keeps them, below its name. */
function pairLines([key, value]: Pair): string[] {
  if (!hasLines(value)) return [pair([key, value])];
  const lines = value.trimEnd().split(/\r?\n/);
  return [`${key}=`, ...lines.map((line) => `  ${line}`)];
}

/** Escapes the characters that would control the terminal, or turn the order of its text around. A tab stays. */
export const printable = (line: string): string => replaceUnseen(line, escaped);

const escaped = (character: string): string =>
  character === '\t' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** Escapes the same in a text, whose line breaks stay. */
export const printableText = (text: string): string => text.split('\n').map(printable).join('\n');

/** Prints a span with its attributes on one line. */
export function lineOf(span: Span): string {
  const parts = [
    new Date(span.start).toISOString().slice(11, 23),
    span.traceId,
    headOf(span),
    ...Object.entries({ ...oneLine(span.resource), ...span.attributes }).map(pair),
  ];
  return printable(parts.join(' '));
}

/**
 * Returns the resource attributes that tell one process of a service from another. Attributes about the machine, the
 * runtime and the SDK are left out.
 */
const oneLine = (resource: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(resource).filter(([key]) => !/^(host|process|telemetry|k8s)\.|^service\.name/.test(key)),
  );

function headOf(span: Span): string {
  const { service, name, kind, status, orphan, spanId } = span;
  const notes = [
    status.code === 'error' && `error${status.message ? `: ${firstLine(status.message)}` : ''}`,
    endMark(span),
    orphan && 'parent missing',
  ].filter(Boolean);
  return [
    `${service} ${name}`,
    kind,
    tookInWords(span, (duration) => `${duration.toFixed(1)} ms`),
    spanId,
    ...notes,
  ].join(' | ');
}

const pair = ([key, value]: Pair): string => `${key}=${JSON.stringify(value)}`;

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
