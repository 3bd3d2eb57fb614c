// How much a counter or a histogram grew since the export before. A process that starts anew counts from 0.
import type { MetricPoint, Temporality } from '../../../../otlp/metrics.ts';

/** What is remembered of a series until its next export. */
export interface Last {
  start: number | undefined;
  /** The number of recorded values, and the count in each bucket. */
  count: number;
  buckets: readonly number[];
  /** When the export arrived, in milliseconds since the epoch. */
  seen: number;
}

export interface Increase {
  readonly count: number;
  readonly buckets: readonly number[];
}

const NONE: Increase = { count: 0, buckets: [] };

/**
 * Returns the increase since the export before.
 * @param since what a process has counted from then on is new. An older count of a series that the guide did not know
 * may have grown at any time.
 */
export function increaseOf(
  point: MetricPoint,
  { last, temporality, since }: { last: Last | undefined; temporality: Temporality; since: number },
): Increase {
  const whole = { count: point.value, buckets: point.buckets };
  if (temporality === 'delta') return whole;
  if (last === undefined) return (point.start ?? 0) >= since ? whole : NONE;
  return isContinued(last, point) ? difference(last, point) : whole;
}

const isContinued = (last: Last, point: MetricPoint): boolean =>
  last.start === point.start &&
  last.count <= point.value &&
  last.buckets.length === point.buckets.length &&
  point.buckets.every((count, index) => count >= (last.buckets[index] ?? 0));

const difference = (last: Last, point: MetricPoint): Increase => ({
  count: point.value - last.count,
  buckets: point.buckets.map((count, index) => count - (last.buckets[index] ?? 0)),
});
