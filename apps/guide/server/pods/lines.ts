// Splits a log into lines. Limits the number of lines per second and the length of each line, so that a page can show a
// huge log. A note in the log says how many lines are missing.
import { StringDecoder } from 'node:string_decoder';

export interface Bounds {
  /** Highest number of lines per second that are passed on to the page. */
  readonly perSecond: number;
  /** Highest number of characters per line. */
  readonly width: number;
}

const defaultBounds: Bounds = { perSecond: 200, width: 4_000 };

/**
 * Number of lines above the limit per second that are passed on anyway. They are the newest lines, because the end of a
 * log often explains what went wrong.
 */
const keptLines = 10;

export class Lines {
  readonly #emit: (line: string) => void;
  readonly #bounds: Bounds;
  readonly #now: () => number;
  readonly #decoder = new StringDecoder('utf8');
  #rest = '';
  #overlong = false;
  #second = 0;
  #passed = 0;
  #left = 0;
  #newest: string[] = [];

  constructor(emit: (line: string) => void, bounds: Bounds = defaultBounds, now: () => number = Date.now) {
    this.#emit = emit;
    this.#bounds = bounds;
    this.#now = now;
  }

  write(chunk: Buffer): void {
    const [first = '', ...others] = this.#decoder.write(chunk).split('\n');
    this.#append(first);
    for (const part of others) {
      this.#line(this.#rest + (this.#overlong ? '…' : ''));
      this.#rest = '';
      this.#overlong = false;
      this.#append(part);
    }
  }

  /**
   * Passes on what `write` has held back: a note that says how many lines were left out, and then the newest lines
   * above the limit. Call it from time to time, and after the last line of the log.
   */
  settle(): void {
    const left = this.#left - this.#newest.length;
    if (left > 0)
      this.#emit(`… ${left} ${left === 1 ? 'line' : 'lines'} left out: more than ${this.#bounds.perSecond} a second`);
    this.#newest.forEach((line) => this.#emit(line));
    this.#newest = [];
    this.#left = 0;
  }

  end(): void {
    if (this.#rest) this.#line(this.#rest);
    this.#rest = '';
    this.settle();
  }

  #append(part: string): void {
    const room = this.#bounds.width - this.#rest.length;
    if (part.length > room) this.#overlong = true;
    this.#rest += part.slice(0, Math.max(room, 0));
  }

  #line(line: string): void {
    const second = Math.floor(this.#now() / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#passed = 0;
      this.settle();
    }
    this.#passed += 1;
    if (this.#passed <= this.#bounds.perSecond) return this.#emit(line);
    this.#left += 1;
    this.#newest.push(line);
    if (this.#newest.length > keptLines) this.#newest.shift();
  }
}
