// When a class is on, by its schedule and the time of day.
import { DEFAULTS } from '../api/types.ts';
import type { ScheduleSpec } from '../api/types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Warnings come this long before the end. */
const WARNINGS = [60 * MINUTE, 15 * MINUTE, 5 * MINUTE];

/** Longer than that nothing is waited for: setTimeout takes 24.8 days at most, and clocks are set. */
export const LONGEST_WAIT = 24 * HOUR;

export interface Schedule {
  readonly state: 'Scheduled' | 'Open' | 'Expired';
  readonly afterExpiry: NonNullable<ScheduleSpec['afterExpiry']>;
  readonly startsAt?: string;
  readonly expiresAt?: string;
  /** Milliseconds until it must be looked at again; at most LONGEST_WAIT. */
  readonly next?: number;
  /** The end is less than so many minutes away. */
  readonly warning?: number;
}

function stateAt(now: number, starts: number, expires: number): Schedule['state'] {
  if (now >= expires) return 'Expired';
  return now < starts ? 'Scheduled' : 'Open';
}

/** @param now milliseconds since 1970 */
export function scheduleAt(now: number, spec: ScheduleSpec = {}): Schedule {
  const { startsAt, expiresAt, afterExpiry = DEFAULTS.afterExpiry } = spec;
  const starts = startsAt === undefined ? -Infinity : Date.parse(startsAt);
  const expires = expiresAt === undefined ? Infinity : Date.parse(expiresAt);
  const state = stateAt(now, starts, expires);
  const ahead = [starts, expires, ...WARNINGS.map((before) => expires - before)].filter(
    (at) => at > now && at < Infinity,
  );
  const due = state === 'Expired' ? [] : WARNINGS.filter((before) => now >= expires - before);
  return {
    state,
    afterExpiry,
    ...(startsAt !== undefined && { startsAt }),
    ...(expiresAt !== undefined && { expiresAt }),
    ...(ahead.length > 0 && { next: Math.min(LONGEST_WAIT, Math.min(...ahead) - now) }),
    ...(due.length > 0 && { warning: Math.min(...due) / MINUTE }),
  };
}

/** Whether the class is over, and something is to be done about that. */
export const isOver = ({ state, afterExpiry }: Schedule): boolean => state === 'Expired' && afterExpiry !== 'Keep';
