// Counts the telemetry that the guide did not keep.
import type { Dropped } from '../../explore-contract.ts';

const EXAMPLE_LENGTH = 200;

export type Reason = Dropped['reason'];

export class Losses {
  readonly #signal: Dropped['signal'];
  readonly #now: () => number;
  readonly #byReason = new Map<Reason, { count: number; last: number; example?: string }>();

  constructor(signal: Dropped['signal'], now: () => number = Date.now) {
    this.#signal = signal;
    this.#now = now;
  }

  /** Counts a loss. @param example names what was lost, if the newest example is to be replaced */
  add(reason: Reason, example?: string, count = 1): void {
    const known = this.#byReason.get(reason);
    const text = example?.slice(0, EXAMPLE_LENGTH) ?? known?.example;
    this.#byReason.set(reason, {
      count: (known?.count ?? 0) + count,
      last: this.#now(),
      ...(text === undefined ? {} : { example: text }),
    });
  }

  list(): Dropped[] {
    return [...this.#byReason].map(([reason, loss]) => ({ signal: this.#signal, hop: 'guide', reason, ...loss }));
  }
}
