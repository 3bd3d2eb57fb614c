// The exemplars of a service: the newest ones, and longer those of failed and of slow requests, because a point in a
// chart is most useful there.
import type { Exemplar } from '../../explore-contract.ts';
import { OBJECT } from './budget.ts';

export type RequestExemplar = Exemplar & { readonly isError: boolean };

/** How many exemplars of failed, of slow, and of other requests are kept of each service. */
const MOST = 40;
/** A request is slow if it took longer than this share of the others. */
const SLOW = 0.9;

/** Memory for the exemplars of a service, in bytes. */
export const EXEMPLARS_BYTES = 3 * MOST * (OBJECT + 200);

export class Exemplars {
  readonly #failed: RequestExemplar[] = [];
  readonly #slow: RequestExemplar[] = [];
  readonly #others: RequestExemplar[] = [];

  /** Keeps an exemplar. It sorts nothing: the Collector may send thousands at a time. */
  add(exemplar: RequestExemplar): void {
    if (this.#has(exemplar)) return;
    const kept = this.#listFor(exemplar);
    kept.push(exemplar);
    if (kept.length > MOST) kept.shift();
  }

  /** Returns all exemplars, oldest first. */
  list(): RequestExemplar[] {
    return [...this.#failed, ...this.#slow, ...this.#others].sort((a, b) => a.time - b.time);
  }

  #has({ spanId }: RequestExemplar): boolean {
    return [this.#failed, this.#slow, this.#others].some((list) => list.some((one) => one.spanId === spanId));
  }

  #listFor(exemplar: RequestExemplar): RequestExemplar[] {
    if (exemplar.isError) return this.#failed;
    return this.#isSlow(exemplar) ? this.#slow : this.#others;
  }

  #isSlow({ value }: RequestExemplar): boolean {
    const faster = (list: RequestExemplar[]): number => list.filter((one) => one.value < value).length;
    const count = this.#others.length + this.#slow.length;
    return faster(this.#others) + faster(this.#slow) > Math.floor(count * SLOW);
  }
}
