// Sets of traces as bits, which are quick to intersect and to count. The marked traces are in the first words, and the
// others in the words after them.

/** Tells how a set of traces is laid out: the number of words for the marked traces, and of all words. */
export class Layout {
  readonly #marked: number;
  readonly #markedWords: number;
  readonly #words: number;

  constructor(marked: number, others: number) {
    this.#marked = marked;
    this.#markedWords = Math.ceil(marked / 32);
    this.#words = this.#markedWords + Math.ceil(others / 32);
  }

  empty(): Uint32Array {
    return new Uint32Array(this.#words);
  }

  /** Adds a trace. @param index number of the trace; the marked traces come first */
  add(set: Uint32Array, index: number): void {
    const bit = index < this.#marked ? index : this.#markedWords * 32 + index - this.#marked;
    set[bit >>> 5] = (set[bit >>> 5] ?? 0) | (1 << (bit & 31));
  }

  /** Returns how many marked traces and how many others are in both sets. */
  counts(a: Uint32Array, b: Uint32Array = a): [marked: number, others: number] {
    return [common(a, b, 0, this.#markedWords), common(a, b, this.#markedWords, this.#words)];
  }
}

function common(a: Uint32Array, b: Uint32Array, from: number, to: number): number {
  let count = 0;
  for (let index = from; index < to; index += 1) count += ones((a[index] ?? 0) & (b[index] ?? 0));
  return count;
}

/** Counts the bits that are set. @see https://graphics.stanford.edu/~seander/bithacks.html#CountBitsSetParallel */
function ones(word: number): number {
  const pairs = word - ((word >>> 1) & 0x5555_5555);
  const fours = (pairs & 0x3333_3333) + ((pairs >>> 2) & 0x3333_3333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24;
}

export const intersection = (a: Uint32Array, b: Uint32Array): Uint32Array =>
  a.map((word, index) => word & (b[index] ?? 0));

export const union = (a: Uint32Array, b: Uint32Array): Uint32Array => a.map((word, index) => word | (b[index] ?? 0));
