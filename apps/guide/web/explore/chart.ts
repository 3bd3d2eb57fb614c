// A chart with its legend, its summary for screen readers, and its table.
import { fill, h, svg } from '../dom.ts';
import { latestOf, summaryOf, valueInWords } from './chart-content.ts';
import type { ChartContent, Line } from './chart-content.ts';
import { ChartTable } from './chart-table.ts';
import { Plot } from './plot.ts';
import { clock } from './words.ts';

export class Chart {
  readonly element: HTMLElement;
  readonly #title = h('h4');
  readonly #summary = h('p', { class: 'sr' });
  readonly #legend = h('ul', { class: 'legend', 'aria-hidden': 'true' });
  readonly #hint = h('p', { class: 'chart-hint soft', 'aria-hidden': 'true' });
  readonly #table = new ChartTable();
  readonly #plot = new Plot({ onCursor: (at) => this.#tell(at), onPoint: (text) => fill(this.#hint, text) });
  #content: ChartContent | undefined;

  /** @param about what the chart belongs to, such as `dice`: its title says only what is measured */
  constructor(about: string) {
    this.element = h(
      'div',
      { class: 'chart', role: 'group' },
      this.#title,
      this.#summary,
      this.#plot.element,
      this.#hint,
      this.#legend,
      this.#table.element,
    );
    this.#about = about;
  }

  readonly #about: string;

  show(content: ChartContent): void {
    this.#content = content;
    const name = `${content.title} of ${this.#about}`;
    this.element.setAttribute('aria-label', name);
    this.#title.textContent = content.title;
    this.#summary.textContent = summaryOf({ ...content, title: name });
    this.#plot.show(content);
    this.#table.show(content, name);
    this.#tell(undefined);
  }

  /** Writes into the legend what was measured at a time: the time below the mouse, or else the latest. */
  #tell(at: number | undefined): void {
    if (!this.#content) return;
    const { lines, times } = this.#content;
    const content = this.#content;
    const time = at === undefined ? undefined : times[at];
    fill(
      this.#legend,
      lines.length === 0 ? h('li', {}, 'none') : lines.map((line) => legendItem(line, valueText(line, content, at))),
      time !== undefined && h('li', { class: 'soft' }, `at ${clock(time)}`),
    );
  }
}

function valueText(line: Line, content: ChartContent, at: number | undefined): string {
  if (at === undefined) return latestOf(line, content);
  const value = line.values[at];
  return typeof value === 'number' ? valueInWords(value, content) : '–';
}

function legendItem({ label, colour, dash }: Line, value: string): HTMLElement {
  const line = svg('path', { d: 'M0 5H24', stroke: `var(--${colour})`, 'stroke-dasharray': dash?.join(' ') });
  return h('li', {}, svg('svg', { viewBox: '0 0 24 10', class: 'swatch' }, line), ` ${label} `, h('b', {}, value));
}
