// The pace of the visitors' rounds.

/** How far the rounds may be behind their plan before the plan gives way, in milliseconds. */
const MOST_BEHIND = 1_000;

/**
 * Returns when the next round starts: `pause` after the start that was planned for the last round, so that the rate
 * does not depend on how long a round takes. After a slow round, the next ones start at once until they are back on the
 * plan, which is never more than a second behind. All times are milliseconds.
 */
export const nextStart = (last: number, pause: number, now: number): number =>
  Math.max(last + pause, now - MOST_BEHIND);
