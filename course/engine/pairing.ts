// Pairs requests with the spans that they made, when the spans are in traces of their own. Then no id connects the two,
// and spans of other people's requests lie between. Both are in the order of time, so the best pairing keeps that
// order. No clock is compared with another.
import type { Span } from '../../otlp/traces.ts';

/**
 * Finds the pairs with the highest sum of scores, in the order of both lists.
 * @param score how well two items fit. Items with a score of 0 are never paired.
 * @returns the partner of each item of `firsts`, or undefined if it has none
 */
export function pairInOrder<A, B>(
  firsts: readonly A[],
  seconds: readonly B[],
  score: (first: A, second: B) => number,
): (B | undefined)[] {
  const best = bestSums(firsts, seconds, score);
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  const partners: (B | undefined)[] = firsts.map(() => undefined);
  for (let i = 0, j = 0; i < firsts.length && j < seconds.length;) {
    const sum = score(firsts[i] as A, seconds[j] as B);
    if (sum > 0 && at(i, j) === sum + at(i + 1, j + 1)) partners[i++] = seconds[j++];
    else if (at(i, j) === at(i, j + 1)) j += 1;
    else i += 1;
  }
  return partners;
}

/** Returns, for each pair of positions, the best sum of the pairs from there to the ends of both lists. */
function bestSums<A, B>(
  firsts: readonly A[],
  seconds: readonly B[],
  score: (first: A, second: B) => number,
): number[][] {
  const best = Array.from({ length: firsts.length + 1 }, () => new Array<number>(seconds.length + 1).fill(0));
  const at = (i: number, j: number): number => best[i]?.[j] ?? 0;
  for (let i = firsts.length - 1; i >= 0; i -= 1)
    for (let j = seconds.length - 1; j >= 0; j -= 1) {
      const sum = score(firsts[i] as A, seconds[j] as B);
      const paired = sum > 0 ? sum + at(i + 1, j + 1) : 0;
      (best[i] as number[])[j] = Math.max(at(i + 1, j), at(i, j + 1), paired);
    }
  return best;
}

/** Milliseconds within which the spans of a check's requests begin. The requests follow one another at once. */
const BURST_MS = 1_000;

/**
 * Returns spans of one name that begin close together, as many as there were requests. Spans of visitors, who come
 * seconds apart, are not such a burst. Returns none if there is no burst.
 * @param spans in the order of their start, all by one clock
 */
export function burstOf(spans: readonly Span[], requests: number): readonly Span[] {
  const groups = [...Map.groupBy(spans, ({ name }) => name).values()];
  const bursts = groups.flatMap((group) => group.map((_span, index) => group.slice(index, index + requests)));
  return bursts.find((burst) => burst.length === requests && isWithin(burst, BURST_MS)) ?? [];
}

const isWithin = (burst: readonly Span[], ms: number): boolean =>
  (burst.at(-1)?.start ?? 0) - (burst[0]?.start ?? 0) <= ms;
