// The questions of a step as a form. The browser stores the learner's answers until the step is reset.
import type { Question } from '../../contract.ts';
import { mayOnlyLook } from '../class/look-in.ts';
import { h } from '../dom.ts';
import type { Store } from '../store.ts';

export type Answers = Record<string, string>;

/**
 * Highest number of options that a question shows as a row of buttons. A question with more options shows a list to
 * choose from.
 */
const fewOptions = 4;

export class QuestionForm {
  readonly dom: HTMLFormElement;
  readonly questions: readonly Question[];
  readonly #store: Store;
  readonly #key: string;

  constructor(questions: readonly Question[], store: Store, stepId: string) {
    this.questions = questions;
    this.#store = store;
    this.#key = keyOf(stepId);
    const known = store.get<Answers>(this.#key) ?? {};
    this.dom = h(
      'form',
      { class: 'questions', 'aria-label': 'Questions' },
      questions.map((question) => field(question, known[question.name] ?? '')),
    );
    if (mayOnlyLook()) for (const one of this.dom.elements) one.setAttribute('disabled', '');
    this.dom.addEventListener('input', () => this.#store.set(this.#key, this.answers()));
  }

  answers(): Answers {
    return Object.fromEntries(
      [...new FormData(this.dom)].map(([name, value]) => [name, typeof value === 'string' ? value.trim() : '']),
    );
  }

  /** Fills in one answer for the learner, and moves the focus to its field. */
  set(name: string, value: string): void {
    this.fill(name, value)?.focus();
  }

  /** Fills in one answer for the learner. @returns its field */
  fill(name: string, value: string): HTMLInputElement | undefined {
    const input = this.dom.elements.namedItem(name);
    if (!(input instanceof HTMLInputElement)) return undefined;
    input.value = value;
    input.dispatchEvent(new Event('input', { bubbles: true }));
    return input;
  }
}

export function forgetAnswers(store: Store, stepId: string): void {
  store.remove(keyOf(stepId));
}

const keyOf = (stepId: string): string => `answers/${stepId}`;

function field({ name, label, options }: Question, value: string): HTMLElement {
  const id = `answer-${name}`;
  if (!options) {
    return h(
      'p',
      {},
      h('label', { for: id }, label),
      h('input', { id, name, value, autocomplete: 'off', autocapitalize: 'off', spellcheck: 'false' }),
    );
  }
  if (options.length > fewOptions) {
    return h(
      'p',
      {},
      h('label', { for: id }, label),
      h(
        'select',
        { id, name },
        h('option', { value: '' }, 'Choose…'),
        options.map((option) => h('option', { value: option, selected: option === value }, option)),
      ),
    );
  }
  return h(
    'fieldset',
    {},
    h('legend', {}, label),
    options.map((option, index) =>
      h(
        'p',
        { class: 'group' },
        h('input', { type: 'radio', id: `${id}-${index}`, name, value: option, checked: option === value }),
        h('label', { for: `${id}-${index}` }, option),
      ),
    ),
  );
}
