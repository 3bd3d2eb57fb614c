// Says how many traces the page has read, and reads those that are new.
import { button, fill, h } from '../dom.ts';
import type { TraceStore } from './trace-store.ts';
import { counted, moment, number } from './words.ts';

export class ReadNote {
  readonly #store: TraceStore;
  readonly #status = h('span', { role: 'status' });
  readonly element = h(
    'p',
    { class: 'read-note' },
    button('Read new traces', () => this.#store.read(), { class: 'quiet' }),
    ' ',
    this.#status,
  );

  constructor(store: TraceStore) {
    this.#store = store;
  }

  show(): void {
    const { failure, isReading } = this.#store;
    const text = failure === undefined ? this.#progress() : `${failure} Press “Read new traces” to try again.`;
    fill(this.#status, h('span', { class: failure === undefined ? 'soft' : 'bad' }, text));
    this.element.setAttribute('aria-busy', String(isReading));
  }

  #progress(): string {
    const { rows, reading, isReading } = this.#store;
    const count = counted(rows.size, 'trace');
    if (isReading)
      return `Reading… ${this.#soFar(count)}${rows.size > 0 ? `, back to ${moment(this.#oldest())}` : ''}.`;
    if (rows.size === 0) return 'Jaeger has no trace yet. Play a round on the page Lab, or wait for a visitor.';
    const cut = reading?.isCut ? ' Jaeger has older ones, which this page doesn’t read.' : '';
    const skipped = reading?.skipped
      ? ' Some were passed over, because they are too many or too large at one time.'
      : '';
    const size = ((reading?.bytes ?? 0) / 1_000_000).toFixed(1);
    return `${count}, from ${moment(this.#oldest())} on. The last reading took ${size} MB from Jaeger.${cut}${skipped}`;
  }

  /** Says how many of how many. The total is an estimate with two digits. */
  #soFar(count: string): string {
    const { rows, reading } = this.#store;
    const about = reading?.about === undefined ? 0 : Number(reading.about.toPrecision(2));
    return about > rows.size ? `${number(rows.size)} of about ${counted(about, 'trace')}` : `${count} so far`;
  }

  #oldest(): number {
    return [...this.#store.rows.values()].reduce((oldest, { start }) => Math.min(oldest, start), Infinity);
  }
}
