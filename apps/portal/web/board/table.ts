// The table of people and steps.
import type { BoardState, Person } from '../../board/contract.ts';
import { byId, h } from '../../../guide/web/dom.ts';
import { ageElement, setAge } from './age-element.ts';
import type { Clock } from './clock.ts';
import { KeyedList } from './keyed-list.ts';
import type { Row } from './keyed-list.ts';
import { EVERYBODY, select } from './order.ts';
import type { Show, SortKey, View } from './order.ts';
import { markOf, marks, needInWords, signOf, whyInWords } from './words.ts';

/** Milliseconds for which rows keep their order after the pointer has moved over them, so that a click hits its row. */
const STEADY = 4_000;

export interface TableOptions {
  readonly clock: Clock;
  readonly open: (seat: string) => void;
}

export class PeopleTable {
  readonly #options: TableOptions;
  readonly #list: KeyedList<Person>;
  readonly #body = byId('people');
  #state: BoardState | undefined;
  #view: View = EVERYBODY;
  #finding: string | undefined;
  #movedAt = -Infinity;

  constructor(options: TableOptions) {
    this.#options = options;
    this.#list = new KeyedList<Person>({
      parent: this.#body,
      keyOf: ({ seat }) => seat,
      create: ({ seat }) => this.#row(seat),
      fallback: () => byId('find'),
    });
    this.#body.addEventListener('pointermove', () => (this.#movedAt = performance.now()));
    this.#body.addEventListener('keydown', (event) => moveFocus(event, this.#body));
    this.#listen();
  }

  show(state: BoardState): void {
    this.#state = state;
    this.refresh();
  }

  /** Shows only the people of one group of "Why". Undefined shows all. */
  filterBy(finding: string | undefined): void {
    this.#finding = finding;
    this.#movedAt = -Infinity;
    this.refresh();
  }

  /** Shows the newest state again, with other ages. */
  refresh(): void {
    if (!this.#state) return;
    const { people, why } = this.#state;
    const group = why.find((each) => keyOfFinding(each) === this.#finding);
    const seats = this.#finding === undefined ? undefined : new Set(group?.seats);
    const shown = select(people, { ...this.#view, seats });
    this.#list.update(shown, performance.now() - this.#movedAt < STEADY);
    byId('shown').textContent = shown.length === people.length ? '' : `${shown.length} of ${people.length}`;
    const clear = byId('no-finding');
    clear.hidden = this.#finding === undefined;
    clear.textContent = group ? `× only “${group.text}”` : '× only one finding';
  }

  #listen(): void {
    byId<HTMLInputElement>('find').addEventListener('input', () => this.#change());
    for (const id of ['show', 'sort']) byId<HTMLSelectElement>(id).addEventListener('change', () => this.#change());
    for (const header of document.querySelectorAll<HTMLElement>('th[data-sort]'))
      header.firstElementChild?.addEventListener('click', () => {
        byId<HTMLSelectElement>('sort').value = header.dataset['sort'] ?? '';
        this.#change();
      });
    this.#markSorted();
  }

  #change(): void {
    this.#view = {
      find: byId<HTMLInputElement>('find').value,
      show: byId<HTMLSelectElement>('show').value as Show,
      sort: byId<HTMLSelectElement>('sort').value as SortKey,
    };
    this.#movedAt = -Infinity;
    this.#markSorted();
    this.refresh();
  }

  #markSorted(): void {
    for (const header of document.querySelectorAll<HTMLElement>('th[data-sort]'))
      if (header.dataset['sort'] === this.#view.sort) header.ariaSort = 'ascending';
      else header.ariaSort = null;
  }

  #row(seat: string): Row<Person> {
    const { clock, open } = this.#options;
    const name = h('button', { type: 'button', class: 'quiet name', onclick: () => open(seat) });
    const badge = h('span', { class: 'badge' });
    const needs = h('td', { class: 'needs' });
    const steps = (this.#state?.steps ?? []).map(({ id }) => ({ id, cell: h('td', { class: 'step' }) }));
    const [since, active] = [ageElement(), ageElement()];
    const why = h('td', { class: 'why' });
    const element = h(
      'tr',
      {},
      h('th', { scope: 'row' }, name, badge),
      needs,
      steps.map(({ cell }) => cell),
      h('td', { class: 'since' }, since),
      h('td', { class: 'activity' }, active),
      why,
    );
    const update = (person: Person): void => {
      const now = clock.now();
      element.dataset['needs'] = person.needs;
      setText(name, person.name === '' ? seat : person.name);
      setText(badge, badgeOf(person));
      setText(needs, `${signOf[person.needs]} ${needInWords(person, now)}`.trim());
      for (const { id, cell } of steps) setMark(cell, person, id);
      setAge(since, person.since, now);
      setAge(active, person.lastActivity, now);
      setText(why, whyInWords(person));
      why.title = why.textContent ?? '';
    };
    return { element, update };
  }
}

/** Identifies a group of "Why". */
export const keyOfFinding = ({ finding, step }: BoardState['why'][number]): string => `${step}/${finding}`;

function badgeOf({ isClaimed, state, visit }: Person): string {
  if (visit) return visit.takeover === 'granted' ? 'taken over' : 'visited';
  if (state !== 'Ready') return state.toLowerCase();
  return isClaimed ? '' : 'free';
}

/** Sets a text only if it differs, so that a selection stays. */
function setText(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}

function setMark(cell: HTMLElement, person: Person, id: string): void {
  const mark = markOf(person, id);
  if (cell.dataset['mark'] === mark) return;
  cell.dataset['mark'] = mark;
  cell.replaceChildren(
    h('span', { class: `mark ${mark}`, 'aria-hidden': 'true' }, marks[mark].sign),
    h('span', { class: 'sr' }, marks[mark].word),
  );
}

/** Moves the focus to the name above or below, by the arrow keys. */
function moveFocus(event: KeyboardEvent, body: HTMLElement): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step === undefined) return;
  const names = [...body.querySelectorAll<HTMLElement>('button.name')];
  const next = names[names.findIndex((name) => name === document.activeElement) + step];
  if (!next) return;
  event.preventDefault();
  next.focus();
}
