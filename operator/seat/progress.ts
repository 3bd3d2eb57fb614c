// Reads the attendee's progress from a ConfigMap. The attendee can edit the ConfigMap, so the operator copies only two
// numbers and a time from it.
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';

/** Highest number of exercises that the operator reports. It lowers a higher number to this one. */
const MAX_EXERCISES = 999;
/** Milliseconds by which the attendee's clock may be ahead of the operator's clock. */
const CLOCK_SKEW_MS = 5 * 60_000;

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_EXERCISES) : undefined;
}

/**
 * Reads an RFC 3339 time. A time slightly in the future counts as now, because clocks differ. Returns undefined for a
 * time further in the future.
 * https://www.rfc-editor.org/rfc/rfc3339#section-5.6
 */
function timeOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const time = Date.parse(text);
  return time >= 0 && time <= now + CLOCK_SKEW_MS ? rfc3339(Math.min(time, now)) : undefined;
}

export function progressOf(
  live: ConfigMap | undefined,
  now: number,
): Pick<SeatStatus, 'exercises' | 'progress' | 'lastActivity'> {
  const { passed: passedText, total: totalText, lastActivity: activityText } = live?.data ?? {};
  const [passed, total] = [numberOf(passedText), numberOf(totalText)];
  const lastActivity = timeOf(activityText, now);
  const exercises =
    passed !== undefined && total !== undefined ? { passed: Math.min(passed, total), total } : undefined;
  return {
    ...(exercises && { exercises, progress: `${exercises.passed}/${exercises.total}` }),
    ...(lastActivity !== undefined && { lastActivity }),
  };
}
