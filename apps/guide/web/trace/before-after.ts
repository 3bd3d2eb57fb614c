// What the page showed before the last Run, next to the newest trace, and what differs between them. Each of the two is
// a trace, or the pieces of a request that has fallen into several.
import { h } from '../dom.ts';
import { compareTraces } from './compare.ts';
import type { TraceComparison } from './compare.ts';
import type { DrawnRequest } from './drawn-request.ts';
import { joinedIn } from './pieces.ts';
import { piecesView } from './pieces-view.ts';
import { waterfall } from './waterfall.ts';

/** Draws a waterfall. @param words a word for each of some spans */
type DrawWaterfall = (words: ReadonlyMap<string, string>) => HTMLElement;

export class BeforeAfter {
  readonly #redraw: () => void;
  #before: DrawnRequest | undefined;
  #isOpen = false;

  /** @param redraw draws the newest trace again */
  constructor(redraw: () => void) {
    this.#redraw = redraw;
  }

  /** Takes what the page shows when a Run is complete, as what was before it. */
  keep(request: DrawnRequest | undefined): void {
    this.#before = request;
  }

  /**
   * Draws the button, the differences and what was before.
   * @param open ids of the spans whose rows are open
   * @param newest draws the waterfall of the newest trace
   */
  around(request: DrawnRequest, open: ReadonlySet<string>, newest: DrawWaterfall): HTMLElement[] {
    const before = this.#before;
    const { whole: trace } = request;
    if (!before || before.whole.traceId === trace.traceId) return [newest(new Map())];
    const joined = new Map(joinedIn(trace, before.pieces).map((id) => [id, 'joined']));
    const head = [...unionOf(before, request), this.#toggle()];
    if (!this.#isOpen) return [...head, newest(joined)];
    const comparison = compareTraces(before.whole, trace);
    return [
      ...head,
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
        h('section', { 'aria-label': 'Now' }, h('h3', {}, 'Now'), newest(new Map([...wordsOf(comparison), ...joined]))),
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

function earlier(before: DrawnRequest, open: ReadonlySet<string>, { gone }: TraceComparison): HTMLElement {
  const { whole, pieces, joins } = before;
  const marks = { prefix: 'before-', words: new Map([...gone].map((id) => [id, 'gone'])) };
  return pieces.length > 1 ? piecesView(pieces, { joins, open, marks }) : waterfall(whole, open, undefined, marks);
}

/** Says how the traces of a request have become fewer. */
function unionOf({ pieces: before }: DrawnRequest, { pieces: now }: DrawnRequest): HTMLElement[] {
  if (now.length >= before.length) return [];
  const words = `Before the last Run, a request made ${before.length} traces. Now it makes ${
    now.length === 1 ? 'one' : now.length
  }.`;
  return [h('p', { class: 'union good' }, words)];
}

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
