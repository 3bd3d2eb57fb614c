// The box that shows the log of a pod. The reader can search it, pause it and make it larger, and opens a trace by its
// id in the log.
import { byId, fill, h } from '../dom.ts';
import { isPlain } from '../course/step-url.ts';
import { matchingLines, partsOf } from './parts.ts';

export class LogView {
  readonly #box = byId('log');
  readonly #search = byId<HTMLInputElement>('log-search');
  readonly #pause = byId<HTMLButtonElement>('log-pause');
  readonly #large = byId<HTMLButtonElement>('log-large');
  readonly #read: () => string;
  #isDrawing = false;
  /** The log as it was when the reader paused it. */
  #paused: string | undefined;

  /** Is called with the id of the trace that the reader opens. */
  onTrace: (traceId: string) => void = () => {};

  /** @param read returns the log as it is now */
  constructor(read: () => string) {
    this.#read = read;
    this.#search.addEventListener('input', () => this.draw());
    this.#pause.addEventListener('click', () => this.#togglePause());
    this.#large.addEventListener('click', () => this.#toggleSize());
    this.#box.addEventListener('click', (event) => this.#open(event));
    // A link that is replaced would lose the focus.
    this.#box.addEventListener('focusout', () => this.draw());
  }

  /** Draws the log at most once per frame. The view follows the end of the log unless the reader has scrolled up. */
  draw(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      if (this.#box.contains(document.activeElement) && document.activeElement !== this.#box) return;
      const atEnd = this.#box.scrollTop + this.#box.clientHeight >= this.#box.scrollHeight - 40;
      this.#fill(matchingLines(this.#paused ?? this.#read(), this.#search.value));
      if (atEnd) this.#box.scrollTop = this.#box.scrollHeight;
    });
  }

  /** Shows another log, which has not been paused. */
  change(): void {
    if (this.#paused !== undefined) this.#togglePause();
    this.draw();
  }

  #fill(log: string): void {
    if (log === '' && this.#search.value.trim() !== '') return fill(this.#box, 'No line has this text.');
    const parts = partsOf(log);
    if (parts.length <= 1) return void (this.#box.textContent = log);
    fill(
      this.#box,
      parts.map(({ text, isTrace }) => (isTrace ? h('a', { href: `traces/${text}`, 'data-trace': text }, text) : text)),
    );
  }

  #togglePause(): void {
    this.#paused = this.#paused === undefined ? this.#read() : undefined;
    this.#pause.setAttribute('aria-pressed', String(this.#paused !== undefined));
    this.draw();
  }

  #toggleSize(): void {
    const isLarge = byId('code').classList.toggle('large-log');
    this.#large.setAttribute('aria-pressed', String(isLarge));
  }

  #open(event: MouseEvent): void {
    const traceId = (event.target as HTMLElement).dataset['trace'];
    if (traceId === undefined || !isPlain(event)) return;
    event.preventDefault();
    this.onTrace(traceId);
  }
}
