// The button "I am stuck", and what became of a request for help.
import type { AskForHelp, ClassState, HelpRequest } from '../../class-contract.ts';
import { CLASS_LIMITS } from '../../../../lab/class-limits.ts';
import { button, h } from '../dom.ts';
import { canHaveFocus, setText } from './part.ts';
import type { Actions, Part } from './part.ts';
import { ago } from './words.ts';

export class HelpPart implements Part {
  readonly #actions: Actions;
  readonly #words = h('textarea', { id: 'class-words', rows: 2, maxlength: CLASS_LIMITS.words });
  readonly #stuck = button('I am stuck', () => this.#open(), { class: 'primary' });
  readonly #form = h(
    'form',
    { class: 'class-form', hidden: true, 'aria-label': 'Ask for help' },
    h('label', { for: 'class-words' }, 'What are you stuck on? You can leave this empty.'),
    this.#words,
    h(
      'p',
      { class: 'actions' },
      h('button', { class: 'primary' }, 'Ask for help'),
      button('Cancel', () => this.#close(true), {}),
    ),
  );
  readonly #text = h('span', { class: 'class-text' });
  readonly #withdraw = button('Withdraw', () => this.#takeBack(), {});
  readonly #waiting = h('p', { class: 'group', hidden: true }, this.#text, this.#withdraw);
  readonly element = h('div', { class: 'class-help' }, this.#form, this.#stuck, this.#waiting);

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#ask();
    });
    this.#form.addEventListener('keydown', ({ key }) => key === 'Escape' && this.#close(true));
  }

  show({ help }: ClassState, now: number): void {
    const hadFocus = this.element.contains(document.activeElement);
    const isWaiting = help !== undefined;
    if (isWaiting) this.#close(false);
    if (help) setText(this.#text, textOf(help, now));
    this.#waiting.hidden = !isWaiting;
    this.#stuck.hidden = isWaiting || this.#form.hidden === false;
    // What had the focus may be hidden now.
    if (hadFocus && !canHaveFocus(document.activeElement)) (isWaiting ? this.#withdraw : this.#stuck).focus();
  }

  #open(): void {
    this.#form.hidden = false;
    this.#stuck.hidden = true;
    this.#words.focus();
  }

  #close(returnsFocus: boolean): void {
    this.#form.hidden = true;
    this.#stuck.hidden = false;
    if (returnsFocus) this.#stuck.focus();
  }

  async #ask(): Promise<void> {
    const text = this.#words.value.trim();
    const body: AskForHelp = text === '' ? {} : { text };
    if (await this.#actions.send('POST', 'help', body)) this.#words.value = '';
  }

  async #takeBack(): Promise<void> {
    await this.#actions.send('DELETE', 'help');
  }
}

function textOf({ at, takenBy }: HelpRequest, now: number): string {
  const asked = `You asked for help ${ago(now - Date.parse(at))}.`;
  return takenBy === undefined ? asked : `${takenBy} is coming. ${asked}`;
}
