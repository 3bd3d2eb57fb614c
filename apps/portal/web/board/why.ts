// Why people are stuck: the findings of the last failed checks, grouped. A press on a group shows its people.
import type { BoardState, Person } from '../../board/contract.ts';
import { byId, h } from '../../../guide/web/dom.ts';
import { KeyedList } from './keyed-list.ts';
import type { Row } from './keyed-list.ts';
import { keyOfFinding } from './table.ts';

type Group = BoardState['why'][number];

export class WhyList {
  readonly #choose: (finding: string | undefined) => void;
  readonly #list: KeyedList<Group>;
  #chosen: string | undefined;
  #groups: readonly Group[] = [];
  #total = 0;

  /** @param choose shows only the people of a group */
  constructor(choose: (finding: string | undefined) => void) {
    this.#choose = choose;
    this.#list = new KeyedList<Group>({
      parent: byId('why'),
      keyOf: keyOfFinding,
      create: (group) => this.#row(group),
      fallback: () => byId('queue-title'),
    });
    byId('no-finding').addEventListener('click', () => {
      this.#press(undefined);
      byId('find').focus();
    });
  }

  show({ why, people }: { readonly why: readonly Group[]; readonly people: readonly Person[] }): void {
    this.#total = people.filter(({ isClaimed }) => isClaimed).length;
    this.#groups = why;
    byId('why-empty').hidden = why.length > 0;
    this.#list.update(why);
  }

  #row(group: Group): Row<Group> {
    const key = keyOfFinding(group);
    const press = h('button', { type: 'button', onclick: () => this.#press(this.#chosen === key ? undefined : key) });
    const update = ({ text, step, seats }: Group): void => {
      press.ariaPressed = String(this.#chosen === key);
      const words = `${seats.length} of ${this.#total}: ${text}`;
      if (press.textContent !== words) press.textContent = words;
      press.title = `in ${step}`;
    };
    return { element: h('li', {}, press), update };
  }

  #press(key: string | undefined): void {
    this.#chosen = key;
    this.#list.update(this.#groups);
    this.#choose(key);
  }
}
