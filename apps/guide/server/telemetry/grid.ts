// A ring of numbers on a time grid: some numbers for each slot of the last minutes. Older slots leave as time goes on.
// A point belongs to the slot that ends at its time or next after it, however often somebody reports.
import { arrayBytes } from './budget.ts';

/** The most minutes that the guide shows. */
export const MINUTES = 15;

/** Length of the slots of a grid in milliseconds, and how many slots a grid keeps. */
export interface Scale {
  readonly step: number;
  readonly slots: number;
}

/** @param before how many more slots a grid keeps, for values that need earlier ones too */
export const scaleOf = (step: number, before: number): Scale => ({ step, slots: (MINUTES * 60_000) / step + before });

export const slotOf = ({ step }: Scale, time: number): number => Math.ceil(time / step);

/** Returns the slots of the last minutes, up to `newest`. */
export const slotsUntil = ({ step }: Scale, newest: number, minutes: number): number[] => {
  const count = Math.round((minutes * 60_000) / step);
  return Array.from({ length: count }, (_slot, index) => newest - count + 1 + index);
};

/** How far the clock of a process may be ahead of ours, in milliseconds. */
const AHEAD = 60_000;

/** Returns the time of a point, or now if it has none or one in the future. Undefined if it is older than the grid. */
export function timeWithin(time: number | undefined, now: number): number | undefined {
  if (time === undefined || time > now + AHEAD) return now;
  return time < now - MINUTES * 60_000 ? undefined : time;
}

type Numbers = Float32Array | Float64Array;

export class Grid {
  readonly #numbers: Numbers;
  readonly #width: number;
  readonly #slots: number;
  readonly #empty: number;
  #newest = -1;

  /**
   * @param numbers an array with `width` numbers for each slot
   * @param empty the number in a slot to which nothing was written
   */
  constructor(numbers: Numbers, { slots, width = 1, empty = 0 }: { slots: number; width?: number; empty?: number }) {
    this.#numbers = numbers.fill(empty);
    this.#slots = slots;
    this.#width = width;
    this.#empty = empty;
  }

  /** Returns a grid of counts, each below 2^24. */
  static ofCounts({ slots }: Scale, width = 1): Grid {
    return new Grid(new Float32Array(slots * width), { slots, width });
  }

  /** Returns a grid of any numbers. A slot without one is NaN. */
  static ofValues({ slots }: Scale): Grid {
    return new Grid(new Float64Array(slots), { slots, empty: NaN });
  }

  static bytesOfCounts = ({ slots }: Scale, width = 1): number => arrayBytes(slots * width, 4) + 80;
  static bytesOfValues = ({ slots }: Scale): number => arrayBytes(slots, 8) + 80;

  /** The newest slot with a number. */
  get newest(): number {
    return this.#newest;
  }

  get(slot: number, index = 0): number {
    return this.#has(slot) ? (this.#numbers[this.#at(slot) + index] ?? this.#empty) : this.#empty;
  }

  set(slot: number, value: number): void {
    this.#advance(slot);
    if (this.#has(slot)) this.#numbers[this.#at(slot)] = value;
  }

  add(slot: number, value: number, index = 0): void {
    this.#advance(slot);
    if (this.#has(slot)) this.#numbers[this.#at(slot) + index] = this.get(slot, index) + value;
  }

  /** Returns the sum of the numbers in some slots up to `slot`. */
  sum(slot: number, slots: number, index = 0): number {
    let total = 0;
    for (let at = slot - slots + 1; at <= slot; at += 1) total += this.get(at, index);
    return total;
  }

  #has(slot: number): boolean {
    return slot <= this.#newest && slot > this.#newest - this.#slots;
  }

  #at(slot: number): number {
    return (slot % this.#slots) * this.#width;
  }

  #advance(slot: number): void {
    if (slot <= this.#newest) return;
    const first = Math.max(this.#newest + 1, slot - this.#slots + 1);
    this.#newest = slot;
    for (let at = first; at <= slot; at += 1) this.#numbers.fill(this.#empty, this.#at(at), this.#at(at) + this.#width);
  }
}
