// The log records that the page shows: the newest ones, in a bounded number. While the reader reads older records,
// newer ones wait, so that nothing moves below their eyes.
import type { LogRecord } from '../../explore-contract.ts';

export const maxRows = 500;

/** What changes on the page: how many of the oldest rows go, and which records come at the end. */
export interface Change {
  readonly removed: number;
  readonly added: readonly LogRecord[];
}

export class LogWindow {
  #shown = 0;
  #waiting: LogRecord[] = [];
  #missed = 0;

  /** Number of records that wait, those included that are not kept. */
  get waiting(): number {
    return this.#waiting.length + this.#missed;
  }

  /**
   * Takes new records, oldest first.
   * @param follows whether the reader looks at the end of the log
   */
  add(records: readonly LogRecord[], follows: boolean): Change {
    this.#waiting.push(...records);
    this.#missed += Math.max(0, this.#waiting.length - maxRows);
    this.#waiting = this.#waiting.slice(-maxRows);
    return follows ? this.flush() : { removed: 0, added: [] };
  }

  /** Shows the records that wait. */
  flush(): Change {
    const added = this.#waiting;
    const removed = Math.max(0, Math.min(this.#shown, this.#shown + added.length - maxRows));
    this.#shown += added.length - removed;
    this.#waiting = [];
    this.#missed = 0;
    return { removed, added };
  }

  clear(): void {
    this.#shown = 0;
    this.#waiting = [];
    this.#missed = 0;
  }
}
