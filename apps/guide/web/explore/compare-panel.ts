// The part "What do they share?": the values, and the pairs of values, that are more common among the marked traces
// than among all others. It shows evidence. Which of it is the cause is for the reader to find out.
import type { Comparison } from '../../../../otlp/compare-traces.ts';
import { fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { comparisonTable } from './comparison-table.ts';
import { partHref } from './page.ts';
import type { Page, Part } from './page.ts';
import { ReadNote } from './read-note.ts';
import { beginOf, sinceIn, textOf } from './since.ts';
import { SinceChoice } from './since-choice.ts';
import { filterOf, ignoredIn } from './trace-filter.ts';
import type { TraceFilter } from './trace-filter.ts';
import type { TraceStore } from './trace-store.ts';
import type { Compared } from './trace-messages.ts';
import { clock, counted, number } from './words.ts';

/** With fewer traces in a group, a difference is often chance. */
const few = 10;
/** Spans are reported up to this many milliseconds after their end, so an error bar is about earlier traces, too. */
const earlier = 10_000;

type Timed = Compared & { readonly took: number };

export class ComparePanel implements Part {
  readonly #store: TraceStore;
  readonly #note: ReadNote;
  readonly #status = h('p', { role: 'status', class: 'compared' });
  readonly #result = h('div');
  readonly #ignored = h('div', { role: 'status' });
  readonly #page: Page;
  readonly #since = new SinceChoice(() => this.#remember());
  /** Parameters of the page's address that mark traces. */
  #filter: Readonly<Record<string, string>> = {};
  /** Marks these traces once all have been read. */
  #wanted: TraceFilter | undefined;
  #turn = 0;
  #isShown = false;

  constructor(place: HTMLElement, page: Page, store: TraceStore) {
    [this.#page, this.#store, this.#note] = [page, store, new ReadNote(store)];
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
      this.#since.element,
      this.#ignored,
      this.#status,
      this.#result,
    );
  }

  show(parameters: URLSearchParams): void {
    this.#isShown = true;
    const since = parameters.get('since');
    if (since !== null) this.#since.choose(sinceIn(since));
    const filter = new URLSearchParams(parameters);
    filter.delete('since');
    this.#filter = Object.fromEntries(filter);
    const ignored = ignoredIn(filter);
    fill(
      this.#ignored,
      [...ignored, ...ignoredSince(since)].map((text) => h('p', { class: 'bad' }, text)),
    );
    // Without all that the address asks for, other traces would be marked.
    if (ignored.length > 0) this.#store.mark([], '');
    this.#wanted = filter.size > 0 && ignored.length === 0 ? widened(filterOf(filter)) : undefined;
    if (since === null && this.#since.since.kind !== 'all')
      this.#page.remember({ ...this.#filter, since: textOf(this.#since.since) });
    this.#store.read();
    void this.#update();
  }

  hide(): void {
    this.#isShown = false;
  }

  #remember(): void {
    this.#page.remember({ ...this.#filter, since: textOf(this.#since.since) });
    void this.#update();
  }

  async #update(): Promise<void> {
    const turn = (this.#turn += 1);
    this.#note.show();
    if (this.#store.isReading) return fill(this.#status, 'The page compares them when it has read all traces.');
    if (this.#wanted) return this.#markWanted(this.#wanted);
    if (this.#store.marks.ids.size === 0) return this.#showNone();
    const begin = beginOf(this.#since.since, { now: Date.now(), firstMarked: this.#store.firstMarked });
    const answer = await this.#store.compare(begin);
    if (turn === this.#turn && answer) this.#show(answer, begin);
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

  /** Shows the comparison. The focus stays on its link. */
  #show(answer: Timed, begin: number | undefined): void {
    const links = () => [...this.#result.querySelectorAll('a')];
    const focused = links().find((link) => link === document.activeElement)?.href;
    this.#draw(answer, begin);
    if (focused !== undefined)
      links()
        .find(({ href }) => href === focused)
        ?.focus();
  }

  #draw({ comparison, leftOut, took }: Timed, begin: number | undefined): void {
    const { marked, others, traits, rarer, outcomes, places, origins, unique } = comparison;
    const { reason } = this.#store.marks;
    const groups = `${counted(marked, 'marked trace')} (${reason}) and ${counted(others, 'other')}`;
    fill(this.#status, begin === undefined ? `${groups}.` : `${groups}, ${leftOutInWords(leftOut, begin)}`);
    if (marked === 0 || others === 0) return fill(this.#result, h('p', { class: 'note' }, noneOf(marked)));
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
      origins.length > 0 &&
        table(
          'Who began them',
          'Visitors begin rounds, and the guide begins those of the load, of “Play a round” and of checks. Who ' +
            'began a trace says when you set the load, not why a request failed. So these values are apart. What ' +
            'else they report is compared as “the service that began the trace”.',
          origins,
        ),
      table('Less common among the marked traces', '', rarer),
      unique.length > 0 && uniqueNote(unique),
      h('p', { class: 'soft compare-time' }, `Compared in ${Math.ceil(took)} ms.`),
    );
  }
}

/** Says that the address names no time. */
function ignoredSince(text: string | null): string[] {
  if (text === null || text === '' || sinceIn(text).kind !== 'all') return [];
  const found = `since=${text.slice(0, 40)}`;
  return [`The address has ${found}, which is ignored: expected milliseconds since 1970, marked, or 5m for 5 minutes.`];
}

/** Says how many traces the comparison left out, because they are older. */
function leftOutInWords({ marked, others }: Compared['leftOut'], begin: number): string {
  const older = counted(marked + others, 'older trace');
  const which = marked === 0 ? 'none of them' : `${number(marked)} of them`;
  return `since ${clock(begin)}. Left out: ${older}, ${which} marked.`;
}

const noneOf = (marked: number): string =>
  marked === 0
    ? 'No marked trace is from this time, so there is nothing to compare. Choose an earlier time above.'
    : 'Each trace of this time is marked, so there are none to compare them with. Choose an earlier time above, ' +
      'or mark fewer.';

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
