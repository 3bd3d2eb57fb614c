// Repeats a request while the page is visible. A hidden page asks nothing.

export class Poll {
  readonly #work: () => Promise<void>;
  readonly #every: () => number;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #runs = false;
  #busy = false;
  /** Whether to ask again at once, when the request under way has ended. */
  #wanted = false;

  /**
   * @param work asks once; it reports its own errors
   * @param every milliseconds between the end of one request and the next, or a function that returns them
   */
  constructor(work: () => Promise<void>, every: number | (() => number)) {
    this.#work = work;
    this.#every = typeof every === 'function' ? every : () => every;
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

  /** Asks now, also if it is not yet time. A request under way ends first. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#wanted = this.#busy;
    if (this.#busy) return;
    this.#busy = true;
    await this.#work().finally(() => {
      this.#busy = false;
    });
    this.#plan();
  }

  #look(): void {
    if (this.#runs && document.visibilityState === 'visible') void this.now();
  }

  #plan(): void {
    if (this.#wanted) void this.now();
    else if (this.#runs && document.visibilityState === 'visible')
      this.#timer = setTimeout(() => this.#look(), this.#every());
  }
}
