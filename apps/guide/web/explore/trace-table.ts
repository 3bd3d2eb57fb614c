// The list of traces, as a table that the reader sorts by its columns.
import { button, fill, h } from '../dom.ts';
import { inWords as durationInWords } from '../trace/flat.ts';
import { traceHref } from './page.ts';
import { columns, sorted } from './trace-filter.ts';
import type { Column, Order } from './trace-filter.ts';
import type { TraceRow } from './trace-messages.ts';
import { counted, moment } from './words.ts';

/** Number of traces that are shown at first, and added by each press of "Show more". */
const more = 50;

const heads: Readonly<Record<Column, string>> = {
  start: 'Start',
  service: 'Service',
  operation: 'Operation',
  duration: 'Duration',
  spans: 'Spans',
  errors: 'Errors',
};

export class TraceTable {
  readonly #onToggle: (traceId: string) => void;
  readonly #body = h('tbody');
  readonly #heads = new Map(columns.map((column) => [column, this.#head(column)]));
  readonly #more = button('', () => this.#showMore(), { class: 'quiet' });
  readonly element = h(
    'div',
    {},
    h(
      'div',
      { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': 'Traces' },
      h(
        'table',
        { class: 'trace-table' },
        h('thead', {}, h('tr', {}, h('th', { scope: 'col' }, 'Mark'), ...this.#heads.values())),
        this.#body,
      ),
    ),
    this.#more,
  );
  #order: Order = { column: 'start', isDescending: true };
  #rows: readonly TraceRow[] = [];
  #marked: ReadonlySet<string> = new Set();
  #shown = more;

  constructor(onToggle: (traceId: string) => void) {
    this.#onToggle = onToggle;
    this.#tellOrder();
  }

  show(rows: readonly TraceRow[], marked: ReadonlySet<string>): void {
    [this.#rows, this.#marked] = [rows, marked];
    this.#draw();
  }

  #head(column: Column): HTMLElement {
    return h(
      'th',
      { scope: 'col' },
      button(heads[column], () => this.#sortBy(column), { class: 'quiet' }),
    );
  }

  #sortBy(column: Column): void {
    const isSame = this.#order.column === column;
    this.#order = {
      column,
      isDescending: isSame ? !this.#order.isDescending : typeof this.#rows[0]?.[column] === 'number',
    };
    this.#tellOrder();
    this.#draw();
  }

  #tellOrder(): void {
    for (const [column, head] of this.#heads)
      if (column === this.#order.column)
        head.setAttribute('aria-sort', this.#order.isDescending ? 'descending' : 'ascending');
      else head.removeAttribute('aria-sort');
  }

  #showMore(): void {
    this.#shown += more;
    this.#draw();
  }

  #draw(): void {
    const focused = document.activeElement?.id;
    const rows = sorted(this.#rows, this.#order);
    fill(this.#body, ...rows.slice(0, this.#shown).map((row) => this.#row(row)));
    const hidden = Math.max(0, rows.length - this.#shown);
    this.#more.textContent = `Show more (${counted(hidden, 'more trace')})`;
    this.#more.hidden = hidden === 0;
    if (focused && /^(mark|open)-/.test(focused)) document.getElementById(focused)?.focus();
  }

  #row({ traceId, start, service, operation, duration, spans, errors, reversed }: TraceRow): HTMLElement {
    return h(
      'tr',
      {},
      h(
        'td',
        {},
        h('input', {
          type: 'checkbox',
          id: `mark-${traceId}`,
          checked: this.#marked.has(traceId),
          'aria-label': `Mark the trace of ${moment(start)}`,
          onchange: () => this.#onToggle(traceId),
        }),
      ),
      h('th', { scope: 'row' }, h('a', { id: `open-${traceId}`, href: traceHref(traceId) }, moment(start))),
      h('td', {}, service),
      h('td', { class: 'operation' }, operation),
      h(
        'td',
        { class: 'number' },
        durationInWords(duration),
        reversed !== undefined && h('strong', { class: 'bad' }, ' an end is before its start'),
      ),
      h('td', { class: 'number' }, spans),
      h('td', { class: 'number' }, errors > 0 ? h('strong', { class: 'bad' }, errors) : errors),
    );
  }
}
