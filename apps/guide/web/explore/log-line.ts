// A log record as a line: its time, severity, service and body, with its attributes behind it.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { LogRecord, Severity } from '../../explore-contract.ts';
import { fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { hueOf } from '../trace/hue.ts';

/** The most characters of a body that a line shows. */
const maxBody = 2_000;
/** The most attributes of a record that its details show. */
const maxAttributes = 100;
/** The most characters of the attributes behind the body. */
const maxInline = 300;

export function severityMark({ severity, severityText }: LogRecord): HTMLElement {
  return h('span', { class: `severity severity-${severity}` }, severityText || nameOf(severity));
}

const nameOf = (severity: Severity): string => (severity === 'unspecified' ? '–' : severity.toUpperCase());

export function bodyOf({ body, eventName, attributes }: LogRecord): string {
  const { 'exception.message': exception } = attributes;
  const text = [eventName, body].filter(Boolean).join(': ') || (typeof exception === 'string' ? exception : '');
  return text.length > maxBody ? `${text.slice(0, maxBody)}… (${text.length - maxBody} more characters)` : text;
}

/**
 * Draws a record.
 * @param time how the line shows the record's time
 * @param after what stands after the line, such as a link
 */
export function logLine(record: LogRecord, time: string, after: Child): HTMLElement {
  const details = h('div', { class: 'log-details' });
  return h(
    'li',
    { class: `log-line hue-${hueOf(record.service)}`, tabindex: '-1', 'data-record': record.id },
    h(
      'details',
      { ontoggle: () => fill(details, detailsOf(record)) },
      h(
        'summary',
        {},
        h('time', { datetime: new Date(record.time).toISOString() }, time),
        ' ',
        severityMark(record),
        ' ',
        h('span', { class: 'service' }, record.service),
        ' ',
        h('span', { class: 'log-body' }, bodyOf(record)),
        ' ',
        h('span', { class: 'log-attributes' }, inline(record.attributes)),
      ),
      details,
    ),
    after,
  );
}

/** Writes attributes on one line, such as `roll=2 prize="a pencil"`. */
function inline(attributes: Attributes): string {
  const text = Object.entries(attributes)
    .slice(0, maxAttributes)
    .map(
      ([key, value]) =>
        `${key}=${typeof value === 'string' && /^[^\s"]+$/.test(value) ? value : JSON.stringify(value)}`,
    )
    .join(' ');
  return text.length > maxInline ? `${text.slice(0, maxInline)}…` : text;
}

function detailsOf({ scope, attributes, resource, traceId, spanId }: LogRecord): Child {
  return [
    h('p', { class: 'log-head' }, 'Attributes'),
    list(attributes),
    h('p', { class: 'log-head' }, 'Resource, scope and context'),
    list({
      ...resource,
      'otel.scope.name': scope,
      ...(traceId !== undefined && { trace_id: traceId }),
      ...(spanId !== undefined && { span_id: spanId }),
    }),
  ];
}

function list(attributes: Attributes): HTMLElement {
  const entries = Object.entries(attributes).slice(0, maxAttributes);
  if (entries.length === 0) return h('p', { class: 'soft' }, 'none');
  return h(
    'dl',
    {},
    entries.map(([key, value]) => h('div', {}, h('dt', {}, key), h('dd', {}, shown(value)))),
  );
}

/** Shows a text of several lines, such as a stack trace, with its lines, and any other value as JSON. */
function shown(value: Attributes[string]): Child {
  if (typeof value !== 'string' || !value.includes('\n')) return JSON.stringify(value)?.slice(0, maxBody);
  const text = value.slice(0, maxBody);
  return h('pre', { class: 'lines', tabindex: '0', role: 'group', 'aria-label': 'Text of several lines' }, text);
}
