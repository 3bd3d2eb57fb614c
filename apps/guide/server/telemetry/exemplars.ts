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
  #failed: RequestExemplar[] = [];
  #slow: RequestExemplar[] = [];
  #others: RequestExemplar[] = [];

  add(exemplar: RequestExemplar): void {
    if (this.list().some(({ spanId }) => spanId === exemplar.spanId)) return;
    if (exemplar.isError) this.#failed = [...this.#failed, exemplar].slice(-MOST);
    else if (this.#isSlow(exemplar)) this.#slow = [...this.#slow, exemplar].slice(-MOST);
    else this.#others = [...this.#others, exemplar].slice(-MOST);
  }

  /** Returns all exemplars, oldest first. */
  list(): RequestExemplar[] {
    return [...this.#failed, ...this.#slow, ...this.#others].sort((a, b) => a.time - b.time);
  }

  #isSlow({ value }: RequestExemplar): boolean {
    const others = [...this.#others, ...this.#slow].map((one) => one.value).sort((a, b) => a - b);
    return value > (others[Math.floor(others.length * SLOW)] ?? Infinity);
  }
}
