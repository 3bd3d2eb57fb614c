// What a chart shows, without a DOM: its lines, its points, its range, the sentence that sums it up, and its table.
import type { Values } from '../../explore-contract.ts';
import { clock, counted, withUnit } from './words.ts';

/** Name of a colour in tokens.css. */
export type Colour = `hue-${number}` | `status-${string}` | 'bad' | 'soft';

export interface Line {
  readonly label: string;
  readonly values: Values;
  readonly colour: Colour;
  /** Lengths of dashes and gaps in pixels, so that lines differ without their colour too. */
  readonly dash?: readonly number[];
  /** When it was last measured. Undefined if it still is. */
  readonly ended?: number;
}

/** A measurement with a trace, drawn as a point. */
export interface Point {
  readonly time: number;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  /** An error is drawn as a diamond, and anything else as a circle. */
  readonly isError: boolean;
  readonly text: string;
}

export interface ChartContent {
  readonly title: string;
  readonly unit: string;
  readonly times: readonly number[];
  readonly step: number;
  /** Bars are stacked, the first line at the bottom. */
  readonly shape: 'lines' | 'bars';
  readonly lines: readonly Line[];
  readonly scale: 'linear' | 'log';
  /** A value with a line across the chart. */
  readonly mark?: number;
  /** A value from this on is only known to be as large, or larger. */
  readonly measuredTo?: number;
  /** Oldest first. */
  readonly points: readonly Point[];
  /** What the part of a bar opens that belongs to a line. `until` is the end of its interval. */
  readonly hrefOf?: (line: Line, until: number) => string;
}

const isNumber = (value: number | null | undefined): value is number => typeof value === 'number';

/** Returns the values as they are drawn: those of bars are added to the bars below them. */
export function drawnValues({ shape, lines }: ChartContent): readonly Values[] {
  if (shape === 'lines') return lines.map(({ values }) => values);
  let below: Values = [];
  return lines.map(({ values }) => {
    below = values.map((value, at) =>
      value === null && !isNumber(below[at]) ? null : (value ?? 0) + (below[at] ?? 0),
    );
    return below;
  });
}

/** Returns the smallest and the largest value of the y axis. */
export function rangeOf(content: ChartContent): [number, number] {
  const { scale, points, mark } = content;
  const all = [...drawnValues(content).flat(), ...points.map(({ value }) => value), mark].filter(isNumber);
  if (scale === 'log') return logRange(all.filter((value) => value > 0));
  const [least, most] = [Math.min(0, ...all), Math.max(0, ...all)];
  const room = (most - least) * 0.1;
  return least === most ? [0, 1] : [least < 0 ? least - room : 0, most + room];
}

/** Returns where the lines of a logarithmic scale are: at each power of ten. */
export function powersOfTen(least: number, most: number): number[] {
  const [first, last] = [Math.ceil(Math.log10(least) - 1e-9), Math.floor(Math.log10(most) + 1e-9)];
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => Number(`1e${first + at}`));
}

/** From a power of ten to a power of ten, at least from 1 to 10. */
function logRange(values: readonly number[]): [number, number] {
  const least = Math.max(Math.min(1, ...values), 0.001);
  return [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(Math.max(10, ...values)))];
}

/** Returns the newest value that was measured. */
export const newest = (values: Values): number | undefined => values.findLast(isNumber);

type Measured = Pick<ChartContent, 'unit' | 'measuredTo'>;

/** Formats a value of a line. */
export const valueInWords = (value: number, { unit, measuredTo = Infinity }: Measured): string =>
  `${value >= measuredTo ? 'at least ' : ''}${withUnit(value, unit)}`;

/** After this many milliseconds without a measurement, a value is not the current one. */
const current = 60_000;

/** Returns the newest value of a line as text, or says since when there is none. */
export function latestOf({ values, ended }: Line, content: Measured & Pick<ChartContent, 'times'>): string {
  const { times } = content;
  const at = values.findLastIndex(isNumber);
  const [value, time = 0] = [values[at], times[at]];
  if (!isNumber(value)) return 'nothing measured';
  if (at === values.length - 1) return valueInWords(value, content);
  if (ended === undefined && (times.at(-1) ?? 0) - time <= current) return valueInWords(value, content);
  return `none since ${clock(ended ?? time)}`;
}

/** Sums up the chart in a sentence for a reader who can't see it. */
export function summaryOf(content: ChartContent): string {
  const { title, lines, times, points } = content;
  const [from, until] = [times[0], times.at(-1)];
  if (from === undefined || until === undefined || lines.length === 0) return `${title}: nothing measured.`;
  const errors = points.filter(({ isError }) => isError).length;
  const shown = points.length > 0 ? ` ${counted(points.length, 'exemplar')}, ${errors} of them with an error.` : '';
  const latest = lines.map((line) => `${line.label}: ${latestOf(line, content)}`).join('; ');
  return `${title} from ${clock(from)} to ${clock(until)}. Latest values: ${latest}.${shown}`;
}

export interface TableRow {
  readonly time: number;
  /** A text for each line of the chart. */
  readonly cells: readonly string[];
  /** The points that were measured in the interval that ends at `time`. */
  readonly points: readonly Point[];
  /** What the parts of the interval's bar open, by their labels. */
  readonly links: readonly BarLink[];
}

interface BarLink {
  readonly label: string;
  readonly href: string;
}

/** Returns what the parts of an interval's bar open, from the bottom. */
function linksAt({ times, lines, hrefOf }: ChartContent, at: number): BarLink[] {
  const until = times[at];
  if (until === undefined || !hrefOf) return [];
  return lines.filter(({ values }) => values[at]).map((line) => ({ label: line.label, href: hrefOf(line, until) }));
}

/** Returns what the part of a bar at a height opens. Above the bar, it is the topmost part. Undefined without a bar. */
export function hrefAt(content: ChartContent, at: number, height: number): string | undefined {
  const parts = content.lines.flatMap(({ values }, line) =>
    values[at] ? [drawnValues(content)[line]?.[at] ?? 0] : [],
  );
  const part = parts.findIndex((top) => height <= top);
  return linksAt(content, at).at(part)?.href;
}

/** Returns the rows of the chart's table, newest first. Intervals without a measurement have no row. */
export function tableOf(content: ChartContent): TableRow[] {
  const { times, step, lines, points } = content;
  const within = Map.groupBy(points, ({ time }) => times.findIndex((end) => time <= end && time > end - step));
  return times
    .map((time, at) => ({
      time,
      cells: lines.map(({ values }) => (isNumber(values[at]) ? valueInWords(values[at], content) : '')),
      points: within.get(at) ?? [],
      links: linksAt(content, at),
    }))
    .filter((row) => row.points.length > 0 || row.cells.some((cell) => cell !== ''))
    .reverse();
}
