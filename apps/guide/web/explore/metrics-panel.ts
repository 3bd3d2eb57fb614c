// The part "Metrics": every instrument of a service.
import type { Instrument, Instruments } from '../../explore-contract.ts';
import { get } from '../api.ts';
import { fill, h } from '../dom.ts';
import { InstrumentView } from './instrument-view.ts';
import type { Page, Part } from './page.ts';
import { Poll } from './poll.ts';
import { ServiceChoice } from './service-choice.ts';
import { StateNote } from './state-note.ts';
import { counted } from './words.ts';

const every = 5_000; // ms
/** An SDK sends metrics every minute if nothing else is set. After this many milliseconds without any, it is wrong. */
const quiet = 150_000;
const maxInstruments = 60;
const first = 'dice';

export class MetricsPanel implements Part {
  readonly #page: Page;
  readonly #note = new StateNote({ part: 'metrics', quiet });
  readonly #service = new ServiceChoice({ id: 'metrics-service' });
  readonly #status = h('p', { class: 'soft', role: 'status' });
  readonly #place = h('div');
  readonly #views = new Map<string, InstrumentView>();
  readonly #poll = new Poll(() => this.#ask(), every);

  constructor(place: HTMLElement, page: Page) {
    this.#page = page;
    this.#service.element.addEventListener('change', () => this.#choose());
    fill(
      place,
      h('h2', { class: 'sr' }, 'Metrics'),
      h('p', { class: 'filters' }, h('label', { for: this.#service.element.id }, 'Service'), this.#service.element),
      this.#note.element,
      this.#status,
      this.#place,
    );
  }

  show(parameters: URLSearchParams): void {
    this.#service.choose(parameters.get('service') || first);
    this.#begin();
    this.#poll.start();
  }

  hide(): void {
    this.#poll.stop();
  }

  #choose(): void {
    this.#page.remember({ service: this.#service.value });
    this.#begin();
    void this.#poll.now();
  }

  #begin(): void {
    this.#views.clear();
    fill(this.#place);
    fill(this.#status, 'Asking for the metrics…');
  }

  async #ask(): Promise<void> {
    const service = this.#service.value;
    try {
      const answer = await get<Instruments>(
        `api/metrics?${new URLSearchParams({ service, minutes: '15' }).toString()}`,
      );
      if (service !== this.#service.value) return;
      this.#note.show(answer.state);
      this.#service.offer(answer.services);
      this.#draw(answer, service);
    } catch (error) {
      this.#note.showError(error);
    }
  }

  #draw({ instruments, times, step }: Instruments, service: string): void {
    fill(this.#status, instruments.length === 0 ? none(service) : summary(instruments, service));
    const drawn = instruments.slice(0, maxInstruments);
    const views = drawn.map((instrument) => this.#viewOf(instrument, { times, step }));
    const elements = views.map(({ element }) => element);
    if (
      elements.length === this.#place.children.length &&
      elements.every((one, at) => this.#place.children[at] === one)
    )
      return;
    fill(this.#place, elements);
  }

  #viewOf(instrument: Instrument, times: Pick<Instruments, 'times' | 'step'>): InstrumentView {
    const key = `${instrument.scope}\n${instrument.name}\n${instrument.kind}`;
    const known = this.#views.get(key);
    if (known) known.show(instrument, times);
    const view = known ?? new InstrumentView(instrument, times);
    this.#views.set(key, view);
    return view;
  }
}

function summary(instruments: readonly Instrument[], service: string): string {
  const more = instruments.length > maxInstruments ? ` The page draws the first ${maxInstruments}.` : '';
  return `${counted(instruments.length, 'instrument')} of ${service} in the last 15 minutes.${more}`;
}

const none = (service: string): string =>
  `The guide has no metrics that ${service} has made itself. Create an instrument in its code: ` +
  'the step "Metrics and logs" of the course shows how. ' +
  'Metrics leave an app at an interval, so the first ones take a while.';
