// The open poll: buttons for its options or a field for own words, and whether to show the name.
import type { AnswerPoll, ClassState, OpenPoll } from '../../class-contract.ts';
import { CLASS_LIMITS } from '../../../../lab/class-limits.ts';
import { button, fill, h } from '../dom.ts';
import { setText } from './part.ts';
import type { Actions, Part } from './part.ts';

export class PollPart implements Part {
  readonly #actions: Actions;
  readonly #question = h('strong', { id: 'class-question' });
  readonly #options = h('div', { class: 'group', role: 'group', 'aria-labelledby': 'class-question' });
  readonly #words = h('input', { id: 'class-answer', maxlength: CLASS_LIMITS.answer, autocomplete: 'off' });
  readonly #send = h('button', { class: 'primary' }, 'Send');
  readonly #form = h(
    'form',
    { class: 'group' },
    h('label', { for: 'class-answer', class: 'sr' }, 'Your answer'),
    this.#words,
    this.#send,
  );
  readonly #named = h('input', { type: 'checkbox', id: 'class-named' });
  readonly #answer = h('span', { class: 'good' });
  readonly #card = h(
    'div',
    { id: 'class-poll', class: 'class-card', hidden: true },
    h('p', { class: 'class-head' }, this.#question),
    this.#options,
    this.#form,
    h(
      'p',
      { class: 'group' },
      this.#named,
      h('label', { for: 'class-named' }, 'Show my name with my answer. Without this, nobody can see whose it is.'),
    ),
    h('p', { class: 'group' }, this.#answer),
  );
  /** Shows and hides the poll. It is in the bar's row of buttons. */
  readonly toggle = button('Question', () => this.#setOpen(this.#card.hidden !== false), {
    hidden: true,
    'aria-expanded': 'false',
    'aria-controls': 'class-poll',
  });
  readonly element = h('div', {}, this.#card);
  #poll: OpenPoll | undefined;

  constructor(actions: Actions) {
    this.#actions = actions;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#give(this.#words.value.trim());
    });
    // The name can be shown or hidden later, too.
    this.#named.addEventListener('change', () => {
      if (this.#poll?.answer) void this.#give(this.#poll.answer.text);
    });
  }

  show({ poll }: ClassState): void {
    const before = this.#poll;
    this.#poll = poll;
    this.toggle.hidden = poll === undefined;
    if (identityOf(poll) !== identityOf(before)) this.#begin(poll);
    if (!poll) return;
    for (const one of this.#options.children)
      one.setAttribute('aria-pressed', String(one.textContent === poll.answer?.text));
    setText(this.#answer, poll.answer ? answerText(poll.answer) : '');
    setText(this.#send, poll.answer ? 'Change' : 'Send');
  }

  /** Shows another poll. An answered one stays closed when the page is loaded again. */
  #begin(poll: OpenPoll | undefined): void {
    const { question = '', options = [], answer } = poll ?? {};
    setText(this.#question, question);
    fill(
      this.#options,
      options.map((option) => button(option, () => this.#give(option), {})),
    );
    this.#options.hidden = options.length === 0;
    this.#form.hidden = options.length > 0;
    this.#words.value = options.length === 0 ? (answer?.text ?? '') : '';
    this.#named.checked = answer?.named === true;
    this.#setOpen(poll !== undefined && answer === undefined);
  }

  #setOpen(isOpen: boolean): void {
    this.#card.hidden = !isOpen;
    this.toggle.setAttribute('aria-expanded', String(isOpen));
  }

  async #give(text: string): Promise<void> {
    if (!this.#poll) return;
    if (text === '') return this.#words.focus();
    const body: AnswerPoll = { poll: this.#poll.id, text, named: this.#named.checked };
    await this.#actions.send('POST', 'answer', body);
  }
}

const identityOf = ({ id, question, options }: Partial<OpenPoll> = {}): string =>
  JSON.stringify([id, question, options]);

const answerText = ({ text, named }: NonNullable<OpenPoll['answer']>): string =>
  `You answered ${named ? 'with your name' : 'without your name'}: ${text}`;
