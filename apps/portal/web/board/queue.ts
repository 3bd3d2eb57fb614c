// The queue of people who wait for help: who has waited longest comes first, then those that an instructor has taken.
import type { BoardState, Person } from '../../board/contract.ts';
import { button, byId, h } from '../../../guide/web/dom.ts';
import { act, report } from './act.ts';
import { ageElement, setAge } from './age-element.ts';
import type { Clock } from './clock.ts';
import { KeyedList } from './keyed-list.ts';
import type { Row } from './keyed-list.ts';
import { isMe } from './me.ts';

export interface QueueOptions {
  readonly clock: Clock;
  readonly open: (seat: string) => void;
}

/** Who waits for help, in the order of the queue. */
export const queueOf = (people: readonly Person[]): readonly Person[] =>
  people
    .filter(({ help }) => help)
    .sort(
      (a, b) =>
        Number(a.help?.takenBy !== undefined) - Number(b.help?.takenBy !== undefined) ||
        Date.parse(a.help?.at ?? '') - Date.parse(b.help?.at ?? ''),
    );

export class HelpQueue {
  readonly #options: QueueOptions;
  readonly #list: KeyedList<Person>;
  #numbers = new Map<string, number>();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#list = new KeyedList<Person>({
      parent: byId('queue'),
      keyOf: ({ seat }) => seat,
      create: (person) => this.#row(person),
      fallback: () => byId('queue-title'),
    });
  }

  show({ people, steps }: BoardState): void {
    this.#numbers = new Map(steps.map(({ id, number }) => [id, number]));
    const waiting = queueOf(people);
    const untaken = waiting.filter(({ help }) => help?.takenBy === undefined).length;
    this.#list.update(waiting);
    byId('queue-empty').hidden = waiting.length > 0;
    byId('queue-count').textContent = untaken > 0 ? `${untaken} waiting` : '';
    document.title = document.title.replace(/^(\(\d+\) )?/, untaken > 0 ? `(${untaken}) ` : '');
  }

  #row({ seat }: Person): Row<Person> {
    const name = h('button', { type: 'button', class: 'quiet name', onclick: () => this.#options.open(seat) });
    const [step, taken] = [h('span', { class: 'soft' }), h('span', { class: 'soft' })];
    const since = ageElement();
    const text = h('blockquote');
    const status = h('p', { class: 'status', role: 'status' });
    let from: string | undefined;
    const take = button('Take', async () =>
      report(status, await act({ action: 'take', seat, ...(from !== undefined && { from }) }), 'You have it.'),
    );
    const resolve = button('Resolved', async () => report(status, await act({ action: 'resolve', seat }), 'Resolved.'));
    const element = h(
      'li',
      {},
      h('p', { class: 'who' }, name, step, since, taken),
      text,
      h('p', { class: 'actions' }, take, resolve),
      status,
    );
    const update = (person: Person): void => {
      const { by, words } = helpOf(person);
      name.textContent = person.name === '' ? seat : person.name;
      step.textContent = this.#stepOf(person);
      setAge(since, person.help?.at, this.#options.clock.now());
      taken.textContent = by === undefined ? '' : `with ${by}`;
      text.textContent = words;
      text.hidden = words === '';
      element.classList.toggle('taken', by !== undefined);
      from = by;
      take.textContent = by === undefined ? 'Take' : 'Take instead';
      // One that has the focus stays, so that the focus does.
      take.hidden = isMe(by) && document.activeElement !== take;
    };
    return { element, update };
  }

  #stepOf({ step = '' }: Person): string {
    const number = this.#numbers.get(step);
    return number === undefined ? '' : `step ${number}`;
  }
}

/** Who has taken a call for help, and what it says. */
const helpOf = ({ help }: Person) => ({ by: help?.takenBy, words: help?.text ?? '' });
