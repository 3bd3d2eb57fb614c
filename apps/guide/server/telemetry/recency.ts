// Which spans a service's charts count, and when a line of a chart ended. Both are read from the values that the page
// gets, so that they are the same from the guide's memory and from Prometheus.
import type { Counted } from '../../../../otlp/failures.ts';
import type { Values } from '../../explore-contract.ts';

/**
 * Returns the index of the newest report. A report shows in `hold` values. One that still shows in the last value may
 * be newer than any other, so then it is the last index. Returns -1 if no value shows a report.
 */
function newestReport(isShown: readonly boolean[], hold: number): number {
  const last = isShown.lastIndexOf(true);
  return last < 0 || last === isShown.length - 1 ? last : Math.max(last - hold + 1, 0);
}

/** Returns when the newest report was made, or undefined if it still shows in the last value. */
export function endOf(isShown: readonly boolean[], hold: number, times: readonly number[]): number | undefined {
  const at = newestReport(isShown, hold);
  return at < 0 || at === isShown.length - 1 ? undefined : times[at];
}

/** How many values apart the Collector may report spans of one request: the SDK and the Collector wait 5 s each. */
const APART = 2;

const isAbove0 = (value: number | null | undefined): boolean => (value ?? 0) > 0;

/** Returns whether there were requests in the window of each value. */
export const haveRequests = (rates: Values): boolean[] => rates.map(isAbove0);

/**
 * Returns which spans count: server spans, unless the service had none of them for a while when its newest spans came.
 * Returns undefined if it had no spans of either kind.
 */
export function countedOf(rates: Readonly<Record<Counted, Values>>, window: number): Counted | undefined {
  const { server, internal } = rates;
  const newest = newestReport(
    internal.map((rate, index) => isAbove0(rate) || isAbove0(server[index])),
    window,
  );
  if (newest < 0) return undefined;
  return server.slice(Math.max(newest - APART, 0), newest + 1).some(isAbove0) ? 'server' : 'internal';
}
