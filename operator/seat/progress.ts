// How far the attendee is, out of a ConfigMap that the attendee can write too: whatever is in it, no more than two numbers and a time
// come out of it.
import { rfc3339 } from '../../kubernetes/conditions.ts';
import type { SeatStatus } from '../api/types.ts';
import type { ConfigMap } from '../../kubernetes/types.ts';

/** A course has no more exercises than that. */
const MOST = 999;
/** Clocks differ. */
const AHEAD_MS = 5 * 60_000;

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Math.min(Number(text), MOST) : undefined;
}

/** Numbers and letters of a time only, and one that has been. https://www.rfc-editor.org/rfc/rfc3339#section-5.6 */
function timeOf(text: string | undefined, now: number): string | undefined {
  if (text === undefined || !/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/.test(text))
    return undefined;
  const time = Date.parse(text);
  return time >= 0 && time <= now + AHEAD_MS ? rfc3339(Math.min(time, now)) : undefined;
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
