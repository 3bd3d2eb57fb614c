// Lets the learner answer questions about a trace by choosing its spans: each span that they click answers the question
// whose turn it is. The keyboard works too, because the rows of a trace are buttons.
import type { Question, SpanOfPage } from '../../contract.ts';
import { h } from '../dom.ts';

export interface PickerOptions {
  readonly questions: readonly Question[];
  /** Returns the span with this id, if it is in the trace that the questions are about. */
  readonly spanOf: (spanId: string) => SpanOfPage | undefined;
  /** Returns what is written as the answer to a question. */
  readonly answerTo: (name: string) => string;
  /** Writes the answer to a question. */
  readonly answer: (name: string, text: string) => void;
}

/** Returns an answer that names exactly this span, for the learner and for the check. */
export const answerOf = ({ service, name, spanId }: SpanOfPage): string => `${service} ${name} (${spanId})`;

/** Returns the question whose turn it is after that with the name `last`: the next one without an answer. */
export function nextQuestion(
  questions: readonly Question[],
  answerTo: (name: string) => string,
  last?: string,
): Question | undefined {
  const from = questions.findIndex(({ name }) => name === last) + 1;
  return [...questions.slice(from), ...questions.slice(0, from)].find(({ name }) => answerTo(name) === '');
}

export class SpanPicker {
  readonly dom: HTMLElement;
  readonly #options: PickerOptions;
  readonly #button = h('button', { type: 'button', 'aria-pressed': 'false', onclick: () => this.#toggle() });
  readonly #words = h('span', { role: 'status' });
  /** The question that the next span answers. */
  #asked: Question | undefined;

  constructor(options: PickerOptions) {
    this.#options = options;
    this.#button.textContent = 'Answer by clicking spans';
    this.dom = h('p', { class: 'group picker' }, this.#button, this.#words);
    const place = document.getElementById('waterfall');
    // Before the row opens its details.
    place?.addEventListener('click', (event) => this.#pick(event), { capture: true });
    document.addEventListener('keydown', ({ key }) => {
      if (key === 'Escape' && this.#asked) this.#ask(undefined, '');
    });
  }

  #toggle(): void {
    if (this.#asked) return this.#ask(undefined, '');
    const { questions, answerTo } = this.#options;
    const open = nextQuestion(questions, answerTo) ?? questions[0];
    this.#ask(open, '');
  }

  #ask(question: Question | undefined, before: string): void {
    this.#asked = question;
    this.#button.setAttribute('aria-pressed', String(question !== undefined));
    document.getElementById('waterfall')?.classList.toggle('picking', question !== undefined);
    this.#words.textContent = question ? `${before}Now click in the trace: ${question.label}` : before;
  }

  #pick(event: MouseEvent): void {
    const id = (event.target as Element).closest<HTMLElement>('.span-row')?.dataset['span'];
    const asked = this.#asked;
    if (id === undefined || asked === undefined || !this.dom.isConnected) return;
    event.preventDefault();
    event.stopPropagation();
    const span = this.#options.spanOf(id);
    if (!span) return this.#ask(asked, 'That is another trace: press “Show its trace” first. ');
    const { questions, answerTo, answer } = this.#options;
    answer(asked.name, answerOf(span));
    const next = nextQuestion(questions, answerTo, asked.name);
    this.#ask(next, next ? `“${span.service} ${span.name}” it is. ` : 'Each question has an answer. Press Check.');
  }
}
