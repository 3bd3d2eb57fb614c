// Turns an instrument's measurements into charts, and a histogram's buckets into percentiles.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { Instrument, InstrumentSeries, Values } from '../../explore-contract.ts';
import { newest } from './chart-content.ts';
import type { ChartContent, Colour, Line, Point } from './chart-content.ts';
import type { Times } from './service-charts.ts';
import { hues } from '../trace/hue.ts';
import { clock, withUnit } from './words.ts';

/** The most series that a chart draws. */
export const maxLines = 12;
const maxPoints = 50;
/** Lines with the same dashes. */
const alike = 6;
const dashes = [[], [7, 4], [2, 3]] as const;

export function contentsOf(instrument: Instrument, times: Times): ChartContent[] {
  const { kind, unit } = instrument;
  const chart = (title: string, unitOfChart: string, valuesOf: (series: InstrumentSeries) => Values): ChartContent =>
    chartOf(instrument, times, { title, unit: unitOfChart, valuesOf });
  const rate = (series: InstrumentSeries): Values => rateOf(series.values, times.step);
  if (kind === 'counter')
    return [chart('Rate, a second', rateUnit(unit), rate), chart('Total', unit, ({ values }) => values)];
  if (kind === 'histogram' || kind === 'summary') return [chart('Recorded values a second', '', rate)];
  return [chart('Value', unit, ({ values }) => values)];
}

const rateUnit = (unit: string): string => (unit === '' || unit === '1' ? '' : `${unit}/s`);

interface Drawn {
  readonly title: string;
  readonly unit: string;
  readonly valuesOf: (series: InstrumentSeries) => Values;
}

function chartOf({ series, unit: measured }: Instrument, times: Times, { title, unit, valuesOf }: Drawn): ChartContent {
  const labelOf = labelsFor(series);
  const drawn = series.slice(0, maxLines);
  const lines = drawn.map((one, at) => ({ ...lineOf(at), label: labelOf(one), values: valuesOf(one), ...endOf(one) }));
  const points = drawn.flatMap((one, at) => pointsOf(one, lines[at], times, measured));
  return {
    ...times,
    title,
    unit,
    shape: 'lines',
    lines,
    scale: 'linear',
    points: points.sort((one, other) => one.time - other.time).slice(-maxPoints),
  };
}

function lineOf(at: number): Pick<Line, 'colour' | 'dash'> {
  const colour: Colour = `hue-${at % hues}`;
  return { colour, dash: dashes[Math.floor(at / alike) % dashes.length] ?? [] };
}

const endOf = ({ ended }: InstrumentSeries): Pick<Line, 'ended'> => (ended === undefined ? {} : { ended });

/** The most characters of a name. */
const maxName = 160;

/** Names a series by its attributes, such as `roll.value=6`. */
export function seriesName(attributes: Attributes): string {
  const entries = Object.entries(attributes);
  if (entries.length === 0) return 'no attributes';
  const name = entries
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
  return name.length > maxName ? `${name.slice(0, maxName)}…` : name;
}

/** Returns the attributes that all series have with the same value. A single series has none in common with others. */
export function sharedAttributes(series: readonly InstrumentSeries[]): Attributes {
  const [first, ...rest] = series;
  if (!first || rest.length === 0) return {};
  const isShared = ([key, value]: [string, unknown]) =>
    rest.every(({ attributes }) => JSON.stringify(attributes[key]) === JSON.stringify(value));
  return Object.fromEntries(Object.entries(first.attributes).filter(isShared));
}

/** Returns a function that names a series by the attributes in which it differs from the others. */
export function labelsFor(series: readonly InstrumentSeries[]): (one: InstrumentSeries) => string {
  const shared = new Set(Object.keys(sharedAttributes(series)));
  const own = (attributes: Attributes) =>
    Object.fromEntries(Object.entries(attributes).filter(([key]) => !shared.has(key)));
  return ({ attributes }) => seriesName(own(attributes));
}

/** An exemplar stands on the line of its series. */
function pointsOf({ exemplars }: InstrumentSeries, line: Line | undefined, times: Times, unit: string): Point[] {
  const valueAt = (time: number) => newest(line?.values.slice(0, indexOf(time, times) + 1) ?? []) ?? 0;
  return exemplars.map(({ time, value, traceId, spanId }) => ({
    time,
    value: valueAt(time),
    traceId,
    spanId,
    isError: false,
    text: `${withUnit(value, unit)} at ${clock(time)}, ${line?.label ?? ''}`,
  }));
}

const indexOf = (time: number, { times, step }: Times): number =>
  times.findIndex((end) => time <= end && time > end - step);

/** Returns how much a cumulative value grows in a second. A value that has become smaller has started again at 0. */
export function rateOf(values: Values, step: number): Values {
  return values.map((value, at) => {
    const before = values[at - 1];
    if (value === null || typeof before !== 'number') return null;
    return (value < before ? value : value - before) / (step / 1000);
  });
}

/** A bucket of a histogram: how many values are above `from` and at most `to`. */
export interface Bucket {
  readonly label: string;
  readonly count: number;
}

export function bucketsOf({ bounds = [], buckets = [] }: InstrumentSeries, unit: string): Bucket[] {
  return buckets.map((count, at) => ({ count, label: bucketName(bounds[at - 1], bounds[at], unit) }));
}

function bucketName(from: number | undefined, to: number | undefined, unit: string): string {
  if (to === undefined) return `above ${withUnit(from ?? 0, unit)}`;
  return from === undefined ? `up to ${withUnit(to, unit)}` : `${withUnit(from, '')} to ${withUnit(to, unit)}`;
}

/**
 * Estimates a percentile within its bucket, as Prometheus does, but not outside of what was measured. A percentile in
 * the last bucket, which has no upper bound, is the largest bound, unless the largest value is known.
 * @param part such as 0.95
 */
export function percentileOf(series: InstrumentSeries, part: number): number | undefined {
  const [min, max] = series.range ?? [-Infinity, Infinity];
  const estimate = estimateOf(series, part);
  return estimate === undefined ? undefined : Math.min(max, Math.max(min, estimate));
}

function estimateOf({ bounds = [], buckets = [], range }: InstrumentSeries, part: number): number | undefined {
  const rank = part * buckets.reduce((sum, count) => sum + count, 0);
  if (rank === 0) return undefined;
  let below = 0;
  const at = buckets.findIndex((count) => (below += count) >= rank);
  const [from, to, count] = [bounds[at - 1] ?? 0, bounds[at] ?? range?.[1], buckets[at] ?? 0];
  if (to === undefined) return bounds.at(-1);
  return from + ((to - from) * (rank - (below - count))) / count;
}
