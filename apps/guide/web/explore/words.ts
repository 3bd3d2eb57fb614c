// Numbers, times and the state of a signal, in words.
import type { SignalState } from '../../explore-contract.ts';
import { lossAsText } from '../../losses.ts';

const MINUTE = 60_000; // ms

/** Formats a time as the reader's time of day. */
export function clock(time: number): string {
  return new Date(time).toLocaleTimeString('en-GB');
}

/** Milliseconds before now from which on a time of day alone would mislead. One in the future always does. */
const FAR = 12 * 60 * MINUTE;

const isFar = (time: number): boolean => isAhead(time, Date.now()) || Date.now() - time > FAR;

/** Whether a time is in the future. Clocks may differ by a minute. */
export const isAhead = (time: number, now: number): boolean => time > now + MINUTE;

const day = (time: number): string => new Date(time).toLocaleDateString('sv-SE');

/** Formats a time that may be of another day, such as `1970-01-01 00:00:00`. */
export const moment = (time: number): string => (isFar(time) ? `${day(time)} ${clock(time)}` : clock(time));

/** Formats a time as a short label: only the day of another day. */
export const shortMoment = (time: number): string => (isFar(time) ? day(time) : clock(time));

/** Formats a time span in milliseconds, such as `12 s` or `3 min`. */
export function span(milliseconds: number): string {
  if (milliseconds < MINUTE) return `${Math.max(0, Math.round(milliseconds / 1000))} s`;
  if (milliseconds < 60 * MINUTE) return `${Math.round(milliseconds / MINUTE)} min`;
  return `${(milliseconds / 60 / MINUTE).toFixed(1)} h`;
}

/** Formats a number with at most three significant digits after the whole part, such as `1,234`, `0.033` or `12.5`. */
export function number(value: number): string {
  const size = Math.abs(value);
  if (size >= 1000) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

export const counted = (count: number, noun: string): string => `${number(count)} ${count === 1 ? noun : `${noun}s`}`;

/** Formats a number with its unit. UCUM writes a unit such as `{roll}` in braces. */
export function withUnit(value: number, unit: string): string {
  const bare = unit.replace(/[{}]/g, '');
  return bare === '' || bare === '1' ? number(value) : `${number(value)} ${bare}`;
}

/** What a page says about the telemetry that arrives. */
export interface StateInWords {
  /** Says that nothing arrives, and since when or why, or what doesn't answer. Undefined if all is well. */
  readonly missing: string | undefined;
  readonly dropped: readonly string[];
}

/**
 * Returns the state of a signal in words.
 * @param quiet milliseconds after which a signal without news counts as missing
 */
export function stateInWords(state: SignalState, now: number, quiet = MINUTE): StateInWords {
  return { missing: missingInWords(state, now, quiet), dropped: state.dropped.map(lossAsText) };
}

function missingInWords(state: SignalState, now: number, quiet: number): string | undefined {
  const { signal, latest, since, unavailable, fallback } = state;
  if (unavailable !== undefined) return unavailable;
  if (fallback !== undefined) return fallback;
  if (latest === undefined)
    return `No ${signal} have arrived since the guide started at ${clock(since)}, ${span(now - since)} ago.`;
  if (now - latest <= quiet) return undefined;
  return `No ${signal} arrive now. The latest came at ${clock(latest)}, ${span(now - latest)} ago.`;
}
