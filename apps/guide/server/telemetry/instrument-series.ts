// Builds the series that the page shows: one for each set of attributes, added up over the processes that report it.
import { attributesKey } from '../../../../otlp/attributes.ts';
import type { Exemplar, InstrumentKind, InstrumentSeries, Values } from '../../explore-contract.ts';
import { sum } from './budget.ts';
import type { Grid } from './grid.ts';
import { HOLD, SCALE, widest } from './instrument.ts';
import type { Series } from './instrument.ts';

/** Returns the series with values in these slots. */
export function seriesOf(all: Iterable<Series>, kind: InstrumentKind, slots: readonly number[]): InstrumentSeries[] {
  const byAttributes = Map.groupBy(all, ({ attributes }) => attributesKey(attributes));
  return [...byAttributes.values()]
    .map((series) => mergedOf(series, kind, slots))
    .filter(({ values }) => values.some((value) => value !== null));
}

function mergedOf(series: readonly Series[], kind: InstrumentKind, slots: readonly number[]): InstrumentSeries {
  const newest = series.reduce((a, b) => (b.seen > a.seen ? b : a));
  const places = withEarlier(slots, 1);
  const reported = (grid: Grid): Values => places.map((slot) => numberOrNull(grid.get(slot)));
  const reports = (kind === 'gauge' ? [newest] : series).map(({ values }) => reported(values));
  const sums = series.map((one) => one.sums).filter((one) => one !== undefined);
  return {
    attributes: newest.attributes,
    values: valuesOf(reports),
    ...endedOf(
      reports,
      slots.map((slot) => slot * SCALE.step),
    ),
    ...(newest.sums && { sums: valuesOf(sums.map(reported)) }),
    ...bucketsOf(series, newest),
    ...(newest.quantiles.length > 0 && { quantiles: newest.quantiles }),
    exemplars: exemplarsOf(series, ((slots[0] ?? 0) - 1) * SCALE.step),
  };
}

const numberOrNull = (value: number): number | null => (Number.isNaN(value) ? null : value);

/** How many earlier reports a value needs: one of them may still hold. */
const EARLIER = HOLD - 1;

/** Returns some evenly spaced times with the earlier ones whose reports `valuesOf` needs. */
export const withEarlier = (times: readonly number[], step: number): number[] => [
  ...Array.from({ length: EARLIER }, (_time, at) => (times[0] ?? 0) - (EARLIER - at) * step),
  ...times,
];

const newestOf = (report: Values): number => report.findLastIndex((value) => value !== null);

/** Returns when a series was last reported, if that is a while ago. */
export function endedOf(reports: readonly Values[], times: readonly number[]): Pick<InstrumentSeries, 'ended'> {
  const at = Math.max(...reports.map(newestOf)) - EARLIER;
  const ended = times[at];
  return ended === undefined || at >= times.length - HOLD ? {} : { ended };
}

/**
 * Returns the sum of what processes have reported of a series. Nobody reports in some slots, so a value holds for a
 * while. The values end at the newest report: a value that held any longer would look like a counter that stands still.
 * @param reports what each process reported at `withEarlier(times)`
 */
export function valuesOf(reports: readonly Values[]): Values {
  const end = endOfAll(reports);
  return (reports[0] ?? []).slice(EARLIER).map((_value, index) => {
    const held = reports.map((report) => heldAt(report, index + EARLIER)).filter((value) => value !== null);
    return held.length === 0 || index + EARLIER > end ? null : sum(held);
  });
}

/** Returns the newest place to which all processes have reported that still report. They do in turn, within a step. */
function endOfAll(reports: readonly Values[]): number {
  const newest = reports.map(newestOf);
  return Math.min(...newest.filter((at) => at >= Math.max(...newest) - 1));
}

const heldAt = (report: Values, at: number): number | null =>
  report.slice(at - EARLIER, at + 1).findLast((value) => value !== null) ?? null;

/** Returns the buckets at the newest time, added up over the processes that still report them. */
function bucketsOf(series: readonly Series[], newest: Series): Pick<InstrumentSeries, 'bounds' | 'buckets' | 'range'> {
  if (newest.bounds.length === 0) return {};
  const alive = series.filter(
    ({ seen, bounds }) => newest.seen - seen <= HOLD * SCALE.step && String(bounds) === String(newest.bounds),
  );
  const buckets = newest.buckets.map((_count, index) => alive.reduce((sum, one) => sum + (one.buckets[index] ?? 0), 0));
  const ranges = alive.map(({ range }) => range).filter((range) => range !== undefined);
  const hasRange = ranges.length === alive.length;
  return { bounds: newest.bounds, buckets, ...(hasRange && { range: ranges.reduce(widest) }) };
}

const exemplarsOf = (series: readonly Series[], since: number): Exemplar[] =>
  series
    .flatMap(({ exemplars }) => exemplars)
    .filter(({ time }) => time > since)
    .sort((a, b) => a.time - b.time);
