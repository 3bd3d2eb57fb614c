// How pages and terminals show a span whose end is before its start. Code that sets its own times can make one.
import type { Span } from '../../otlp/traces.ts';

/** Says what is wrong with the end of a span. Empty if nothing is. */
export function endMark({ start, endsEarly }: Pick<Span, 'start' | 'endsEarly'>): string {
  if (endsEarly === undefined) return '';
  // OTLP has an end of 0, which is 1970, if nobody has set it.
  return endsEarly >= start ? 'no end' : 'ends before it starts';
}

/**
 * Returns how long a span took, in words.
 * @param inWords formats milliseconds
 */
export function tookInWords(
  { start, duration, endsEarly }: Pick<Span, 'start' | 'duration' | 'endsEarly'>,
  inWords: (milliseconds: number) => string,
): string {
  if (endsEarly === undefined) return inWords(duration);
  return endsEarly >= start ? '–' : `−${inWords(endsEarly)}`;
}
