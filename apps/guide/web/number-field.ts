// A field for a number that says what is wrong with it: at the field, and to a screen reader.
import { fill, h } from './dom.ts';
import { readNumber } from './number-rule.ts';
import type { NumberRule } from './number-rule.ts';

export class NumberField {
  readonly input: HTMLInputElement;
  /** Says what is wrong. Put it near the field. */
  readonly problem: HTMLElement;
  readonly #rule: () => NumberRule;

  /** @param rule what the field expects, or a function if that depends on another field */
  constructor(input: HTMLInputElement, rule: NumberRule | (() => NumberRule)) {
    this.input = input;
    this.#rule = typeof rule === 'function' ? rule : () => rule;
    this.problem = h('p', { id: `${input.id}-problem`, class: 'bad field-problem', role: 'status' });
    input.setAttribute('aria-describedby', this.problem.id);
  }

  /** Reads the field, and says what is wrong. Returns undefined if it is empty or wrong. */
  read(): number | undefined {
    const found = readNumber(this.input.value, !this.input.validity.badInput, this.#rule());
    const problem = 'problem' in found ? found.problem : '';
    if (this.problem.textContent !== problem) fill(this.problem, problem);
    if (problem === '') this.input.removeAttribute('aria-invalid');
    else this.input.setAttribute('aria-invalid', 'true');
    return 'problem' in found ? undefined : found.number;
  }

  /** Whether the field was right when it was last read. */
  get isRight(): boolean {
    return !this.input.hasAttribute('aria-invalid');
  }

  write(number: number | undefined): void {
    this.input.value = number === undefined ? '' : String(number);
    this.read();
  }
}
