// The table of a chart: the same numbers, and links to the traces of its points.
import { fill, h } from '../dom.ts';
import { comparisonHref, tableOf } from './chart-content.ts';
import type { ChartContent, Point, TableRow } from './chart-content.ts';
import { traceHref } from './page.ts';
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
    const content = this.#content;
    const { lines, points, failedOf } = content;
    const rows = tableOf(content);
    const links = [points.length > 0 && 'Exemplars', failedOf !== undefined && 'Failed traces'].filter(isText);
    const heads = ['Time', ...lines.map(({ label }) => label), ...links];
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
              rows.map((row) => rowOf(row, content)),
            ),
          ),
    );
  }
}

const isText = (one: string | false): one is string => one !== false;

function rowOf({ time, cells, points }: TableRow, content: ChartContent): HTMLElement {
  const href = comparisonHref(content, content.times.indexOf(time));
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, clock(time)),
    cells.map((cell) => h('td', {}, cell)),
    content.points.length > 0 && h('td', {}, points.map(linkOf)),
    content.failedOf !== undefined && h('td', {}, href !== undefined && h('a', { href }, 'What do they share?')),
  );
}

const linkOf = ({ traceId, spanId, text }: Point) =>
  h('a', { href: traceHref(traceId, spanId), class: 'exemplar-link' }, text);
