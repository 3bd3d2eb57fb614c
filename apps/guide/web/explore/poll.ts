// Repeats a request while the page is visible. A hidden page asks nothing.

export class Poll {
  readonly #work: () => Promise<void>;
  readonly #every: number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #runs = false;
  #busy = false;

  /**
   * @param work asks once; it reports its own errors
   * @param every milliseconds between the end of one request and the next
   */
  constructor(work: () => Promise<void>, every: number) {
    this.#work = work;
    this.#every = every;
    document.addEventListener('visibilitychange', () => this.#look());
  }

  /** Asks now, and then again and again. */
  start(): void {
    this.#runs = true;
    this.#look();
  }

  stop(): void {
    this.#runs = false;
    clearTimeout(this.#timer);
  }

  /** Asks now, also if it is not yet time. */
  now(): Promise<void> {
    clearTimeout(this.#timer);
    return this.#ask();
  }

  #look(): void {
    if (this.#runs && document.visibilityState === 'visible') void this.now();
  }

  async #ask(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    try {
      await this.#work();
    } finally {
      this.#busy = false;
      if (this.#runs && document.visibilityState === 'visible')
        this.#timer = setTimeout(() => this.#look(), this.#every);
    }
  }
}
