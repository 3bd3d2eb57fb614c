// Builds the series that the page shows: one for each set of attributes, added up over the processes that report it.
import { attributesKey } from '../../../../otlp/attributes.ts';
import type { Exemplar, InstrumentKind, InstrumentSeries, Values } from '../../explore-contract.ts';
import type { Grid } from './grid.ts';
import { HOLD, SCALE } from './instrument.ts';
import type { Series } from './instrument.ts';
import { endOf } from './recency.ts';

/** Returns the series with values in these slots. */
export function seriesOf(all: Iterable<Series>, kind: InstrumentKind, slots: readonly number[]): InstrumentSeries[] {
  const byAttributes = Map.groupBy(all, ({ attributes }) => attributesKey(attributes));
  return [...byAttributes.values()]
    .map((series) => mergedOf(series, kind, slots))
    .filter(({ values }) => values.some((value) => value !== null));
}

function mergedOf(series: readonly Series[], kind: InstrumentKind, slots: readonly number[]): InstrumentSeries {
  const newest = series.reduce((a, b) => (b.seen > a.seen ? b : a));
  const grids = kind === 'gauge' ? [newest.values] : series.map(({ values }) => values);
  const values = valuesOf(grids, slots);
  return {
    attributes: newest.attributes,
    values,
    ...endedOf(
      values,
      slots.map((slot) => slot * SCALE.step),
    ),
    ...(newest.sums && {
      sums: valuesOf(
        series.map(({ sums }) => sums).filter((one) => one !== undefined),
        slots,
      ),
    }),
    ...bucketsOf(series, newest),
    exemplars: exemplarsOf(series, ((slots[0] ?? 0) - 1) * SCALE.step),
  };
}

/** Returns when a series was last reported, if its values have ended. */
export function endedOf(values: Values, times: readonly number[]): Pick<InstrumentSeries, 'ended'> {
  const isHeld = values.map((value) => value !== null);
  const ended = endOf(isHeld, HOLD, times);
  return ended === undefined ? {} : { ended };
}

/** Returns the sum of what the grids hold at each slot. Nobody reports in some slots, so a value holds for a while. */
const valuesOf = (grids: readonly Grid[], slots: readonly number[]): Values =>
  slots.map((slot) =>
    grids.map((grid) => heldAt(grid, slot)).reduce((sum, value) => (value === null ? sum : (sum ?? 0) + value), null),
  );

function heldAt(grid: Grid, slot: number): number | null {
  for (let at = slot; at > slot - HOLD; at -= 1) {
    const value = grid.get(at);
    if (!Number.isNaN(value)) return value;
  }
  return null;
}

/** Returns the buckets at the newest time, added up over the processes that still report them. */
function bucketsOf(series: readonly Series[], newest: Series): Pick<InstrumentSeries, 'bounds' | 'buckets'> {
  if (newest.bounds.length === 0) return {};
  const alive = series.filter(
    ({ seen, bounds }) => newest.seen - seen <= HOLD * SCALE.step && String(bounds) === String(newest.bounds),
  );
  const buckets = newest.buckets.map((_count, index) => alive.reduce((sum, one) => sum + (one.buckets[index] ?? 0), 0));
  return { bounds: newest.bounds, buckets };
}

const exemplarsOf = (series: readonly Series[], since: number): Exemplar[] =>
  series
    .flatMap(({ exemplars }) => exemplars)
    .filter(({ time }) => time > since)
    .sort((a, b) => a.time - b.time);
