// Pairs requests with the spans that they made, when the spans are in traces of their own. Then no id connects the two,
// and spans of other people's requests lie between. Both are in the order of time, so the best pairing keeps that
// order. Clocks may differ by any time.
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

/** Of so many requests at least one makes its span as soon as most do, and not after a pause. */
const SOME = 3;

/**
 * Returns how many milliseconds the spans' clock is ahead of the requests': the time with which most requests have a
 * span that began when they were sent.
 * @param sent when each request was sent, in milliseconds by the one clock, in order
 * @param starts when each span began, in milliseconds by the other, in order
 */
export function clockDifference(sent: readonly number[], starts: readonly number[]): number {
  const times = sent.slice(-SOME).flatMap((at) => starts.map((start) => start - at));
  const all = times.map((ahead) => ({ ahead, agreement: agreementOf(sent, starts, ahead) }));
  return all.reduce((best, one) => (one.agreement > best.agreement ? one : best), { ahead: 0, agreement: 0 }).ahead;
}

/** Returns how near two times are that lie so many milliseconds apart, from 0 to 1. */
export const nearness = (apart: number): number => 1 / (1 + apart ** 2);

function agreementOf(sent: readonly number[], starts: readonly number[], ahead: number): number {
  let [sum, index] = [0, 0];
  for (const time of sent) {
    const distance = (at: number): number => Math.abs(time + ahead - (starts[at] ?? Infinity));
    while (distance(index + 1) < distance(index)) index += 1;
    sum += nearness(distance(index));
  }
  return sum;
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
