// A scatter plot of traces: the start on the x axis, and the duration on a logarithmic y axis. A failed trace is a
// diamond, and any other one a circle. A box that is dragged marks the traces in it. With the keyboard, the arrows go
// from trace to trace, Space marks one, and Enter opens it.
import { fill, h, svg } from '../dom.ts';
import { inWords as durationInWords } from '../trace/flat.ts';
import { scaleOf, shownTimes, ticksOf } from './scatter-scale.ts';
import type { Scale } from './scatter-scale.ts';
import type { TraceRow } from './trace-messages.ts';
import { counted, moment, shortMoment } from './words.ts';

const height = 260; // pixels
const least = 4; // pixels that a drag must cover
const keys =
  'Drag a box to mark the traces in it. The arrow keys go from trace to trace, Space marks one, Enter opens it.';

export interface ScatterOptions {
  readonly onMark: (traceIds: readonly string[]) => void;
  readonly onToggle: (traceId: string) => void;
  readonly onOpen: (traceId: string) => void;
}

export class Scatter {
  readonly #options: ScatterOptions;
  readonly #points = svg('g');
  readonly #axes = svg('g', { class: 'axes' });
  readonly #box = svg('rect', { class: 'drag-box', visibility: 'hidden' });
  readonly #cursor = svg('circle', { class: 'cursor', r: 9, visibility: 'hidden' });
  readonly #svg = svg('svg', { height, 'aria-hidden': 'true' }, this.#axes, this.#points, this.#box, this.#cursor);
  readonly #hint = h('p', { class: 'soft scatter-hint', role: 'status' }, keys);
  readonly #plot = h(
    'div',
    { class: 'scatter', tabindex: '0', role: 'application', 'aria-roledescription': 'scatter plot' },
    this.#svg,
  );
  /** Says which traces the plot doesn't show. */
  readonly #outside = h('p', { class: 'soft scatter-hint', role: 'status' });
  readonly element = h('div', {}, this.#plot, this.#outside, this.#hint);
  /** The traces in the plot. */
  #rows: readonly TraceRow[] = [];
  #marked: ReadonlySet<string> = new Set();
  #scale: Scale = scaleOf([], 0, height);
  #at = -1;

  constructor(options: ScatterOptions) {
    this.#options = options;
    this.#plot.addEventListener('keydown', (event) => this.#onKey(event));
    this.#plot.addEventListener('pointerdown', (event) => this.#onDrag(event));
    this.#plot.addEventListener('blur', () => this.#cursor.setAttribute('visibility', 'hidden'));
    new ResizeObserver(() => this.#draw()).observe(this.#plot);
  }

  show(rows: readonly TraceRow[], marked: ReadonlySet<string>): void {
    const ordered = rows.toSorted((a, b) => a.start - b.start);
    const [from, until] = shownTimes(
      rows.map(({ start }) => start),
      Date.now(),
    );
    this.#rows = ordered.filter(({ start }) => start >= from && start <= until);
    this.#marked = marked;
    this.#at = Math.min(this.#at, this.#rows.length - 1);
    const text = outsideInWords(ordered, from, until);
    if (this.#outside.textContent !== text) this.#outside.textContent = text;
    this.#plot.setAttribute('aria-label', labelOf(this.#rows, marked));
    this.#draw();
  }

  #draw(): void {
    const width = this.#plot.clientWidth;
    if (width === 0) return;
    this.#svg.setAttribute('width', String(width));
    this.#scale = scaleOf(this.#rows, width, height);
    fill(this.#axes, ...this.#ticks(width));
    // The marked traces are drawn last, so nothing hides them.
    const ordered = this.#rows.toSorted(
      (a, b) => Number(this.#marked.has(a.traceId)) - Number(this.#marked.has(b.traceId)),
    );
    fill(this.#points, ...ordered.map((row) => this.#point(row)));
  }

  #ticks(width: number): SVGElement[] {
    const { times, durations } = ticksOf(this.#scale);
    return [
      ...durations.flatMap((duration) => {
        const y = this.#scale.y(duration);
        return [
          svg('line', { x1: this.#scale.left, x2: width, y1: y, y2: y }),
          svg('text', { x: this.#scale.left - 6, y: y + 4, 'text-anchor': 'end' }, labelOfDuration(duration)),
        ];
      }),
      ...times.map((time) =>
        svg('text', { x: this.#scale.x(time), y: height - 4, 'text-anchor': 'middle' }, shortMoment(time)),
      ),
    ];
  }

  #point(row: TraceRow): SVGElement {
    const [x, y] = [this.#scale.x(row.start).toFixed(1), this.#scale.y(row.duration).toFixed(1)];
    const shape = `${row.errors > 0 ? 'failed' : 'fine'}${this.#marked.has(row.traceId) ? ' marked' : ''}`;
    if (row.errors === 0) return svg('circle', { class: shape, cx: x, cy: y, r: 3.5 });
    return svg('path', { class: shape, d: `M${x} ${y}m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z` });
  }

  #onDrag(down: PointerEvent): void {
    if (down.button !== 0) return;
    const frame = this.#plot.getBoundingClientRect();
    const placeOf = ({ clientX, clientY }: PointerEvent) => ({ x: clientX - frame.left, y: clientY - frame.top });
    const from = placeOf(down);
    const leave = new AbortController();
    const until = { signal: leave.signal };
    this.#plot.setPointerCapture(down.pointerId);
    this.#plot.addEventListener('pointermove', (event) => this.#drawBox(boxOf(from, placeOf(event))), until);
    this.#plot.addEventListener('pointercancel', () => this.#endDrag(leave), until);
    this.#plot.addEventListener('pointerup', (up) => this.#drop(from, placeOf(up), leave), until);
  }

  #drop(from: Place, to: Place, leave: AbortController): void {
    this.#endDrag(leave);
    const box = boxOf(from, to);
    if (Math.max(box.width, box.height) < least) return this.#press(to);
    const inside = this.#rows.filter((row) => isIn(box, this.#placeOf(row)));
    this.#options.onMark(inside.map(({ traceId }) => traceId));
  }

  #endDrag(leave: AbortController): void {
    leave.abort();
    this.#box.setAttribute('visibility', 'hidden');
  }

  /** Goes to the trace nearest to a click. */
  #press(place: Place): void {
    const distance = (row: TraceRow) => {
      const { x, y } = this.#placeOf(row);
      return Math.hypot(x - place.x, y - place.y);
    };
    const nearest = this.#rows.reduce<TraceRow | undefined>(
      (best, row) => (best === undefined || distance(row) < distance(best) ? row : best),
      undefined,
    );
    if (nearest && distance(nearest) < 20) this.#goTo(this.#rows.indexOf(nearest));
  }

  #placeOf({ start, duration }: TraceRow): Place {
    return { x: this.#scale.x(start), y: this.#scale.y(duration) };
  }

  #drawBox({ x, y, width, height: tall }: Box): void {
    for (const [name, value] of Object.entries({ x, y, width, height: tall }))
      this.#box.setAttribute(name, String(value));
    this.#box.setAttribute('visibility', 'visible');
  }

  #onKey(event: KeyboardEvent): void {
    const row = this.#rows[this.#at];
    const target = this.#targetOf(event.key, row);
    if (target !== undefined) this.#goTo(Math.max(0, Math.min(this.#rows.length - 1, target)));
    else if (event.key === ' ' && row) this.#options.onToggle(row.traceId);
    else if (event.key === 'Enter' && row) this.#options.onOpen(row.traceId);
    else return;
    event.preventDefault();
  }

  /** Returns the index of the trace to which a key leads. */
  #targetOf(key: string, { duration }: Partial<TraceRow> = {}): number | undefined {
    const targets: Record<string, () => number> = {
      ArrowRight: () => this.#at + 1,
      ArrowLeft: () => this.#at - 1,
      PageDown: () => this.#at + 20,
      PageUp: () => this.#at - 20,
      Home: () => 0,
      End: () => this.#rows.length - 1,
      ArrowUp: () => this.#next((other) => other.duration > (duration ?? 0)),
      ArrowDown: () => this.#next((other) => other.duration < (duration ?? Infinity)),
    };
    return targets[key]?.();
  }

  /** Returns the next trace to the right that fits, or the first one if there is none there. */
  #next(isWanted: (row: TraceRow) => boolean): number {
    const right = this.#rows.findIndex((row, at) => at > this.#at && isWanted(row));
    return right >= 0 ? right : Math.max(this.#at, this.#rows.findIndex(isWanted));
  }

  #goTo(at: number): void {
    const row = this.#rows[at];
    if (!row) return;
    this.#at = at;
    const { x, y } = this.#placeOf(row);
    this.#cursor.setAttribute('cx', String(x));
    this.#cursor.setAttribute('cy', String(y));
    this.#cursor.setAttribute('visibility', 'visible');
    fill(this.#hint, textOf(row, this.#marked.has(row.traceId)));
  }
}

interface Place {
  readonly x: number;
  readonly y: number;
}

interface Box extends Place {
  readonly width: number;
  readonly height: number;
}

const boxOf = (a: Place, b: Place): Box => ({
  x: Math.min(a.x, b.x),
  y: Math.min(a.y, b.y),
  width: Math.abs(a.x - b.x),
  height: Math.abs(a.y - b.y),
});

const isIn = (box: Box, { x, y }: Place): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

const textOf = ({ start, duration, errors, service, operation }: TraceRow, isMarked: boolean): string =>
  `${moment(start)}, ${durationInWords(duration)}, ${service} ${operation}${errors > 0 ? ', failed' : ''}` +
  `${isMarked ? ', marked' : ''}. Space marks it, Enter opens it.`;

/** Says which traces are not in the plot. Empty if all are. */
function outsideInWords(ordered: readonly TraceRow[], from: number, until: number): string {
  const [before, after] = [ordered.filter(({ start }) => start < from), ordered.filter(({ start }) => start > until)];
  const [early, late] = [before.at(-1), after[0]];
  if (!early && !late) return '';
  const parts = [
    early && `${counted(before.length, 'trace')} until ${moment(early.start)}`,
    late && `${counted(after.length, 'trace')} from ${moment(late.start)} on`,
  ].filter((part) => part !== undefined);
  return `Not in the plot, but in the list: ${parts.join(', and ')}. A clock may be wrong there.`;
}

const labelOfDuration = (duration: number): string => (duration < 1_000 ? `${duration} ms` : `${duration / 1_000} s`);

function labelOf(rows: readonly TraceRow[], marked: ReadonlySet<string>): string {
  const failed = rows.filter(({ errors }) => errors > 0).length;
  const [slowest] = rows.toSorted((a, b) => b.duration - a.duration);
  if (!slowest) return 'Duration of traces over time: no trace';
  return (
    `Duration of ${counted(rows.length, 'trace')} over time. ${failed} failed, ${marked.size} are marked. ` +
    `The slowest takes ${durationInWords(slowest.duration)}. The arrow keys go from trace to trace.`
  );
}
