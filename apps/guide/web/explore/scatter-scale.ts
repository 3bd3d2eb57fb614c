// The scales of the scatter plot: time in pixels from the left, and duration in pixels from the top.
import type { TraceRow } from './trace-messages.ts';
import { isAhead } from './words.ts';

type Measured = Pick<TraceRow, 'start' | 'duration'>;

export interface Scale {
  readonly x: (time: number) => number;
  readonly y: (duration: number) => number;
  /** The pixel at which the plot begins, right of the labels. */
  readonly left: number;
  /** Undefined without traces. */
  readonly times: readonly [from: number, until: number] | undefined;
  /** Powers of ten, in milliseconds. */
  readonly durations: readonly [least: number, most: number];
  readonly width: number;
}

/** The shortest duration of the scale, in milliseconds. Anything shorter is drawn there. */
const shortest = 0.001;
const left = 58;
const [right, top, bottom] = [12, 10, 24];

const HOUR = 3_600_000; // ms

/**
 * Returns the times that the plot shows. A wrong clock can make a trace of 1970. If the axis began there, all others
 * would be in one column. So the axis follows most traces: it ends soon after now, and begins not long before the
 * first of their last nine tenths.
 * @param now in milliseconds since 1970
 */
export function shownTimes(starts: readonly number[], now: number): readonly [from: number, until: number] {
  const ordered = starts.toSorted((a, b) => a - b);
  const most = ordered.filter((start) => !isAhead(start, now));
  const first = most[Math.ceil(most.length / 10)] ?? most[0] ?? ordered[0] ?? now;
  const last = most.at(-1) ?? ordered.at(-1) ?? now;
  return [first - Math.max(12 * HOUR, 3 * (last - first)), last];
}

export function scaleOf(rows: readonly Measured[], width: number, height: number): Scale {
  const times = rangeOf(rows.map(({ start }) => start));
  const [least, most] = rangeOf(rows.map(({ duration }) => Math.max(duration, shortest))) ?? [1, 1_000];
  const durations = [10 ** Math.floor(Math.log10(least)), 10 ** Math.ceil(Math.log10(most * 1.01))] as const;
  const [low, high] = durations.map(Math.log10) as [number, number];
  const [from, until] = times ?? [0, 0];
  const inner = Math.max(1, width - left - right);
  return {
    x: (time) => left + (until > from ? ((time - from) / (until - from)) * inner : inner / 2),
    y: (duration) => {
      const part = (Math.log10(Math.max(duration, durations[0])) - low) / (high - low);
      return height - bottom - part * (height - top - bottom);
    },
    left,
    times,
    durations,
    width,
  };
}

/** Returns the smallest and the largest number. A call with thousands of arguments could be too long. */
function rangeOf(numbers: readonly number[]): readonly [number, number] | undefined {
  if (numbers.length === 0) return undefined;
  return numbers.reduce(
    ([least, most], one): readonly [number, number] => [Math.min(least, one), Math.max(most, one)],
    [Infinity, -Infinity] as readonly [number, number],
  );
}

/** Returns the times and the durations to label: a label needs about 110 pixels. */
export function ticksOf({ times, durations: [least, most], width }: Scale) {
  const powers = Math.round(Math.log10(most / least));
  return {
    times: times ? timesOf(times, width) : [],
    durations: Array.from({ length: powers + 1 }, (_, at) => Number((least * 10 ** at).toPrecision(1))),
  };
}

function timesOf([from, until]: readonly [number, number], width: number): number[] {
  if (from === until) return [];
  const count = Math.max(1, Math.floor((width - left) / 110));
  return Array.from({ length: count }, (_, at) => from + ((at + 0.5) / count) * (until - from));
}
