// Prints spans as lines of text that a person can read and grep can search.
import type { Attributes, AttributeValue, Span } from '../../../otlp/traces.ts';

/** Prints a trace as an indented tree of spans, with each attribute on a line below its span. */
export function treeOf(spans: readonly Span[], depth = 0): string[] {
  return spans.flatMap((span) => {
    const indent = '  '.repeat(depth);
    const more = [
      ...Object.entries(span.attributes).map(pair),
      ...span.events.map(({ name, attributes }) =>
        [`event ${name}`, ...Object.entries(attributes).map(pair)].join(' '),
      ),
    ];
    return [
      indent + headOf(span),
      ...more.map((line) => `${indent}      ${line}`),
      ...treeOf(span.children, depth + 1),
    ];
  });
}

/** Prints a span with its attributes on one line. */
export function lineOf(span: Span): string {
  return [
    new Date(span.start).toISOString().slice(11, 23),
    span.traceId,
    headOf(span),
    ...Object.entries({ ...oneLine(span.resource), ...span.attributes }).map(pair),
  ].join(' ');
}

/**
 * Returns the resource attributes that tell one process of a service from another. Attributes about the machine, the
 * runtime and the SDK are left out.
 */
const oneLine = (resource: Attributes): Attributes =>
  Object.fromEntries(
    Object.entries(resource).filter(([key]) => !/^(host|process|telemetry|k8s)\.|^service\.name/.test(key)),
  );

function headOf({ service, name, kind, duration, status, orphan, spanId }: Span): string {
  const notes = [
    status.code === 'error' && `error${status.message ? `: ${firstLine(status.message)}` : ''}`,
    orphan && 'parent missing',
  ].filter(Boolean);
  return [`${service} ${name}`, kind, `${duration.toFixed(1)} ms`, spanId, ...notes].join(' | ');
}

const pair = ([key, value]: [string, AttributeValue]): string => `${key}=${JSON.stringify(value)}`;

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';
