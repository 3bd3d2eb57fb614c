// The newest hint, and a list of all hints.
import type { ClassState, Hint } from '../../class-contract.ts';
import { button, fill, h } from '../dom.ts';
import type { HintList } from './hint-list.ts';
import { setText } from './part.ts';
import type { Part } from './part.ts';
import { ago, hintTitle } from './words.ts';

export class HintsPart implements Part {
  readonly #list: HintList;
  readonly #title = h('strong');
  readonly #age = h('span', { class: 'soft' });
  readonly #words = h('p', { class: 'class-words' });
  readonly #close = button('Got it', () => this.#putAway(), {});
  readonly #newest = h(
    'div',
    { class: 'class-card', hidden: true },
    h('p', { class: 'class-head' }, this.#title, ' ', this.#age),
    this.#words,
    this.#close,
  );
  readonly #all = h('ol', { id: 'class-hints', class: 'class-hints', hidden: true, 'aria-label': 'Hints' });
  /** Shows and hides the list. It is in the bar's row of buttons. */
  readonly toggle = button('', () => this.#toggleList(), {
    hidden: true,
    'aria-expanded': 'false',
    'aria-controls': 'class-hints',
  });
  readonly element = h('div', {}, this.#all, this.#newest);
  #now = 0;
  #shown: Hint | undefined;

  constructor(list: HintList) {
    this.#list = list;
  }

  show({ hints }: ClassState, now: number): void {
    this.#now = now;
    this.#list.add(hints);
    this.#draw();
  }

  #draw(): void {
    const { all, unread } = this.#list;
    this.#shown = unread;
    this.#newest.hidden = unread === undefined;
    if (unread) {
      setText(this.#title, hintTitle(unread));
      setText(this.#age, ago(this.#now - Date.parse(unread.at)));
      setText(this.#words, unread.text);
    }
    this.toggle.hidden = all.length === 0;
    setText(this.toggle, `Hints (${all.length})`);
    if (!this.#all.hidden) this.#drawList();
  }

  #drawList(): void {
    const items = this.#list.all.map((hint) => [
      h('p', { class: 'class-head' }, h('strong', {}, hintTitle(hint)), ' ', ago(this.#now - Date.parse(hint.at))),
      h('p', { class: 'class-words' }, hint.text),
    ]);
    fill(
      this.#all,
      items.map((item) => h('li', {}, item)),
    );
  }

  #putAway(): void {
    if (this.#shown) this.#list.read(this.#shown);
    this.#draw();
    if (this.#newest.hidden) this.toggle.focus();
  }

  #toggleList(): void {
    this.#all.hidden = !this.#all.hidden;
    this.toggle.setAttribute('aria-expanded', String(!this.#all.hidden));
    this.#draw();
  }
}
