// Draws a trace as a waterfall: one row with a bar for each span. A row opens to show the span's details. The bars are
// SVG, because the Content Security Policy allows no inline style.
import type { AttributeValue, Attributes } from '../../../../otlp/attributes.ts';
import type { SpanOfPage } from '../../contract.ts';
import { endMark, tookInWords } from '../../end-words.ts';
import { failureMark, statusNote } from '../../failure-words.ts';
import { button, fill, h, svg } from '../dom.ts';
import type { Child } from '../dom.ts';
import { copyButton } from '../copy.ts';
import { inWords, rowsOf } from './flat.ts';
import type { DrawnTrace, Row } from './flat.ts';
import { hueOf } from './hue.ts';
import { spanJson } from './span-json.ts';

const deepest = 8;

/** Returns what stands below the row of a span, such as its log lines. */
export type Below = (span: SpanOfPage) => Child;

/** How a waterfall differs from the usual one. */
export interface Marks {
  /** Ids of the spans that have just arrived. */
  readonly fresh?: ReadonlySet<string>;
  /** A word for each of these spans, such as “new”. */
  readonly words?: ReadonlyMap<string, string>;
  /** What begins the ids of the rows, if the page has two waterfalls. */
  readonly prefix?: string;
}

/**
 * Draws the waterfall of a trace.
 * @param open ids of the spans whose rows are open; these rows stay open when more spans arrive
 */
export function waterfall(trace: DrawnTrace, open: ReadonlySet<string>, below?: Below, marks: Marks = {}): HTMLElement {
  return h(
    'div',
    { class: 'waterfall' },
    h(
      'div',
      { class: 'axis', 'aria-hidden': 'true' },
      [0, 0.25, 0.5, 0.75, 1].map((part) => h('span', {}, inWords(trace.duration * part))),
    ),
    h(
      'ul',
      { class: 'rows' },
      rowsOf(trace).map((row) =>
        item(row, { trace, marks, isOpen: open.has(row.span.spanId), below: below?.(row.span) }),
      ),
    ),
  );
}

interface ItemOptions {
  readonly trace: DrawnTrace;
  readonly marks: Marks;
  readonly isOpen: boolean;
  readonly below: Child;
}

function item(row: Row, { trace, marks, isOpen, below }: ItemOptions): HTMLElement {
  const { span, depth } = row;
  const id = `${marks.prefix ?? ''}span-${span.spanId}`;
  const details = h('div', { class: 'span-details', id, hidden: !isOpen });
  const show = (): void =>
    fill(
      details,
      detailsOf(span, () => close(head)),
    );
  const head = h(
    'button',
    {
      type: 'button',
      class: `span-row depth-${Math.min(depth, deepest)} hue-${hueOf(span.service)}${freshness(span, marks)}`,
      'aria-expanded': String(isOpen),
      'aria-controls': id,
      'data-span': span.spanId,
      onclick: () => {
        details.hidden = !details.hidden;
        head.setAttribute('aria-expanded', String(!details.hidden));
        if (!details.hidden) show();
      },
    },
    nameOf(span, depth, marks.words?.get(span.spanId)),
    h('span', { class: 'took' }, tookInWords(span, inWords)),
    bar(row, trace),
  );
  if (isOpen) show();
  return h('li', {}, head, below, details);
}

const freshness = ({ spanId }: SpanOfPage, { fresh }: Marks): string => (fresh?.has(spanId) ? ' fresh' : '');

/** @param mark a word about the span, such as “new” */
function nameOf(span: SpanOfPage, depth: number, mark: string | undefined): HTMLElement {
  const wrong = [failureMark(span), endMark(span), span.orphan && 'parent missing'].filter((text) => text);
  return h(
    'span',
    { class: 'span-name' },
    h('span', { class: 'service' }, span.service),
    ' ',
    span.name,
    ' ',
    h('span', { class: 'soft' }, span.kind),
    mark !== undefined && h('strong', { class: 'mark' }, ` ${mark}`),
    wrong.map((text) => h('strong', { class: 'bad' }, ` ${text}`)),
    h('span', { class: 'sr' }, `, level ${depth + 1}${eventCount(span)}`),
  );
}

function bar({ span, from, width }: Row, { start, duration }: DrawnTrace): SVGElement {
  const at = (time: number) => (duration > 0 ? Math.max(0, Math.min(997, ((time - start) / duration) * 1000)) : 0);
  return svg(
    'svg',
    {
      class: failureMark(span) === '' ? 'bar' : 'bar failed',
      viewBox: '0 0 1000 20',
      preserveAspectRatio: 'none',
      'aria-hidden': 'true',
    },
    svg('rect', { x: from.toFixed(1), y: 4, width: width.toFixed(1), height: 12, rx: 2 }),
    span.events.map(({ time }) => svg('rect', { class: 'event', x: at(time).toFixed(1), y: 0, width: 3, height: 20 })),
  );
}

function detailsOf(span: SpanOfPage, onClose: () => void): Child {
  const [json, note] = [spanJson(span), statusNote(span)];
  return [
    span.orphan &&
      h(
        'p',
        { class: 'bad' },
        `Its parent, ${span.parentSpanId ?? ''}, is missing. ` +
          'Nobody sent it, or the context came from a service that is not in the lab.',
      ),
    h(
      'p',
      {},
      'Status: ',
      h('strong', span.status.code === 'error' ? { class: 'bad' } : {}, span.status.code.toUpperCase()),
      span.status.message ? ` ${span.status.message}` : '',
    ),
    note !== '' && h('p', { class: 'soft' }, note),
    h('h3', {}, 'Attributes'),
    list(span.attributes),
    h('h3', {}, 'Events'),
    span.events.length === 0
      ? h('p', { class: 'soft' }, 'none')
      : span.events.map((event) =>
          h(
            'div',
            { class: 'event' },
            h('h4', {}, event.name, h('span', { class: 'soft' }, ` after ${inWords(event.time - span.start)}`)),
            list(event.attributes),
          ),
        ),
    h(
      'details',
      {},
      h('summary', {}, 'Resource and instrumentation scope'),
      list({ 'otel.scope.name': span.scope, ...span.resource }),
    ),
    h(
      'details',
      { class: 'json' },
      h('summary', {}, 'The span as JSON'),
      copyButton(() => json, 'the JSON of this span'),
      h('pre', { tabindex: '0', role: 'group', 'aria-label': `${span.name} as JSON` }, json),
    ),
    button('Close', onClose, { class: 'quiet' }),
  ];
}

function close(head: HTMLButtonElement): void {
  head.click();
  head.focus();
}

function list(attributes: Attributes): HTMLElement {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return h('p', { class: 'soft' }, 'none');
  return h(
    'dl',
    {},
    entries.map(([key, value]) => h('div', {}, h('dt', {}, key), h('dd', {}, shown(value)))),
  );
}

/** Shows a value as JSON, so that 6 and "6" differ. A text of several lines, such as a stack trace, keeps its lines. */
function shown(value: AttributeValue): Child {
  return typeof value === 'string' && value.includes('\n')
    ? h('pre', { class: 'lines', tabindex: '0', role: 'group', 'aria-label': 'Text of several lines' }, value)
    : JSON.stringify(value);
}

function eventCount({ events: { length } }: SpanOfPage): string {
  if (length === 0) return '';
  return length === 1 ? ', 1 event' : `, ${length} events`;
}
