// The server's clock, and ages in words.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** The server's clock. The browser's own may be wrong by minutes. */
export class Clock {
  readonly #local: () => number;
  #ahead = 0;

  constructor(local: () => number = Date.now) {
    this.#local = local;
  }

  /** Tells what time it is at the server. A text that is no time changes nothing. */
  set(at: string | undefined): void {
    const time = Date.parse(at ?? '');
    if (!Number.isNaN(time)) this.#ahead = time - this.#local();
  }

  /** @returns the server's time in milliseconds since 1970 */
  now(): number {
    return this.#local() + this.#ahead;
  }
}

/** @param milliseconds a span of time. @returns words such as `now`, `3 min`, `2 h` */
export function ageInWords(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return '';
  if (milliseconds < MINUTE) return 'now';
  if (milliseconds < 2 * HOUR) return `${Math.floor(milliseconds / MINUTE)} min`;
  if (milliseconds < 2 * DAY) return `${Math.floor(milliseconds / HOUR)} h`;
  return `${Math.floor(milliseconds / DAY)} days`;
}

/** @param now in milliseconds since 1970. @returns how long ago a time was, or '' if there is none */
export const ageOf = (time: string | undefined, now: number): string => ageInWords(now - Date.parse(time ?? ''));

/** @returns what the strip says about the time of a class, such as `ends in 40 min` */
export function timeLeft({ startsAt, expiresAt }: { startsAt?: string; expiresAt?: string }, now: number): string {
  const [starts, ends] = [Date.parse(startsAt ?? ''), Date.parse(expiresAt ?? '')];
  if (starts > now) return `starts in ${spanInWords(starts - now)}`;
  if (Number.isNaN(ends)) return 'no end is set';
  return ends > now ? `ends in ${spanInWords(ends - now)}` : `ended ${spanInWords(now - ends)} ago`;
}

const spanInWords = (milliseconds: number): string =>
  milliseconds < MINUTE ? 'less than a minute' : ageInWords(milliseconds);
