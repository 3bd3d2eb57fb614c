// One instrument of a service: its series on a time grid, its newest export, and all that each process has reported.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { Metric, MetricExemplar, MetricPoint, Quantile, Range, Temporality } from '../../../../otlp/metrics.ts';
import type { Exemplar, InstrumentKind } from '../../explore-contract.ts';
import { Grid, scaleOf } from './grid.ts';

/** The SDKs report every 10 s, unless somebody sets another interval. */
export const STEP = 10_000;
/** How many slots a value holds if nobody reports another: a minute. */
export const HOLD = 6;
export const SCALE = scaleOf(STEP, HOLD);

/** All that a process has reported of an instrument, over all attribute sets. */
export interface InstrumentTotals {
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  /** As the process sends it. */
  readonly temporality: Temporality;
  /** The resource's attributes as JSON. They tell processes apart. */
  readonly process: string;
  readonly resource: Attributes;
  /** When the process began to count, by its own clock, in milliseconds since the epoch. */
  readonly start: number | undefined;
  /** When it collected the values, by its own clock, in milliseconds since the epoch. */
  readonly time: number | undefined;
  /** Total of a sum, or the number of recorded values of a histogram. With delta temporality, all that has arrived. */
  readonly count: number;
  /** Sum of the recorded values of a histogram. */
  readonly sum: number;
}

export type ProcessTotals = Pick<InstrumentTotals, 'temporality' | 'start' | 'time' | 'count' | 'sum'>;

/** A series: an instrument's values for one set of attributes in one process. */
export interface Series {
  readonly attributes: Attributes;
  /** Memory that the series takes. */
  bytes: number;
  readonly values: Grid;
  readonly sums: Grid | undefined;
  bounds: readonly number[];
  buckets: readonly number[];
  quantiles: readonly Quantile[];
  range: Range | undefined;
  exemplars: readonly Exemplar[];
  /** Time of the newest point, by the process's own clock. */
  time: number;
  /** When the newest point arrived. */
  seen: number;
  /** Totals of the values, of which only the increase arrives with delta temporality. */
  count: number;
  sum: number;
}

/** The most exemplars of a series. */
export const MOST_EXEMPLARS = 5;

export function kindOf({ type, isMonotonic }: Metric): InstrumentKind {
  if (type === 'gauge' || type === 'summary') return type;
  if (type === 'sum') return isMonotonic ? 'counter' : 'up-down counter';
  return 'histogram';
}

export const newSeries = ({ attributes, sum, quantiles }: MetricPoint, bytes: number): Series => ({
  attributes,
  bytes,
  values: Grid.ofValues(SCALE),
  sums: sum === undefined ? undefined : Grid.ofValues(SCALE),
  bounds: [],
  buckets: [],
  quantiles,
  range: undefined,
  exemplars: [],
  time: 0,
  seen: 0,
  count: 0,
  sum: 0,
});

interface Arrival {
  readonly isDelta: boolean;
  /** When the point was measured, and when it arrived. */
  readonly time: number;
  readonly now: number;
  readonly slot: number;
}

/** Writes a data point to its series. A point that arrives late, or again, changes nothing. */
export function write(series: Series, point: MetricPoint, { isDelta, time, now, slot }: Arrival): void {
  series.seen = now;
  if (time <= series.time) return;
  series.time = time;
  series.count = point.value + (isDelta ? series.count : 0);
  series.sum = (point.sum ?? 0) + (isDelta ? series.sum : 0);
  series.range = isDelta ? rangeWith(series, point) : point.range;
  series.buckets = isDelta ? added(series, point) : point.buckets;
  series.bounds = point.bounds;
  // The series has taken memory for those that it began with.
  series.quantiles = point.quantiles.slice(0, series.quantiles.length);
  series.values.set(slot, series.count);
  series.sums?.set(slot, series.sum);
}

/** Returns the exemplars of a series with those of a new point: the newest ones, each once. */
export function withExemplars({ exemplars }: Series, point: MetricPoint, now: number): readonly Exemplar[] {
  const fresh = point.exemplars.map((exemplar) => exemplarOf(exemplar, now));
  const others = exemplars.filter((one) => fresh.every((other) => !isSame(one, other)));
  return [...others, ...fresh].slice(-MOST_EXEMPLARS);
}

export const widest = ([min, max]: Range, other: Range): Range => [Math.min(min, other[0]), Math.max(max, other[1])];

/** Returns the range of the values in both, if both say it. */
function rangeWith({ range, buckets }: Series, point: MetricPoint): Range | undefined {
  if (buckets.length === 0) return point.range;
  return range && point.range && widest(range, point.range);
}

/** Returns the counts of both, if the buckets have the same bounds. */
const added = ({ bounds, buckets }: Series, point: MetricPoint): readonly number[] =>
  String(bounds) === String(point.bounds)
    ? point.buckets.map((count, index) => count + (buckets[index] ?? 0))
    : point.buckets;

const isSame = (a: Exemplar, b: Exemplar): boolean => a.spanId === b.spanId && a.value === b.value;

const exemplarOf = ({ time, ...exemplar }: MetricExemplar, now: number): Exemplar => ({
  ...exemplar,
  time: time ?? now,
});

/** Adds an export to what a process has reported. The Collector may have cut a large export in pieces. */
export function addTotals(totals: ProcessTotals | undefined, { temporality, points }: Metric): ProcessTotals {
  const [count, sum] = [total(points, ({ value }) => value), total(points, (point) => point.sum ?? 0)];
  const [starts, times] = [defined(points, ({ start }) => start), defined(points, ({ time }) => time)];
  const start = starts.length === 0 ? undefined : Math.min(...starts);
  const time = times.length === 0 ? undefined : Math.max(...times);
  const fresh = { temporality, start, time, count, sum };
  if (totals?.temporality !== temporality) return fresh;
  if (temporality === 'delta') return { ...merged(totals, fresh), start: totals.start };
  if (totals.time === undefined || time === undefined || time > totals.time) return fresh;
  return time === totals.time ? merged(totals, fresh) : totals;
}

const merged = (totals: ProcessTotals, fresh: ProcessTotals): ProcessTotals => ({
  ...fresh,
  start: earliest(totals.start, fresh.start),
  time: latest(totals.time, fresh.time),
  count: totals.count + fresh.count,
  sum: totals.sum + fresh.sum,
});

const earliest = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (b ?? a) : Math.min(a, b);
const latest = (a: number | undefined, b: number | undefined) =>
  a === undefined || b === undefined ? (b ?? a) : Math.max(a, b);
const total = (points: readonly MetricPoint[], value: (point: MetricPoint) => number): number =>
  points.reduce((all, point) => all + value(point), 0);
const defined = (points: readonly MetricPoint[], value: (point: MetricPoint) => number | undefined): number[] =>
  points.map(value).filter((one) => one !== undefined);
