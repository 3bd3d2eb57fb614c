// The part "Traces": a search, a scatter plot and a list of all traces that Jaeger has. The reader marks some of them.
// The part "What do they share?" shows how those differ from the others.
import { button, fill, h } from '../dom.ts';
import type { Child } from '../dom.ts';
import type { Page, Part } from './page.ts';
import { ReadNote } from './read-note.ts';
import { Scatter } from './scatter.ts';
import { ServiceChoice } from './service-choice.ts';
import { filterOf, parametersOf } from './trace-filter.ts';
import type { TraceFilter } from './trace-filter.ts';
import type { TraceRow } from './trace-messages.ts';
import type { TraceStore } from './trace-store.ts';
import { TraceTable } from './trace-table.ts';
import { counted } from './words.ts';

/** Milliseconds without a key press after which the search begins. */
const typing = 300;

const failed = 'A trace failed if one of its spans did: its HTTP status is 400 or more, or its own status is ERROR.';

export class TracesPanel implements Part {
  readonly #page: Page;
  readonly #store: TraceStore;
  readonly #note: ReadNote;
  readonly #scatter: Scatter;
  readonly #table: TraceTable;
  readonly #service = new ServiceChoice({ id: 'trace-service', all: 'all' });
  readonly #operation = h('input', { type: 'search', id: 'trace-operation', autocomplete: 'off', size: 12 });
  readonly #attribute = h('input', {
    type: 'search',
    id: 'trace-attribute',
    autocomplete: 'off',
    spellcheck: 'false',
    placeholder: 'name=value',
    'aria-describedby': 'trace-attribute-form trace-attribute-found',
  });
  readonly #min = h('input', { type: 'number', id: 'trace-min', min: 0, step: 'any' });
  readonly #max = h('input', { type: 'number', id: 'trace-max', min: 0, step: 'any' });
  readonly #failed = h('input', { type: 'checkbox', id: 'trace-failed' });
  readonly #slow = h('input', { type: 'number', id: 'trace-slow', min: 0, step: 'any', value: 500 });
  readonly #count = h('p', { role: 'status' });
  readonly #example = h('code');
  readonly #found = h('p', { role: 'status', id: 'trace-attribute-found', class: 'search-hint' });
  readonly #marks = h('span', { role: 'status' });
  readonly #compare = button('What do they share?', () => this.#page.open('compare'), { class: 'primary' });
  #filter: TraceFilter = filterOf(new URLSearchParams());
  /** The traces that fit the filter. */
  #rows: readonly TraceRow[] = [];
  #turn = 0;
  #isShown = false;

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
      h('p', { class: 'soft about' }, failed),
      this.#actions(),
      this.#scatter.element,
      this.#count,
      this.#table.element,
    );
  }

  show(parameters: URLSearchParams): void {
    this.#isShown = true;
    this.#filter = filterOf(parameters);
    this.#write(this.#filter);
    this.#store.read();
    void this.#update();
  }

  hide(): void {
    this.#isShown = false;
  }

  #form(): HTMLElement {
    let timer: ReturnType<typeof setTimeout>;
    const form = h(
      'form',
      { class: 'filters', role: 'search', onsubmit: (event) => event.preventDefault() },
      field('Service', this.#service.element),
      field('Operation', this.#operation),
      field('Attribute', this.#attribute),
      field('At least (ms)', this.#min),
      field('At most (ms)', this.#max),
      field('Only failed', this.#failed),
    );
    form.addEventListener('input', () => {
      clearTimeout(timer);
      timer = setTimeout(() => this.#changed(), typing);
    });
    return form;
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
    const mark = (filter: Partial<TraceFilter>) => void this.#store.markFitting({ ...this.#filter, ...filter });
    return h(
      'div',
      { class: 'actions mark-actions', role: 'group', 'aria-label': 'Mark traces' },
      h('span', {}, 'Mark'),
      button('those shown', () => mark({})),
      button('failed ones', () => mark({ isFailed: true })),
      h(
        'span',
        { class: 'group' },
        button('those of at least', () => mark({ min: Number(this.#slow.value) })),
        this.#slow,
        h('label', { for: 'trace-slow' }, 'ms'),
      ),
      button('none', () => this.#store.mark([], '')),
      this.#marks,
      this.#compare,
    );
  }

  #changed(): void {
    const given = {
      ...parametersOf(this.#filter),
      service: this.#service.value,
      operation: this.#operation.value.trim(),
      attribute: this.#attribute.value.trim(),
      min: this.#min.value,
      max: this.#max.value,
      error: String(this.#failed.checked),
    };
    this.#filter = filterOf(new URLSearchParams(given));
    this.#page.remember(parametersOf(this.#filter));
    void this.#update();
  }

  #write({ service, operation, attribute, min, max, isFailed }: TraceFilter): void {
    this.#service.choose(service);
    this.#operation.value = operation;
    this.#attribute.value = attribute;
    this.#min.value = min === undefined ? '' : String(min);
    this.#max.value = max === undefined ? '' : String(max);
    this.#failed.checked = isFailed;
  }

  async #update(): Promise<void> {
    const turn = (this.#turn += 1);
    const { rows, hint } = await this.#store.find(this.#filter);
    if (turn !== this.#turn) return;
    const all = [...this.#store.rows.values()];
    this.#rows = rows;
    fill(this.#found, this.#store.isReading ? '' : hint);
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
    fill(this.#marks, `${counted(ids.size, 'trace')} marked${which}`);
    this.#compare.hidden = ids.size === 0;
  }
}

function field(label: string, input: HTMLInputElement | HTMLSelectElement): Child {
  return h('span', { class: 'group' }, h('label', { for: input.id }, label), input);
}
