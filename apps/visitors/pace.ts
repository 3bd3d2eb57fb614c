// The pace of the visitors' rounds.

/**
 * Returns when the next round starts: `pause` after the start that was planned for the last round, so that the rate
 * does not depend on how long a round takes. If that time has passed, the next round starts now. All times are
 * milliseconds.
 */
export const nextStart = (last: number, pause: number, now: number): number => Math.max(last + pause, now);
