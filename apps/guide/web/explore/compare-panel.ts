// The part "What do they share?": the values, and the pairs of values, that are more common among the marked traces
// than among all others. It shows evidence. Which of it is the cause is for the reader to find out.
import type { Comparison } from '../../../../otlp/compare-traces.ts';
import { fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { comparisonTable } from './comparison-table.ts';
import { partHref } from './page.ts';
import type { Part } from './page.ts';
import { ReadNote } from './read-note.ts';
import { filterOf } from './trace-filter.ts';
import type { TraceFilter } from './trace-filter.ts';
import type { TraceStore } from './trace-store.ts';
import { counted } from './words.ts';

/** With fewer traces in a group, a difference is often chance. */
const few = 10;
/** Spans are reported up to this many milliseconds after their end, so an error bar is about earlier traces, too. */
const earlier = 10_000;

export class ComparePanel implements Part {
  readonly #store: TraceStore;
  readonly #note: ReadNote;
  readonly #status = h('p', { role: 'status', class: 'compared' });
  readonly #result = h('div');
  /** Marks these traces once all have been read. */
  #wanted: TraceFilter | undefined;
  #turn = 0;
  #isShown = false;

  constructor(place: HTMLElement, store: TraceStore) {
    [this.#store, this.#note] = [store, new ReadNote(store)];
    store.onChange(() => this.#isShown && void this.#update());
    fill(
      place,
      h('h2', {}, 'What do the marked traces share?'),
      h(
        'p',
        { class: 'about soft' },
        'The page counts in how many traces each attribute has each value, and compares the marked traces with all ' +
          'others. The largest difference comes first. A difference is evidence, not yet a cause.',
      ),
      this.#note.element,
      this.#status,
      this.#result,
    );
  }

  show(parameters: URLSearchParams): void {
    this.#isShown = true;
    this.#wanted = parameters.size > 0 ? widened(filterOf(parameters)) : undefined;
    this.#store.read();
    void this.#update();
  }

  hide(): void {
    this.#isShown = false;
  }

  async #update(): Promise<void> {
    const turn = (this.#turn += 1);
    this.#note.show();
    if (this.#store.isReading) return fill(this.#status, 'The page compares them when it has read all traces.');
    if (this.#wanted) return this.#markWanted(this.#wanted);
    if (this.#store.marks.ids.size === 0) return this.#showNone();
    const answer = await this.#store.compare();
    if (turn === this.#turn && answer) this.#show(answer.comparison, answer.took);
  }

  #markWanted(filter: TraceFilter): Promise<void> {
    this.#wanted = undefined;
    return this.#store.markFitting(filter);
  }

  #showNone(): void {
    const { reason } = this.#store.marks;
    fill(this.#status, reason === '' ? 'No trace is marked.' : `No trace is marked: there are no ${reason}.`);
    fill(
      this.#result,
      h(
        'p',
        {},
        'Mark some first: on the part ',
        h('a', { href: partHref('traces') }, 'Traces'),
        ', or with an error bar in the part ',
        h('a', { href: partHref('charts') }, 'Charts'),
        '.',
      ),
    );
  }

  #show(comparison: Comparison, took: number): void {
    const { marked, others, traits, rarer, outcomes, places, unique } = comparison;
    const { reason } = this.#store.marks;
    fill(this.#status, `${counted(marked, 'marked trace')} (${reason}) and ${counted(others, 'other')}.`);
    const table = (title: string, about: string, rows: Comparison['traits']) =>
      comparisonTable({ title, about, rows, hrefOf: filterHref });
    fill(
      this.#result,
      warningOf(marked, others),
      table('More common among the marked traces', '', traits),
      table(
        'How they ended',
        'Status codes and errors say how a request ended. Traces are often marked by them, so they differ in any case.',
        outcomes,
      ),
      places.length > 0 &&
        table(
          'Where they ran',
          'Names and addresses of pods, processes and hosts. A pod’s name goes together with all that it has, ' +
            'such as its version, so these are apart. A name that is in exactly the same traces as a value above is ' +
            'listed with that value. The counts leave out traces that don’t report the attribute.',
          places,
        ),
      table('Less common among the marked traces', '', rarer),
      unique.length > 0 && uniqueNote(unique),
      h('p', { class: 'soft compare-time' }, `Compared in ${Math.ceil(took)} ms.`),
    );
  }
}

/** Begins the time of the filter earlier. */
const widened = (filter: TraceFilter): TraceFilter =>
  filter.from === undefined ? filter : { ...filter, from: filter.from - earlier };

const filterHref = (attribute: string): string => partHref('traces', { attribute });

function warningOf(marked: number, others: number): Child {
  const small = [marked < few && `${marked} marked`, others < few && `${others} others`].filter(Boolean);
  if (small.length === 0) return undefined;
  return h(
    'p',
    { class: 'note' },
    `Only ${small.join(' and ')}: so few traces may share something by chance. Wait for more, or mark more.`,
  );
}

function uniqueNote(unique: readonly string[]): Child {
  return h(
    'details',
    {},
    h('summary', {}, `Not compared: values that only one trace has (${counted(unique.length, 'attribute')})`),
    h('p', { class: 'soft' }, 'Ids, ports and times differ in each trace, so traces can’t share them.'),
    h(
      'ul',
      { class: 'unique' },
      unique.map((key) => h('li', {}, h('code', {}, key))),
    ),
  );
}
