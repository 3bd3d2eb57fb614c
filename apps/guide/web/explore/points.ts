// The points of a chart: links to traces in an SVG above the plot. The arrow keys move between them, and Enter opens
// one. The Tab key stops once in each chart. Points that cover each other spread while the mouse is on one of them.
import { svg } from '../dom.ts';
import type { Point } from './chart-content.ts';
import { traceHref } from './page.ts';
import { fanOf } from './point-fan.ts';
import type { Position } from './point-fan.ts';

const keyOf = ({ traceId, spanId }: Point): string => `${traceId}${spanId}`;

export class Points {
  readonly element = svg('svg', { class: 'points', role: 'group', 'aria-label': 'Exemplars: arrow keys move' });
  readonly #onPoint: (text: string) => void;
  readonly #links = new Map<string, SVGAElement>();
  readonly #positions = new Map<string, Position>();
  /** By how many pixels each point of the fan has moved to the right. Empty unless the mouse is on one of them. */
  #fan: ReadonlyMap<string, number> = new Map();
  /** Key of the point at which the Tab key stops. */
  #stop = '';

  constructor(onPoint: (text: string) => void) {
    this.#onPoint = onPoint;
    this.element.addEventListener('keydown', (event) => this.#move(event));
  }

  /** Key of the point that has the focus. */
  get focused(): string | undefined {
    return [...this.#links].find(([, link]) => link === document.activeElement)?.[0];
  }

  focus(key: string): void {
    this.#links.get(key)?.focus();
  }

  /** Draws the points. Those that were there before stay the same elements, so that the focus stays. */
  show(points: readonly Point[], positionOf: (point: Point) => Position): void {
    const wanted = new Map(points.map((point) => [keyOf(point), point]));
    if ([...this.#fan.keys()].some((key) => !wanted.has(key))) this.#spread(new Map());
    for (const [key, link] of this.#links) if (!wanted.has(key)) this.#remove(key, link);
    for (const [key, point] of wanted) this.#place(key, point, positionOf(point));
    if (!wanted.has(this.#stop)) this.#setStop([...wanted.keys()].at(-1) ?? '');
    this.element.classList.toggle('empty', points.length === 0);
  }

  #remove(key: string, link: SVGAElement): void {
    link.remove();
    this.#links.delete(key);
    this.#positions.delete(key);
  }

  #place(key: string, point: Point, position: Position): void {
    const link = this.#links.get(key) ?? this.#add(key, point);
    this.#positions.set(key, position);
    this.#moveTo(key, link);
  }

  #moveTo(key: string, link: SVGAElement): void {
    const { x, y } = this.#positions.get(key) ?? { x: 0, y: 0 };
    link.setAttribute('transform', `translate(${(x + (this.#fan.get(key) ?? 0)).toFixed(1)} ${y.toFixed(1)})`);
  }

  #add(key: string, point: Point): SVGAElement {
    const link = svg(
      'a',
      {
        href: traceHref(point.traceId, point.spanId),
        class: point.isError ? 'point failed' : 'point',
        tabindex: '-1',
        'aria-label': `${point.text}: open its trace`,
        onfocus: () => this.#enter(key, point),
        onmouseenter: () => this.#hover(key, point),
        onmouseleave: (event) => event instanceof MouseEvent && this.#leave(event),
      },
      svg('circle', { class: 'target', r: 9 }),
      point.isError ? svg('path', { d: 'M-6 0L0-6L6 0L0 6Z' }) : svg('circle', { r: 4 }),
    );
    this.#links.set(key, link);
    this.element.append(link);
    return link;
  }

  /** Spreads the points that cover each other here. */
  #hover(key: string, { text }: Point): void {
    if (!this.#fan.has(key)) this.#spread(fanOf(this.#positions, key));
    this.#onPoint(this.#fan.size > 0 ? `${text} (${this.#fan.size} here)` : text);
  }

  #leave({ relatedTarget }: MouseEvent): void {
    const next = relatedTarget instanceof Element ? relatedTarget.closest('.point') : null;
    if (!next?.classList.contains('spread')) this.#spread(new Map());
  }

  #spread(fan: ReadonlyMap<string, number>): void {
    this.#fan = fan;
    this.element.classList.toggle('fanned', fan.size > 0);
    for (const [key, link] of this.#links) {
      link.classList.toggle('spread', fan.has(key));
      this.#moveTo(key, link);
    }
  }

  #enter(key: string, point: Point): void {
    this.#setStop(key);
    this.#onPoint(`${point.text}. Enter opens its trace.`);
  }

  #setStop(key: string): void {
    this.#links.get(this.#stop)?.setAttribute('tabindex', '-1');
    this.#stop = key;
    this.#links.get(key)?.setAttribute('tabindex', '0');
  }

  #move(event: KeyboardEvent): void {
    const keys = this.#inOrder();
    const at = keys.indexOf(this.#stop);
    const targets: Record<string, number> = {
      ArrowRight: at + 1,
      ArrowDown: at + 1,
      ArrowLeft: at - 1,
      ArrowUp: at - 1,
      Home: 0,
      End: keys.length - 1,
    };
    const target = targets[event.key];
    if (target === undefined) return;
    event.preventDefault();
    this.focus(keys[Math.max(0, Math.min(keys.length - 1, target))] ?? '');
  }

  /** Returns the keys of the points from left to right. */
  #inOrder(): string[] {
    return [...this.#links].sort(([, one], [, other]) => leftOf(one) - leftOf(other)).map(([key]) => key);
  }
}

const leftOf = (link: SVGAElement): number =>
  Number(/\(([\d.-]+)/.exec(link.getAttribute('transform') ?? '')?.[1] ?? 0);
