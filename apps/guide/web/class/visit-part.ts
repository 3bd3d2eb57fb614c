// Says that an instructor looks at the lab, and asks whether the instructor may work in it.
import type { AnswerTakeover, ClassState } from '../../class-contract.ts';
import { button, h } from '../dom.ts';
import { canHaveFocus, setText } from './part.ts';
import type { Actions, Part } from './part.ts';
import { visitText } from './words.ts';

export class VisitPart implements Part {
  readonly #actions: Actions;
  readonly #text = h('span', { class: 'class-text' });
  readonly #agree = button('Agree', () => this.#answer(true), { class: 'primary' });
  readonly #decline = button('Decline', () => this.#answer(false), {});
  readonly #end = button('End', () => this.#answer(false), {});
  readonly element = h(
    'div',
    { class: 'class-card class-visit', hidden: true, tabindex: -1 },
    h('p', { class: 'group' }, this.#text, this.#agree, this.#decline, this.#end),
  );

  constructor(actions: Actions) {
    this.#actions = actions;
  }

  show({ visit }: ClassState): void {
    const hadFocus = this.element.contains(document.activeElement);
    this.element.hidden = visit === undefined;
    if (visit) setText(this.#text, visitText(visit));
    for (const one of [this.#agree, this.#decline]) one.hidden = visit?.takeover !== 'asked';
    this.#end.hidden = visit?.takeover !== 'granted';
    // A pressed button is hidden now. The text that says what has become of it follows.
    if (hadFocus && visit && !canHaveFocus(document.activeElement))
      (this.#end.hidden ? this.element : this.#end).focus();
  }

  async #answer(granted: boolean): Promise<void> {
    await this.#actions.send('POST', 'takeover', { granted } satisfies AnswerTakeover);
  }
}
