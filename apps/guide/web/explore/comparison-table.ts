// A table of what traces share: a row for each value or pair of values, with a bar and a count for each group.
import type { Part, Trait } from '../../../../otlp/compare-traces.ts';
import { button, h, svg } from '../dom.ts';
import type { Child } from '../dom.ts';
import { aboutOf, namesOf, searchOf, shareInWords } from './comparison-words.ts';
import type { Named } from './comparison-words.ts';
import { counted } from './words.ts';

export interface ComparisonOptions {
  readonly title: string;
  readonly about: string;
  readonly rows: readonly Trait[];
  /** Returns the address of the list of traces with these values. */
  readonly hrefOf: (search: string) => string;
}

/** Number of rows that are shown at first, and of names of a value. */
const first = 8;
const names = 2;

export function comparisonTable(options: ComparisonOptions): Child {
  const { title, about, rows } = options;
  const certain = rows.filter((row) => !row.mayBeChance);
  const chance = rows.filter((row) => row.mayBeChance);
  return h(
    'div',
    { class: 'comparison' },
    h('h3', {}, title),
    about !== '' && h('p', { class: 'soft about' }, about),
    certain.length === 0
      ? h('p', { class: 'soft' }, 'No row of this part differs by more than chance.')
      : tableOf(certain.slice(0, first), title, options),
    moreOf('with smaller differences', certain.slice(first), options),
    moreOf('with differences that may be chance', chance, options),
  );
}

function moreOf(which: string, rows: readonly Trait[], options: ComparisonOptions): Child {
  const name = `${counted(rows.length, 'more row')} ${which}`;
  return (
    rows.length > 0 && h('details', {}, h('summary', {}, `${name}: ${aboutOf(rows)}`), tableOf(rows, name, options))
  );
}

function tableOf(rows: readonly Trait[], name: string, options: ComparisonOptions): HTMLElement {
  return h(
    'div',
    { class: 'table-scroller', tabindex: '0', role: 'region', 'aria-label': name },
    h(
      'table',
      { class: 'comparison-table' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['Value', 'Marked traces', 'Others'].map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((row) => rowOf(row, options)),
      ),
    ),
  );
}

function rowOf(trait: Trait, { hrefOf }: ComparisonOptions): HTMLElement {
  const [one, other] = trait.parts;
  const { marked, others } = trait.of;
  return h(
    'tr',
    {},
    h(
      'th',
      { scope: 'row' },
      partOf(one),
      other && [h('span', { class: 'and' }, 'and'), partOf(other)],
      h('a', { class: 'show-traces', href: hrefOf(searchOf(trait)) }, 'Show these traces'),
    ),
    h('td', {}, bar(trait.marked, marked, 'marked'), shareInWords(trait.marked, marked, 'marked')),
    h('td', {}, bar(trait.others, others, 'others'), shareInWords(trait.others, others, 'others')),
  );
}

/** Shows the names of a value. Others that are in the same traces are behind a button. */
function partOf(part: Part): HTMLElement {
  const all = namesOf(part);
  const list = h('ul', { class: 'names' }, all.slice(0, names).map(nameOf));
  const rest = all.slice(names);
  if (rest.length === 0) return list;
  const more = button(
    `${counted(rest.length, 'other name')} of the same traces`,
    () => {
      list.append(...rest.map(nameOf));
      more.remove();
      list.querySelectorAll<HTMLElement>('li')[names]?.focus();
    },
    { class: 'quiet' },
  );
  return h('div', {}, list, more);
}

const nameOf = ({ text, services }: Named): HTMLElement =>
  h('li', { tabindex: '-1' }, h('code', {}, text), h('span', { class: 'soft' }, ` ${services.join(', ')}`));

function bar(count: number, total: number, name: string): SVGElement {
  const width = total === 0 ? 0 : (count / total) * 100;
  return svg(
    'svg',
    { class: `share ${name}`, viewBox: '0 0 100 8', preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    svg('rect', { class: 'track', width: 100, height: 8 }),
    svg('rect', { width: width.toFixed(1), height: 8 }),
  );
}
