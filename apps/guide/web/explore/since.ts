// From when on traces are compared. What changed between old and new traces, such as a version or the load, differs,
// too. So the reader may leave out those from before a time, in both groups.

export type Since =
  | { readonly kind: 'all' }
  /** Since the first marked trace. */
  | { readonly kind: 'marked' }
  | { readonly kind: 'minutes'; readonly minutes: number }
  /** In milliseconds since the epoch. */
  | { readonly kind: 'time'; readonly time: number };

export const ALL: Since = { kind: 'all' };

const MINUTE = 60_000; // ms
const DAY = 24 * 60 * MINUTE;
/** The largest time of JavaScript. */
const LATEST = 8.64e15;

/** Reads what `textOf` has written. Returns ALL for any other text. */
export function sinceIn(text: string): Since {
  if (text === 'marked') return { kind: 'marked' };
  const minutes = /^(\d{1,4})m$/.exec(text)?.[1];
  if (minutes !== undefined) return { kind: 'minutes', minutes: Number(minutes) };
  const time = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  return time <= LATEST ? { kind: 'time', time } : ALL;
}

/** Writes the choice for the page's URL. Empty for ALL. */
export function textOf(since: Since): string {
  if (since.kind === 'time') return String(since.time);
  if (since.kind === 'minutes') return `${since.minutes}m`;
  return since.kind === 'marked' ? 'marked' : '';
}

/** Returns the time from which on traces are compared. Undefined for all. */
export function beginOf(since: Since, { now, firstMarked }: { now: number; firstMarked: number }): number | undefined {
  if (since.kind === 'all') return undefined;
  if (since.kind === 'marked') return firstMarked;
  return since.kind === 'time' ? since.time : now - since.minutes * MINUTE;
}

/**
 * Reads a time of day such as `14:03` or `14:03:20`, in the reader's time zone. Returns the last time that it was so
 * late, so just after midnight 23:50 is yesterday. Undefined if the text is no time of day.
 */
export function timeOfDay(text: string, now: number): number | undefined {
  const [, hours, minutes, seconds = '0'] = /^(\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?$/.exec(text) ?? [];
  if (hours === undefined || minutes === undefined) return undefined;
  const time = new Date(now).setHours(Number(hours), Number(minutes), Number(seconds), 0);
  return time <= now ? time : time - DAY;
}
