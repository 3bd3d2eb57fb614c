// The lines above a chart or a log that say what is wrong with it: the guide does not answer, nothing arrives and why,
// or something was lost.
import type { DiagnosedPart } from '../../contract.ts';
import type { SignalState } from '../../explore-contract.ts';
import { messageOf } from '../api.ts';
import { fill, h } from '../dom.ts';
import { Reason } from './reason.ts';
import { stateInWords } from './words.ts';

interface StateNoteOptions {
  /** What the note is about. */
  readonly part: DiagnosedPart;
  /** Milliseconds without news after which it counts as missing. */
  readonly quiet?: number;
}

export class StateNote {
  /** Put this element above what the note is about. */
  readonly element = h('div', { class: 'state-note', role: 'status' });
  readonly #quiet: number | undefined;
  readonly #reason: Reason;
  #again: () => void = () => undefined;
  #text = '';

  constructor({ part, quiet }: StateNoteOptions) {
    this.#quiet = quiet;
    this.#reason = new Reason(part, () => this.#again());
  }

  /** @param ended says that what comes from dice has ended, if it has */
  show(state: SignalState, ended?: string): void {
    this.#again = () => this.show(state, ended);
    const { missing, dropped } = stateInWords(state, Date.now(), this.#quiet);
    const trouble = missing ?? ended;
    if (trouble === undefined) this.#reason.forget();
    const isKnown = state.unavailable !== undefined || state.fallback !== undefined;
    const reason = trouble === undefined || isKnown ? '' : this.#reason.text(missing === undefined ? 'dice' : 'all');
    this.#write([
      ...(trouble === undefined ? [] : [h('p', { class: 'bad' }, `${trouble} ${reason} `.replace('  ', ' '), why())]),
      ...dropped.map(note),
    ]);
  }

  showError(error: unknown): void {
    this.#again = () => undefined;
    this.#write([h('p', { class: 'bad' }, `${messageOf(error)} This page asks again by itself.`)]);
  }

  /** Writes only what has changed, so that a screen reader does not read the same again. */
  #write(lines: HTMLElement[]): void {
    const text = lines.map(({ textContent }) => textContent).join('\n');
    if (text === this.#text) return;
    this.#text = text;
    fill(this.element, lines);
  }
}

const why = () => h('a', { href: 'why' }, 'Why no telemetry?');
const note = (text: string) => h('p', { class: 'note' }, text);
