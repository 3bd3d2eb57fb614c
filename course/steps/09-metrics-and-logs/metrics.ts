// Compares what dice has reported of its instruments before and after known rolls.
import type { InstrumentKind } from '../../../apps/guide/explore-contract.ts';
import type { InstrumentTotals } from '../../../apps/guide/server/telemetry/instrument.ts';
import { explained, finding } from '../../engine/findings.ts';
import { renameHint } from '../../engine/names.ts';
import type { Explained, Finding, Problem } from '../../engine/findings.ts';
import { isLearners } from '../../../lab/services.ts';

export const COUNTER = 'dice.rolls';
export const HISTOGRAM = 'dice.roll.value';

/** What dice has reported of an instrument, over all attribute sets. */
export type Totals = Pick<
  InstrumentTotals,
  'service' | 'name' | 'kind' | 'temporality' | 'process' | 'start' | 'time' | 'count' | 'sum'
>;

/**
 * Returns what the newest process of dice has reported. While a new pod starts, the guide also has the numbers of the
 * old pod, whose last export may come when it ends. The process that began to count last is the newest.
 */
export function ofNewestProcess(all: readonly Totals[]): Totals[] {
  const processes = Map.groupBy(
    all.filter(({ service }) => isLearners(service)),
    ({ process }) => process,
  );
  return [...processes.values()].reduce((newest, one) => (startOf(one) > startOf(newest) ? one : newest), []);
}

/** Returns when a process began to count, by its own clock. */
const startOf = (totals: readonly Totals[]): number =>
  totals.length === 0 ? -Infinity : Math.min(...totals.map(({ start }) => start ?? 0));

/** Returns when dice collected the newest numbers, by its own clock, in milliseconds since the epoch. */
export function timeOf(totals: readonly Totals[]): number | undefined {
  const times = totals.flatMap(({ time }) => time ?? []);
  return times.length === 0 ? undefined : Math.max(...times);
}

/** The rolls that a check made, and what dice has reported before and after them. */
export interface Comparison {
  /** What dice answered. */
  readonly rolls: readonly number[];
  readonly before: readonly Totals[];
  readonly after: readonly Totals[];
  /** Whether dice had sent all its numbers before the rolls. */
  readonly isExact: boolean;
  /** How many data points the guide has had no room for since then. */
  readonly lost?: number;
  /** Dice's log, in which the SDK says which values it refused. */
  readonly log?: string;
}

/** Returns what dice has reported since the rolls. What has not changed since then may be of code that runs no more. */
export const reportedSince = (before: readonly Totals[], now: readonly Totals[]): Totals[] =>
  ofNewestProcess(now).filter((one) => before.every((other) => !isSame(one, other) || other.time !== one.time));

/** Whether both are of the same instrument of the same process. */
const isSame = (a: Totals, b: Totals): boolean => a.process === b.process && a.name === b.name && a.kind === b.kind;

/** How much an instrument has grown. */
export interface Growth {
  readonly count: number;
  readonly sum: number;
  /** Whether it has grown since the rolls began, and not since dice started. */
  readonly isSinceRolls: boolean;
}

/** Returns how much an instrument has grown, or undefined if there is none of that kind. */
function growthOf(name: string, kind: InstrumentKind, { before, after, isExact }: Comparison): Growth | undefined {
  const later = after.find((one) => one.name === name && one.kind === kind);
  if (!later) return undefined;
  const earlier = before.find((one) => isSame(one, later) && isContinued(one, later));
  const { count, sum } = earlier ?? { count: 0, sum: 0 };
  return { count: later.count - count, sum: later.sum - sum, isSinceRolls: isExact || earlier !== undefined };
}

/** Returns how much the histogram has grown, or undefined if no newer numbers of the same process are there. */
export function histogramSince(before: readonly Totals[], now: readonly Totals[]): Growth | undefined {
  const after = reportedSince(before, now);
  const growth = growthOf(HISTOGRAM, 'histogram', { rolls: [], before, after, isExact: false });
  return growth?.isSinceRolls ? growth : undefined;
}

/** Whether the later numbers go on from the earlier ones. A container that restarts begins at 0. */
const isContinued = (earlier: Totals, later: Totals): boolean =>
  earlier.start === later.start && earlier.count <= later.count;

export const texts = {
  counter: `the counter ${COUNTER}, which grows by 1 with each roll`,
  histogram: `the histogram ${HISTOGRAM}, to which each roll adds what was rolled`,
};

/** The most that a roll of somebody else adds to the histogram. The check's own rolls add far more, with many sides. */
export const LARGEST = 100;

/**
 * Judges what has arrived in one go. It refuses only what right code can't have sent, whoever else rolled. What it
 * accepts may still be wrong: proof.ts finds that out.
 */
export function judgeMetrics(comparison: Comparison): Finding[] {
  const [counter, histogram] = [growthOf(COUNTER, 'counter', comparison), growthOf(HISTOGRAM, 'histogram', comparison)];
  const values = troubleWithHistogram(histogram, comparison);
  const numbers = troubleWithCounter(counter, values ? undefined : histogram, comparison);
  return [finding(texts.counter, numbers), finding(texts.histogram, values)];
}

const MOST_NAMED = 5;

/** Returns what to say of an instrument that is missing, or of another kind. */
function missing(name: string, { after, lost = 0, log = '' }: Comparison, hint: string): Problem {
  const own = after.filter((one) => one.name.startsWith('dice'));
  const named = own.slice(0, MOST_NAMED).map((one) => `${one.name} (${one.kind})`);
  const more = own.length > MOST_NAMED ? ` and ${own.length - MOST_NAMED} more` : '';
  const found = own.length > 0 ? named.join(', ') + more : 'no metric of that name since the rolls';
  if (log.includes(`non-number value provided to metric ${name}:`))
    return {
      id: '09-metrics-and-logs/no-numbers',
      found: `${found}. ${name} got values that are no numbers`,
      hint: NO_NUMBER,
    };
  const rename = renameHint(
    name,
    own.map((one) => one.name),
  );
  const id = name === COUNTER ? '09-metrics-and-logs/no-counter' : '09-metrics-and-logs/no-histogram';
  const reason = explained(id, rename);
  if (lost <= 0) return { found, ...(reason ?? { id, hint }) };
  return { found: `${found}, and the guide has had no room for ${lost} data points`, ...(reason ?? NO_ROOM) };
}

const NO_NUMBER =
  'The instrument is there, and the SDK drops what is no number. Give it the number itself, as in record(result), ' +
  'not a text of it.';

const NO_ROOM: Explained = {
  id: '09-metrics-and-logs/too-many-series',
  hint:
    'The metric may be among them. Does an attribute of your instruments have a new value each time? Take it out, ' +
    'and press Run. If it is out already, check again in a few minutes: the guide forgets series that end.',
};

/**
 * Compares the counter's growth with the number of rolls. Visitors roll too, so it may have grown by more: by as much
 * as the histogram.
 */
function troubleWithCounter(
  counter: Growth | undefined,
  histogram: Growth | undefined,
  comparison: Comparison,
): Problem | undefined {
  const { rolls } = comparison;
  const hint =
    `${COUNTER}: meter.createCounter('${COUNTER}') with add(1) in doRoll(), ` + "meter from metrics.getMeter('dice').";
  if (!counter) return missing(COUNTER, comparison, hint);
  const id = '09-metrics-and-logs/counter';
  if (counter.count < rolls.length)
    return {
      id,
      found: `${COUNTER} grew by ${counter.count} in ${rolls.length} rolls`,
      hint: `Call add(1) in each roll. ${hint}`,
    };
  if (!histogram || counter.count === histogram.count) return undefined;
  return {
    id,
    found: `${COUNTER} grew by ${counter.count} while the histogram counted ${histogram.count} rolls`,
    hint: `Call add(1), once for each roll. ${hint}`,
  };
}

const RECORD =
  `${HISTOGRAM}: meter.createHistogram('${HISTOGRAM}') with record(result) in doRoll(), ` +
  "meter from metrics.getMeter('dice').";

/** Says what the histogram got in place of the rolls. */
export function wrongValues(rolls: readonly number[], { count, sum }: Pick<Growth, 'count' | 'sum'>): Problem {
  const id = '09-metrics-and-logs/histogram';
  const got = `${HISTOGRAM} got ${count} values`;
  if (count < rolls.length)
    return { id, found: `${got} in ${rolls.length} rolls`, hint: `Call record(result) in each roll. ${RECORD}` };
  return {
    id,
    found: `${got} with the sum ${sum}, where dice rolled ${rolls.join(', ')} for the check`,
    hint: `Record the very value that doRoll() gives back, once. ${RECORD}`,
  };
}

/** Compares the growth of the histogram with the rolls. Each roll of somebody else adds at least 1. */
function troubleWithHistogram(histogram: Growth | undefined, comparison: Comparison): Problem | undefined {
  const { rolls } = comparison;
  if (!histogram) return missing(HISTOGRAM, comparison, RECORD);
  const others = histogram.count - rolls.length;
  const excess = histogram.sum - rolls.reduce((sum, roll) => sum + roll, 0);
  const isPossible = !histogram.isSinceRolls || excess <= others * LARGEST + 0.5;
  return others >= 0 && excess >= others - 0.5 && isPossible ? undefined : wrongValues(rolls, histogram);
}

/** Values that people record in place of the roll. */
const MISTAKES: readonly ((roll: number) => number)[] = [
  (roll) => roll + 1,
  (roll) => roll - 1,
  (roll) => 7 - roll,
  (roll) => 2 * roll,
  ...[1, 2, 3, 4, 5, 6].map((value) => () => value),
];
const FACES = [1, 2, 3, 4, 5, 6];

/**
 * Whether the histogram's growth fits the rolls, and no usual mistake. All others are taken to roll six sides. This is
 * for a dice that sends its numbers only at intervals. It can't tell whether a roll is recorded when the next one is
 * made, if both are small.
 */
export function fitsOnly(comparison: Comparison): boolean {
  const growth = growthOf(HISTOGRAM, 'histogram', comparison);
  if (!growth) return false;
  const others = growth.count - comparison.rolls.length;
  const fits = (recorded: (roll: number) => number): boolean => {
    const rest = growth.sum - comparison.rolls.reduce((sum, roll) => sum + recorded(roll), 0);
    const each = FACES.map(recorded);
    return rest >= others * Math.min(...each) - 0.01 && rest <= others * Math.max(...each) + 0.01;
  };
  return fits((roll) => roll) && !MISTAKES.some(fits);
}
