// Computes the state of a class from its schedule and the current time.
import { DEFAULTS } from '../api/types.ts';
import type { ScheduleSpec } from '../api/types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

/** Times before the end of a class at which to warn, in milliseconds. */
const WARNINGS = [60 * MINUTE, 15 * MINUTE, 5 * MINUTE];

/**
 * Longest time until the next reconcile, in milliseconds: one day. A timer of setTimeout can't exceed 24.8 days, and
 * somebody may change the system clock.
 */
export const MAX_WAIT_MS = 24 * HOUR;

export interface Schedule {
  readonly state: 'Scheduled' | 'Open' | 'Expired';
  readonly afterExpiry: NonNullable<ScheduleSpec['afterExpiry']>;
  readonly startsAt?: string;
  readonly expiresAt?: string;
  /** Milliseconds until the state of the class may change, at most MAX_WAIT_MS. */
  readonly next?: number;
  /** Whether the seats are only stopped, because their deletion is not confirmed. */
  readonly unconfirmed?: boolean;
  /** Number of minutes in the warning that the class ends soon. Unset if no warning is due. */
  readonly warning?: number;
}

function stateAt(now: number, starts: number, expires: number): Schedule['state'] {
  if (now >= expires) return 'Expired';
  return now < starts ? 'Scheduled' : 'Open';
}

/**
 * Returns the state of a class at a given time.
 * @param now milliseconds since 1970
 */
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
    ...(ahead.length > 0 && { next: Math.min(MAX_WAIT_MS, Math.min(...ahead) - now) }),
    ...(due.length > 0 && { warning: Math.min(...due) / MINUTE }),
  };
}

/** Whether the class has ended and its seats must be deleted or stopped. */
export const isOver = ({ state, afterExpiry }: Schedule): boolean => state === 'Expired' && afterExpiry !== 'Keep';
