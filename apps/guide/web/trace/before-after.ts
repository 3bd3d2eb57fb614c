// The trace from before the last Run, next to the newest one, and what differs between them.
import type { TraceOfPage } from '../../contract.ts';
import { h } from '../dom.ts';
import { compareTraces } from './compare.ts';
import type { TraceComparison } from './compare.ts';
import { waterfall } from './waterfall.ts';

/** Draws a waterfall. @param words a word for each of some spans */
type DrawWaterfall = (words: ReadonlyMap<string, string>) => HTMLElement;

export class BeforeAfter {
  readonly #redraw: () => void;
  #before: TraceOfPage | undefined;
  #isOpen = false;

  /** @param redraw draws the newest trace again */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  /** Takes the trace that the page shows when a Run is complete, as the one from before it. */
  keep(trace: TraceOfPage | undefined): void {
    this.#before = trace;
  }

  /**
   * Draws the button, the differences and the trace of before.
   * @param open ids of the spans whose rows are open
   * @param newest draws the waterfall of the newest trace
   */
  around(trace: TraceOfPage, open: ReadonlySet<string>, newest: DrawWaterfall): HTMLElement[] {
    const before = this.#before;
    if (!before || before.traceId === trace.traceId) return [newest(new Map())];
    const toggle = this.#toggle();
    if (!this.#isOpen) return [toggle, newest(new Map())];
    const comparison = compareTraces(before, trace);
    return [
      toggle,
      listOf(comparison),
      h(
        'div',
        { class: 'before-after' },
        h(
          'section',
          { 'aria-label': 'Before the last Run' },
          h('h3', {}, 'Before the last Run'),
          earlier(before, open, comparison),
        ),
        h('section', { 'aria-label': 'Now' }, h('h3', {}, 'Now'), newest(wordsOf(comparison))),
      ),
    ];
  }

  #toggle(): HTMLElement {
    const onclick = (): void => {
      this.#isOpen = !this.#isOpen;
      this.#redraw();
      document.getElementById('compare-runs')?.focus();
    };
    const attributes = { id: 'compare-runs', type: 'button', class: 'quiet', 'aria-pressed': String(this.#isOpen) };
    return h('p', {}, h('button', { ...attributes, onclick }, 'Compare with before the last Run'));
  }
}

const earlier = (before: TraceOfPage, open: ReadonlySet<string>, { gone }: TraceComparison): HTMLElement =>
  waterfall(before, open, undefined, { prefix: 'before-', words: new Map([...gone].map((id) => [id, 'gone'])) });

const wordsOf = ({ added, changed }: TraceComparison): Map<string, string> =>
  new Map([
    ...[...added].map((id): [string, string] => [id, 'new']),
    ...[...changed].map((id): [string, string] => [id, 'changed']),
  ]);

const listOf = ({ lines }: TraceComparison): HTMLElement =>
  lines.length === 0
    ? h('p', { class: 'soft' }, 'Nothing differs: the same spans, with the same attributes and events.')
    : h(
        'ul',
        { class: 'differences', 'aria-label': 'What differs' },
        lines.map((line) => h('li', {}, line)),
      );
