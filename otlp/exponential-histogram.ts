// Reads the buckets of an exponential histogram as buckets with upper bounds, so that everything else knows one kind of
// histogram. https://opentelemetry.io/docs/specs/otel/metrics/data-model/#exponentialhistogram
import { numberIn, numbersIn, objectIn } from './json.ts';
import type { JsonObject } from './json.ts';

export interface Buckets {
  /** Upper bounds. */
  readonly bounds: readonly number[];
  /** The count in each bucket. The last bucket has no bound. */
  readonly buckets: readonly number[];
}

const NONE: Buckets = { bounds: [], buckets: [] };

/** The most buckets that are kept. More are merged in pairs, as the SDKs do. */
const MOST = 40;
/** Scales of the SDKs are from -10 to 20. */
const isScale = (scale: number): boolean => Number.isInteger(scale) && Math.abs(scale) <= 20;

/**
 * Returns the buckets of a data point. The first bucket has the bound 0, and all values that are not positive. The
 * second one is empty: it ends where the first bucket of positive values begins.
 */
export function explicitBuckets(point: JsonObject): Buckets {
  const [scale, { offset, bucketCounts }] = [numberIn(point['scale']) ?? 0, objectIn(point['positive'])];
  const counts = numbersIn(bucketCounts);
  const first = numberIn(offset) ?? 0;
  if (!isScale(scale) || !Number.isInteger(first) || counts.some((count) => count < 0))
    return { bounds: [], buckets: [] };
  const merged = mergedOf({ scale, first, counts });
  const negative = numbersIn(objectIn(point['negative'])['bucketCounts']).reduce((sum, count) => sum + count, 0);
  const boundAt = (index: number): number => 2 ** ((merged.first + index) / 2 ** merged.scale);
  const bounds = merged.counts.length === 0 ? [] : [0, ...merged.counts.map((_count, index) => index + 1)].map(boundAt);
  if (!bounds.every((bound) => Number.isFinite(bound) && bound > 0)) return NONE;
  const positive = merged.counts.length === 0 ? [] : [0, ...merged.counts];
  return { bounds: [0, ...bounds], buckets: [(numberIn(point['zeroCount']) ?? 0) + negative, ...positive, 0] };
}

interface Positive {
  readonly scale: number;
  /** Index of the first bucket. */
  readonly first: number;
  readonly counts: readonly number[];
}

/** Merges neighbours until few buckets are left. Bucket i of a scale is in bucket ⌊i/2⌋ of the next smaller scale. */
function mergedOf({ scale, first, counts }: Positive): Positive {
  if (counts.length <= MOST) return { scale, first, counts };
  const start = Math.floor(first / 2);
  const halved: number[] = [];
  for (const [index, count] of counts.entries()) {
    const at = Math.floor((first + index) / 2) - start;
    halved[at] = (halved[at] ?? 0) + count;
  }
  return mergedOf({ scale: scale - 1, first: start, counts: halved });
}
