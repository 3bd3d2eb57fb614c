// A log as lines, however much of it there is: of 100 MB a page gets what a person could read, and is told how much was left out.
import { StringDecoder } from 'node:string_decoder';

export interface Bounds {
  /** Lines a second that are passed on. */
  perSecond: number;
  /** Characters of a line that are passed on. */
  width: number;
}

const modest: Bounds = { perSecond: 200, width: 4_000 };

/** Of those that are too many the last are passed on all the same: how it ended is what a reader looks for. */
const last = 10;

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

  constructor(emit: (line: string) => void, bounds: Bounds = modest, now: () => number = Date.now) {
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

  /** Says now how many lines were left out, if any were, and what the last of them are; to be called when nothing more comes, or now and then. */
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
    if (this.#newest.length > last) this.#newest.shift();
  }
}
