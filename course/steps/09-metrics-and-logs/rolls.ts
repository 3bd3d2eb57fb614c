// Finds the rolls among requests to dice, and when the last of them ended.
import { answeredValues } from '../../engine/answers.ts';
import type { Seen, Visit } from '../../engine/observation.ts';

/** Returns the requests for a roll that dice has answered with one. */
export const rolledIn = (visits: readonly Visit[]): Visit[] =>
  visits.filter(({ path, answer }) => path.startsWith('/rolldice') && answer.status === 200);

/** Returns what dice has rolled. */
export const rollsIn = (visits: readonly Visit[]): number[] => answeredValues(rolledIn(visits), []) ?? [];

/**
 * Returns when the last span of the requests ended, by dice's clock. It is unknown while the spans of the last request
 * are missing.
 */
export function lastEnd({ visits, strays }: Pick<Seen, 'visits' | 'strays'>): number | undefined {
  const own = visits.at(-1)?.spans ?? [];
  const last = own.length > 0 || strays.length < visits.length ? own : strays;
  const ends = last.map(({ start, duration }) => start + duration);
  return ends.length === 0 ? undefined : Math.max(...ends);
}
