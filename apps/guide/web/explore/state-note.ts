// The lines above a chart or a log that say what is wrong with it: the guide does not answer, nothing arrives, or
// something was dropped.
import type { SignalState } from '../../explore-contract.ts';
import { messageOf } from '../api.ts';
import { fill, h } from '../dom.ts';
import { stateInWords } from './words.ts';

export class StateNote {
  /** Put this element above what the note is about. */
  readonly element = h('div', { class: 'state-note', role: 'status' });
  readonly #quiet: number | undefined;
  #text = '';

  /** @param quiet milliseconds without news after which the signal counts as missing */
  constructor(quiet?: number) {
    this.#quiet = quiet;
  }

  show(state: SignalState): void {
    const { missing, dropped } = stateInWords(state, Date.now(), this.#quiet);
    this.#write([
      ...(missing === undefined ? [] : [h('p', { class: 'bad' }, missing, ' ', why())]),
      ...dropped.map(note),
    ]);
  }

  showError(error: unknown): void {
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
