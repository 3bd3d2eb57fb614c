// The attendee's progress, read from a ConfigMap that the attendee can edit. Only two numbers and a time can come out
// of it.
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';

/** The highest number of exercises. */
const MAX_EXERCISES = 999;
/** How far a clock may be ahead of ours. */
const CLOCK_SKEW_MS = 5 * 60_000;

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text), MAX_EXERCISES) : undefined;
}

/** Accepts only RFC 3339 times that are not in the future. https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
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
