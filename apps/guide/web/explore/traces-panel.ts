// The part "Traces": a search, a scatter plot and a list of all traces that Jaeger has. The reader marks some of them.
// The part "What do they share?" shows how those differ from the others.
import { button, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import { NumberField } from '../number-field.ts';
import type { NumberRule } from '../number-rule.ts';
import type { Page, Part } from './page.ts';
import { ReadNote } from './read-note.ts';
import { Scatter } from './scatter.ts';
import { ServiceChoice } from './service-choice.ts';
import { barInWords, filterOf, ignoredIn, parametersOf, withoutBar } from './trace-filter.ts';
import type { TraceFilter } from './trace-filter.ts';
import type { TraceRow } from './trace-messages.ts';
import type { TraceStore } from './trace-store.ts';
import { TraceTable } from './trace-table.ts';
import { counted } from './words.ts';

/** Milliseconds without a key press after which the search begins. */
const typing = 300;

const about =
  'Service and Operation search all spans of a trace: Operation is text in the name of a span, of the chosen ' +
  'service. The list names the first span. Durations are those of whole traces. ' +
  'A trace failed if one of its spans did: its HTTP status is 400 or more, or its own status is ERROR.';

const duration: NumberRule = { noun: 'milliseconds', least: 0, empty: 'any duration', example: 500 };
const slow: NumberRule = { noun: 'milliseconds', least: 0, example: 500 };

const aboveOf = (least: number): NumberRule => ({ ...duration, least, example: Math.max(least, duration.example) });

const numberInput = (id: string, value?: number): HTMLInputElement =>
  h('input', { type: 'number', id, min: 0, step: 'any', value });

export class TracesPanel implements Part {
  readonly #page: Page;
  readonly #store: TraceStore;
  readonly #note: ReadNote;
  readonly #scatter: Scatter;
  readonly #table: TraceTable;
  readonly #service = new ServiceChoice({ id: 'trace-service', all: 'all' });
  readonly #operation = h('input', {
    type: 'search',
    id: 'trace-operation',
    autocomplete: 'off',
    spellcheck: 'false',
    size: 12,
    'aria-describedby': 'trace-search-about trace-operation-found',
  });
  readonly #attribute = h('input', {
    type: 'search',
    id: 'trace-attribute',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'name=value',
    'aria-describedby': 'trace-attribute-form trace-attribute-found',
  });
  readonly #min = new NumberField(numberInput('trace-min'), duration);
  readonly #max = new NumberField(numberInput('trace-max'), () => aboveOf(this.#min.read() ?? 0));
  readonly #failed = h('input', { type: 'checkbox', id: 'trace-failed' });
  readonly #slow = new NumberField(numberInput('trace-slow', 500), slow);
  readonly #count = h('p', { role: 'status' });
  readonly #example = h('code');
  readonly #found = h('p', { role: 'status', id: 'trace-attribute-found', class: 'search-hint' });
  readonly #foundOperation = h('p', { role: 'status', id: 'trace-operation-found', class: 'search-hint bad' });
  /** Says what else is searched for, because the address asks for it. */
  readonly #address = h('div', { role: 'status' });
  readonly #marks = h('span', { role: 'status' });
  readonly #compare = button('What do they share?', () => this.#page.open('compare'), { class: 'primary' });
  #filter: TraceFilter = filterOf(new URLSearchParams());
  /** The traces that fit the filter. */
  #rows: readonly TraceRow[] = [];
  #turn = 0;
  #isShown = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(place: HTMLElement, page: Page, store: TraceStore) {
    [this.#page, this.#store, this.#note] = [page, store, new ReadNote(store)];
    const onToggle = (traceId: string) => store.toggle(traceId);
    this.#table = new TraceTable(onToggle);
    this.#scatter = new Scatter({
      onToggle,
      onMark: (ids) => store.mark(ids, 'traces in the box that you drew'),
      onOpen: (traceId) => page.openTrace(traceId),
    });
    store.onChange(() => this.#isShown && void this.#update());
    fill(
      place,
      h('h2', { class: 'sr' }, 'Traces'),
      this.#note.element,
      this.#form(),
      this.#help(),
      this.#found,
      this.#foundOperation,
      h('p', { id: 'trace-search-about', class: 'soft about' }, about),
      this.#address,
      this.#actions(),
      this.#slow.problem,
      this.#scatter.element,
      this.#count,
      this.#table.element,
    );
  }

  show(parameters: URLSearchParams): void {
    this.#isShown = true;
    this.#filter = filterOf(parameters);
    this.#write(this.#filter);
    this.#tellAddress(ignoredIn(parameters));
    this.#store.read();
    void this.#update();
  }

  hide(): void {
    this.#isShown = false;
    this.#stopTimer();
  }

  #form(): HTMLElement {
    const form = h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      field('Service', this.#service.element),
      field('Operation', this.#operation),
      field('Attribute', this.#attribute),
      field('At least (ms)', this.#min.input),
      field('At most (ms)', this.#max.input),
      field('Only failed', this.#failed),
    );
    form.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#searchNow(), typing);
    });
    return h('div', {}, form, this.#min.problem, this.#max.problem);
  }

  /** Says what the field for attributes expects. */
  #help(): HTMLElement {
    return h(
      'p',
      { id: 'trace-attribute-form', class: 'soft about' },
      'Attribute: write name=value, such as ',
      this.#example,
      ', or a name alone, and “ & ” between several. ',
      'Values without a name, and comparisons such as >, are not searched.',
    );
  }

  #actions(): HTMLElement {
    const mark = (filter: Partial<TraceFilter>): void => {
      this.#searchNow();
      void this.#store.markFitting({ ...this.#filter, ...filter });
    };
    return h(
      'div',
      { class: 'actions mark-actions', role: 'group', 'aria-label': 'Mark traces' },
      h('span', {}, 'Mark'),
      button('those shown', () => mark({})),
      button('failed ones', () => mark({ isFailed: true })),
      h(
        'span',
        { class: 'group' },
        button('those of at least', () => this.#markSlow(mark)),
        this.#slow.input,
        h('label', { for: 'trace-slow' }, 'ms'),
      ),
      button('none', () => this.#store.mark([], '')),
      this.#marks,
      this.#compare,
    );
  }

  #markSlow(mark: (filter: Partial<TraceFilter>) => void): void {
    const min = this.#slow.read();
    if (min === undefined) this.#slow.input.focus();
    else mark({ min });
  }

  /** Says what the address asks for that no field shows, and what it asks for in vain. */
  #tellAddress(ignored: readonly string[]): void {
    const bar = barInWords(this.#filter);
    fill(
      this.#address,
      bar !== '' &&
        h(
          'p',
          { class: 'note' },
          `The address asks for ${bar}, too. `,
          button('Search without that', () => this.#search(withoutBar(this.#filter)), { class: 'quiet' }),
        ),
      ignored.map((text) => h('p', { class: 'bad' }, text)),
    );
  }

  #stopTimer(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** Searches for what the reader has typed, if that has not happened yet. */
  #searchNow(): void {
    if (this.#timer === undefined) return;
    this.#stopTimer();
    this.#changed();
  }

  #changed(): void {
    const given = {
      ...parametersOf(this.#filter),
      service: this.#service.value,
      operation: this.#operation.value.trim(),
      attribute: this.#attribute.value.trim(),
      min: String(this.#min.read() ?? ''),
      max: String(this.#max.read() ?? ''),
      error: String(this.#failed.checked),
    };
    this.#search(filterOf(new URLSearchParams(given)));
  }

  #search(filter: TraceFilter): void {
    this.#filter = filter;
    this.#page.remember(parametersOf(filter));
    this.#tellAddress([]);
    void this.#update();
  }

  #write({ service, operation, attribute, min, max, isFailed }: TraceFilter): void {
    this.#service.choose(service);
    this.#operation.value = operation;
    this.#attribute.value = attribute;
    this.#min.write(min);
    this.#max.write(max);
    this.#failed.checked = isFailed;
  }

  async #update(): Promise<void> {
    const turn = (this.#turn += 1);
    const { rows, hints } = await this.#store.find(this.#filter);
    if (turn !== this.#turn) return;
    const all = [...this.#store.rows.values()];
    this.#rows = rows;
    fill(this.#found, this.#store.isReading ? '' : hints.attribute);
    fill(this.#foundOperation, this.#store.isReading ? '' : hints.operation);
    this.#found.classList.toggle('bad', rows.length === 0);
    const services = [...new Set(all.flatMap((row) => row.services))].sort();
    this.#service.offer(services);
    fill(this.#example, `service.name=${services[0] ?? 'dice'}`);
    this.#draw(all.length);
  }

  #draw(total: number): void {
    const { ids, reason, filter } = this.#store.marks;
    this.#note.show();
    this.#scatter.show(this.#rows, ids);
    this.#table.show(this.#rows, ids);
    const shown = this.#rows.length;
    fill(
      this.#count,
      shown === total ? counted(total, 'trace') : `${shown} of ${counted(total, 'trace')} fit the search`,
    );
    const which = ids.size === 0 && !filter ? '' : `: ${reason}${filter ? ', those read later too' : ''}`;
    fill(this.#marks, `${ids.size === 0 ? 'no trace' : counted(ids.size, 'trace')} marked${which}`);
    this.#compare.hidden = ids.size === 0;
  }
}

function field(label: string, input: HTMLInputElement | HTMLSelectElement): Child {
  return h('span', { class: 'group' }, h('label', { for: input.id }, label), input);
}
