// The part "Charts": requests, errors and latency of each service over the last 15 minutes.
import type { Charts } from '../../explore-contract.ts';
import { get } from '../api.ts';
import { fill, h } from '../dom.ts';
import type { Part } from './page.ts';
import { Poll } from './poll.ts';
import { StateNote } from './state-note.ts';

const every = 5_000; // ms

export class ChartsPanel implements Part {
  readonly #note = new StateNote();
  readonly #summary = h('p', { class: 'soft' }, 'Asking for the charts…');
  readonly #poll = new Poll(() => this.#ask(), every);

  constructor(place: HTMLElement) {
    fill(place, h('h2', {}, 'Charts'), this.#note.element, this.#summary);
  }

  show(): void {
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  async #ask(): Promise<void> {
    try {
      const charts = await get<Charts>('/api/charts?minutes=15');
      this.#note.show(charts.state);
      fill(this.#summary, `Services: ${charts.services.map(({ service }) => service).join(', ')}.`);
    } catch (error) {
      this.#note.showError(error);
    }
  }
}
