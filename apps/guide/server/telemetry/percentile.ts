// Estimates percentiles from the buckets of a histogram, as histogram_quantile of Prometheus does.
// https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile
import { sum } from './budget.ts';

/**
 * Returns the value below which the fraction `q` of all recorded values lies, estimated within a bucket. Returns null
 * without values. In the last bucket, which has no bound, it is that bucket's lower bound.
 * @param bounds upper bounds, one fewer than buckets
 */
export function percentile(q: number, bounds: readonly number[], buckets: readonly number[]): number | null {
  const total = sum(buckets);
  if (!(total > 0) || bounds.length === 0) return null;
  const rank = q * total;
  let below = 0;
  for (const [index, count] of buckets.entries()) {
    if (below + count >= rank && count > 0) return within({ bounds, index, fraction: (rank - below) / count });
    below += count;
  }
  return bounds.at(-1) ?? null;
}

interface Place {
  readonly bounds: readonly number[];
  readonly index: number;
  /** How far the value is from the lower to the upper bound of its bucket. */
  readonly fraction: number;
}

function within({ bounds, index, fraction }: Place): number | null {
  const upper = bounds[index];
  if (upper === undefined) return bounds.at(-1) ?? null;
  const lower = index === 0 ? Math.min(0, upper) : (bounds[index - 1] ?? 0);
  return lower + (upper - lower) * fraction;
}
