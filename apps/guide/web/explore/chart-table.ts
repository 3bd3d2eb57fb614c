// The table of a chart: the same numbers, and links to the traces of its points.
import { fill, h } from '../dom.ts';
import { tableOf } from './chart-content.ts';
import type { ChartContent, Point, TableRow } from './chart-content.ts';
import { titles, traceHref } from './page.ts';
import { clock } from './words.ts';

export class ChartTable {
  readonly #place = h('div', { class: 'table', tabindex: '0', role: 'region' });
  readonly element = h(
    'details',
    { class: 'chart-table', ontoggle: () => this.#draw() },
    h('summary', {}, 'As a table'),
    this.#place,
  );
  #content: ChartContent | undefined;

  show(content: ChartContent, name: string): void {
    this.#content = content;
    this.#place.setAttribute('aria-label', `${name}, as a table`);
    this.#draw();
  }

  /** Draws the table if it is open, unless the reader is in it: it would lose the focus. */
  #draw(): void {
    if (!this.element.open || !this.#content || this.#place.contains(document.activeElement)) return;
    const { lines, points, hrefOf } = this.#content;
    const rows = tableOf(this.#content);
    const heads = [
      'Time',
      ...lines.map(({ label }) => label),
      ...(points.length > 0 ? ['Exemplars'] : []),
      ...(hrefOf ? [titles.compare] : []),
    ];
    fill(
      this.#place,
      rows.length === 0
        ? h('p', { class: 'soft' }, 'Nothing was measured in this time.')
        : h(
            'table',
            {},
            h(
              'thead',
              {},
              h(
                'tr',
                {},
                heads.map((head) => h('th', { scope: 'col' }, head)),
              ),
            ),
            h(
              'tbody',
              {},
              rows.map((row) => rowOf(row, points.length > 0, hrefOf !== undefined)),
            ),
          ),
    );
  }
}

function rowOf({ time, cells, points, links }: TableRow, hasPoints: boolean, hasLinks: boolean): HTMLElement {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, clock(time)),
    cells.map((cell) => h('td', {}, cell)),
    hasPoints && h('td', {}, points.map(linkOf)),
    hasLinks &&
      h(
        'td',
        {},
        links.map(({ label, href }) => h('a', { href, class: 'bar-link' }, `Compare those with ${label}`)),
      ),
  );
}

const linkOf = ({ traceId, spanId, text }: Point) =>
  h('a', { href: traceHref(traceId, spanId), class: 'exemplar-link' }, text);
