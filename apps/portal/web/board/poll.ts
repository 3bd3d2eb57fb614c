// The poll: its results while one is open, and the questions that can be asked.
import type { Action, BoardState, PollResults } from '../../board/contract.ts';
import { DECK_POLLS } from '../../board/pages/deck-polls.ts';
import type { PollDraft } from '../../board/pages/deck-polls.ts';
import { confirmed } from '../../../guide/web/dialog.ts';
import { button, byId, fill, h } from '../../../guide/web/dom.ts';
import { act, report } from './act.ts';
import { draftOf, LIMITS } from './drafts.ts';
import { questionOf } from './questions.ts';
import { resultsList, total } from './results.ts';

const MOST_SHOWN = 30;

export class PollPanel {
  readonly #state: () => BoardState;
  readonly #open = h('div');
  readonly #results = h('div', { 'aria-live': 'polite' });
  readonly #question = h('h3');
  readonly #status = h('p', { class: 'status', role: 'status' });
  #shown = '';

  constructor(state: () => BoardState) {
    this.#state = state;
    const close = button('Close the poll', () => this.#send({ action: 'closePoll' }, 'Closed. The answers are kept.'));
    this.#open.append(this.#question, this.#results, h('p', { class: 'actions' }, close));
    this.#open.hidden = true;
    fill(byId('poll'), this.#open, this.#status, h('details', {}, h('summary', {}, 'Ask a question'), this.#choices()));
  }

  show(poll: PollResults | undefined): void {
    this.#open.hidden = !poll;
    const key = JSON.stringify(poll);
    if (!poll || key === this.#shown) return;
    this.#shown = key;
    const count = total(poll);
    this.#question.textContent = poll.question;
    fill(
      this.#results,
      h('p', { class: 'soft' }, count === 0 ? 'No answers yet.' : `${count} ${count === 1 ? 'answer' : 'answers'}`),
      resultsList(poll, { most: MOST_SHOWN }),
    );
  }

  #choices(): HTMLElement {
    return h(
      'div',
      {},
      h(
        'ul',
        { class: 'choices' },
        DECK_POLLS.map((draft) =>
          h(
            'li',
            {},
            button(labelOf(draft), () => this.#ask(draft)),
          ),
        ),
      ),
      this.#form(),
    );
  }

  #form(): HTMLElement {
    const question = h('input', { id: 'question', required: true, maxlength: LIMITS.question, autocomplete: 'off' });
    const options = h('textarea', { id: 'options', rows: 3, 'aria-describedby': 'options-help' });
    const submit = button('Ask it', () => this.#askOwn(question, options));
    return h(
      'div',
      { class: 'own' },
      h('label', { for: 'question' }, 'Your own question'),
      question,
      h('label', { for: 'options' }, 'Options'),
      options,
      h('p', { id: 'options-help', class: 'soft' }, 'One a line. Without options, people write their answer.'),
      h('p', { class: 'actions' }, submit),
    );
  }

  async #askOwn(question: HTMLInputElement, options: HTMLTextAreaElement): Promise<void> {
    const draft = draftOf(question.value, options.value, Date.now());
    if (typeof draft === 'string') return report(this.#status, { isDone: false, error: draft }, '');
    if (await this.#ask(draft)) for (const field of [question, options]) field.value = '';
  }

  #ask(draft: PollDraft): Promise<boolean> {
    return this.#send({ action: 'poll', ...draft }, 'Asked. Learners see it within some seconds.');
  }

  async #send(action: Action, done: string): Promise<boolean> {
    const question = questionOf(action, this.#state());
    if (question && !(await confirmed(question))) return false;
    const outcome = await act(action);
    report(this.#status, outcome, done);
    return outcome.isDone;
  }
}

const labelOf = ({ question, options }: PollDraft): string =>
  options ? `${question} (${options.join(', ')})` : question;
