// Pieces of HTML that several pages share.
import { html } from '../html.ts';
import type { Content } from '../html.ts';

export const noJaegerUi = html`<p class="note">This Jaeger was built from source, without the files of its
        user interface. So the guide shows its traces here. The official images of Jaeger have the user interface.</p>`;

/** Where Jaeger's own pages are. They know one base path only, so they don't work below a prefix. */
export type JaegerPages = 'here' | 'none' | 'elsewhere';

/** @param root relative URL of the guide's root */
export function jaegerElsewhere(root: string): Content {
  const explore = html`<a href="${root}explore">Explore</a>`;
  return html`<p class="note">Jaeger's own pages do not work at this address, because the lab's Jaeger is configured
        for another one. ${explore} shows the same traces.</p>`;
}

export function inMilliseconds(duration: number): string {
  return `${duration < 10 ? duration.toFixed(2) : duration.toFixed(1)} ms`;
}

export const counted = (count: number, noun: string): string => `${count} ${count === 1 ? noun : `${noun}s`}`;

/** Marks a trace with a span that failed: see `failureOf`. */
export const failedMark: Content = html` <strong class="error">failed</strong>`;

/** Formats a time as the time of day in UTC, with milliseconds. */
export function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 23);
}
