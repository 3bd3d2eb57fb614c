// Compares two shares that are known from samples, such as 12 of 12 traces and 40 of 210.

/** `count` of `total` traces have a value. */
export interface Share {
  readonly count: number;
  readonly total: number;
}

/** Quantile of the normal distribution for a confidence of 95 %. */
const Z = 1.96;

const proportion = ({ count, total }: Share): number => (total === 0 ? 0 : count / total);

/**
 * Returns the range in which the true share lies with a confidence of 95 %. It is Wilson's interval, which holds for a
 * few samples and for shares of 0 and 1, too.
 * @see https://en.wikipedia.org/wiki/Binomial_proportion_confidence_interval#Wilson_score_interval
 */
export function wilson(share: Share): readonly [low: number, high: number] {
  const { total } = share;
  if (total === 0) return [0, 1];
  const p = proportion(share);
  const scale = 1 + Z ** 2 / total;
  const centre = (p + Z ** 2 / (2 * total)) / scale;
  const half = (Z / scale) * Math.sqrt((p * (1 - p)) / total + Z ** 2 / (4 * total ** 2));
  return [centre - half, centre + half];
}

/** Returns by how much share `a` is larger than share `b`: from -1 to 1. */
export const difference = (a: Share, b: Share): number => proportion(a) - proportion(b);

/**
 * Returns by how much the share `a` is larger than `b` at least, with a confidence of 95 %: Newcombe's interval of a
 * difference, which combines Wilson's. 3 of 3 against 0 of 3 yields less than 280 of 300 against 0 of 300, because
 * three traces may agree by chance. Below 0, the shares may be the same.
 * @see Newcombe, Interval estimation for the difference between independent proportions, 1998, method 10
 */
export function certainDifference(a: Share, b: Share): number {
  const [lowA] = wilson(a);
  const [, highB] = wilson(b);
  return difference(a, b) - Math.sqrt((proportion(a) - lowA) ** 2 + (highB - proportion(b)) ** 2);
}

/**
 * Returns the probability that the share `a` is as large as it is, or larger, if `a` is drawn by lot from all of `a`
 * and `b`: Fisher's exact test.
 * @see https://en.wikipedia.org/wiki/Fisher%27s_exact_test
 */
export function chanceOf(a: Share, b: Share): number {
  const [total, having] = [a.total + b.total, a.count + b.count];
  const all = waysLog(total, a.total);
  let chance = 0;
  for (let count = a.count; count <= Math.min(a.total, having); count += 1)
    chance += Math.exp(waysLog(having, count) + waysLog(total - having, a.total - count) - all);
  return chance;
}

/** The logarithms of the factorials from 0 on, as far as they were needed. */
const factorialLogs = [0];

function factorialLog(number: number): number {
  for (let next = factorialLogs.length; next <= number; next += 1)
    factorialLogs.push((factorialLogs[next - 1] ?? 0) + Math.log(next));
  return factorialLogs[number] ?? 0;
}

/** Returns the logarithm of the number of ways to choose `some` of `all`: minus infinity if there are too few. */
const waysLog = (all: number, some: number): number =>
  some > all ? -Infinity : factorialLog(all) - factorialLog(some) - factorialLog(all - some);
