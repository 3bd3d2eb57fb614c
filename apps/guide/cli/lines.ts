// Spans in lines that can be read, and searched by grep.
import type { Attributes, AttributeValue, Span } from '../../../otlp/traces.ts';

/** A trace as a tree, an attribute a line below its span. */
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

/** One span in one line, with all that it carries. */
export function lineOf(span: Span): string {
  return [
    new Date(span.start).toISOString().slice(11, 23),
    span.traceId,
    headOf(span),
    ...Object.entries({ ...oneLine(span.resource), ...span.attributes }).map(pair),
  ].join(' ');
}

/** Of a resource, what tells one process of a service from another; its machine, its runtime and its SDK are left out. */
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
