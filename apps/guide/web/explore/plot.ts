// Draws a chart's lines or bars with uPlot. Its points are links in an SVG above it: see points.ts.
// https://github.com/leeoniya/uPlot/tree/1.6.32/docs
import uPlot from 'uplot';
import { h } from '../dom.ts';
import { drawnValues, hrefAt, powersOfTen, rangeOf } from './chart-content.ts';
import type { ChartContent, Line } from './chart-content.ts';
import { canvasColour, onSchemeChange } from './colours.ts';
import { Points } from './points.ts';
import { number, withUnit } from './words.ts';

const height = 190; // pixels
const font = '12px system-ui, sans-serif';

export interface PlotOptions {
  /** Is called with the index of the time below the mouse, in this chart or another one. */
  readonly onCursor: (at: number | undefined) => void;
  /** Is called with the text of the point that has the focus or is below the mouse. */
  readonly onPoint: (text: string) => void;
}

export class Plot {
  readonly element = h('div', { class: 'plot' });
  readonly #points: Points;
  readonly #options: PlotOptions;
  #plot: uPlot | undefined;
  #content: ChartContent | undefined;
  #drawn = '';

  constructor(options: PlotOptions) {
    this.#options = options;
    this.#points = new Points(options.onPoint);
    new ResizeObserver(() => this.#resize()).observe(this.element);
    // Bars keep their colour in their path.
    onSchemeChange(() => this.#plot?.redraw(true, true));
  }

  show(content: ChartContent): void {
    this.#content = content;
    const lines = JSON.stringify(content.lines.map(({ label, colour }) => [label, colour]));
    if (lines === this.#drawn && this.#plot) return this.#plot.setData(dataOf(content));
    this.#drawn = lines;
    this.#build(content);
  }

  /** Creates the plot when its place has a width. A hidden part has none. */
  #build(content: ChartContent): void {
    const width = this.element.clientWidth;
    if (width === 0) return;
    const focused = this.#points.focused;
    this.#plot?.destroy();
    this.#plot = new uPlot(this.#optionsOf(content, width), dataOf(content), this.element);
    this.#plot.ctx.canvas.setAttribute('aria-hidden', 'true');
    this.#plot.over.append(this.#points.element);
    this.#plot.over.addEventListener('click', (event) => this.#openBar(event));
    if (focused) this.#points.focus(focused);
  }

  /** Opens what the part of a bar below the mouse stands for. A point has a link of its own. */
  #openBar({ target, offsetX, offsetY }: MouseEvent): void {
    if (target !== this.#plot?.over || !this.#content) return;
    const [time, height] = [this.#plot.posToVal(offsetX, 'x'), this.#plot.posToVal(offsetY, 'y')];
    const at = this.#content.times.findIndex((end) => time <= end);
    location.hash = hrefAt(this.#content, at, height) ?? location.hash;
  }

  #resize(): void {
    const width = this.element.clientWidth;
    if (width === 0 || !this.#content) return;
    if (this.#plot) this.#plot.setSize({ width, height });
    else this.#build(this.#content);
  }

  #optionsOf({ lines, shape, scale }: ChartContent, width: number): uPlot.Options {
    return {
      width,
      height,
      ms: 1,
      legend: { show: false },
      // The last label of the time is centred on the right end.
      padding: [10, 18, 0, 0],
      // Nothing is dragged, but uPlot would swallow a click during which the mouse has moved by a pixel.
      cursor: {
        y: false,
        drag: { x: false, y: false, click: () => undefined },
        sync: { key: 'explore', setSeries: false },
      },
      scales: {
        x: { time: true, range: () => this.#timeRange() },
        y: { distr: scale === 'log' ? 3 : 1, range: () => (this.#content ? rangeOf(this.#content) : [0, 1]) },
      },
      axes: [
        axis({ values: '{HH}:{mm}', space: 60, size: 24 }),
        axis({ values: this.#tickTexts, size: 62, space: 28, ...(scale === 'log' && { splits: logSplits }) }),
      ],
      series: [{}, ...drawOrder(lines, shape).map((line) => (shape === 'bars' ? bars(line) : curve(line)))],
      hooks: {
        draw: [(plot) => this.#drawAbove(plot)],
        setCursor: [(plot) => this.#options.onCursor(plot.cursor.idx ?? undefined)],
      },
    };
  }

  readonly #tickTexts = (_plot: uPlot, ticks: (number | null)[]): string[] =>
    ticks.map((tick) => (tick === null ? '' : tickText(tick, this.#content?.unit ?? '')));

  #timeRange(): [number, number] {
    const { times = [], step = 0 } = this.#content ?? {};
    return [(times[0] ?? 0) - step, times.at(-1) ?? 1];
  }

  #drawAbove(plot: uPlot): void {
    if (!this.#content) return;
    const { mark, unit, points } = this.#content;
    if (mark !== undefined) drawMark(plot, mark, withUnit(mark, unit));
    this.#points.show(points, (point) => ({ x: plot.valToPos(point.time, 'x'), y: plot.valToPos(point.value, 'y') }));
  }
}

/** Draws no line between powers of ten, which uPlot would do. */
const logSplits = (_plot: uPlot, _axis: number, least: number, most: number): number[] => powersOfTen(least, most);

const tickText = (tick: number, unit: string): string =>
  unit === 'ms' && tick >= 1000 ? `${number(tick / 1000)} s` : withUnit(tick, unit === 'ms' ? unit : '');

/** Taller stacks come first, so that the lower ones are drawn over them. */
const drawOrder = (lines: readonly Line[], shape: ChartContent['shape']): readonly Line[] =>
  shape === 'bars' ? lines.toReversed() : lines;

function dataOf(content: ChartContent): uPlot.AlignedData {
  const values = drawnValues(content).map((row) => [...row]);
  return [[...content.times], ...(content.shape === 'bars' ? values.reverse() : values)];
}

function axis(options: uPlot.Axis): uPlot.Axis {
  const lines = { stroke: () => canvasColour('line'), width: 1 };
  return { font, stroke: () => canvasColour('soft'), grid: lines, ticks: { ...lines, size: 4 }, ...options };
}

function curve({ label, colour, dash }: Line): uPlot.Series {
  return { label, width: 2, dash: [...(dash ?? [])], stroke: () => canvasColour(colour) };
}

function bars({ label, colour }: Line): uPlot.Series {
  const paths = uPlot.paths.bars?.({ size: [0.9, 40], align: -1 });
  return { label, width: 0, fill: () => canvasColour(colour), points: { show: false }, ...(paths && { paths }) };
}

/** Draws a line across the chart, with its value above it. */
function drawMark(plot: uPlot, value: number, text: string): void {
  const { ctx, bbox } = plot;
  const y = Math.round(plot.valToPos(value, 'y', true));
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = canvasColour('bad');
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([6 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.beginPath();
  ctx.moveTo(bbox.left, y);
  ctx.lineTo(bbox.left + bbox.width, y);
  ctx.stroke();
  ctx.font = `${11 * devicePixelRatio}px system-ui, sans-serif`;
  ctx.textBaseline = 'bottom';
  ctx.textAlign = 'left';
  ctx.fillText(text, bbox.left + 4 * devicePixelRatio, y - 2 * devicePixelRatio);
  ctx.restore();
}
