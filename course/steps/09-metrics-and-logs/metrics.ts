// Reads dice's metrics from the Collector's log, where the debug exporter prints each export, and compares them before
// and after known rolls.
import { finding } from '../../engine/findings.ts';
import { renameHint } from '../../engine/names.ts';
import type { Finding, Problem } from '../../engine/findings.ts';

export const COUNTER = 'dice.rolls';
export const HISTOGRAM = 'dice.roll.value';

/** What people call the instrument. With verbosity normal, a counter can't be told from a gauge. */
type Kind = 'counter' | 'up-down counter' | 'gauge' | 'histogram' | 'counter or gauge';
const COUNTERS: readonly Kind[] = ['counter', 'counter or gauge'];

export interface Metric {
  readonly kind: Kind;
  /** Total of a sum, or the number of recorded values of a histogram. */
  readonly count: number;
  /** Sum of the recorded values of a histogram. */
  readonly sum: number;
  /** Whether the numbers are those since the export before. Verbosity normal omits it. */
  readonly isDelta?: boolean | undefined;
  /** When the process began to count, by its own clock. Another process has another. Verbosity normal omits it. */
  readonly start?: number | undefined;
}

/** The metrics of dice in one export, by name. */
export interface Export {
  /** Tells this export from any other. The lines behind it in the log are no part of it, and may come only later. */
  readonly key: string;
  /** The resource, which names the pod. Verbosity detailed prints it elsewhere. */
  readonly resource: string;
  /** When dice collected the metrics, in milliseconds since the epoch, by dice's clock. Verbosity normal omits it. */
  readonly at: number | undefined;
  readonly metrics: ReadonlyMap<string, Metric>;
}

/** Returns the exports that have metrics of dice, oldest first. */
export function exportsIn(log: string): Export[] {
  return log
    .split(/^(?=.*\bResourceMetrics #\d)/m)
    .map((text) => exportIn(text))
    .filter(({ metrics }) => [...metrics.keys()].some((name) => name.startsWith('dice')));
}

function exportIn(text: string): Export {
  const [[at], metrics] = [timesIn(text, 'Timestamp'), new Map([...detailed(text), ...brief(text)])];
  const [line = ''] = text.split('\n', 1);
  const resource = line.replace(/^.*\bResourceMetrics #\d+/, '').trim();
  return { key: JSON.stringify([line, at, ...metrics]), resource, at, metrics };
}

/** Returns the times that stand behind a word, each in milliseconds since the epoch. */
const timesIn = (text: string, word: string): number[] =>
  [...text.matchAll(new RegExp(`^${word}: (\\d{4}-\\d\\d-\\d\\d) (\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,3})?)`, 'gm'))].map(
    ([, day, time]) => Date.parse(`${day}T${time}Z`),
  );

const total = (text: string, pattern: RegExp): number =>
  [...text.matchAll(pattern)].reduce((sum, [, value]) => sum + Number(value), 0);

/** Reads the metrics that the debug exporter prints with verbosity detailed, over several lines. */
function detailed(text: string): [string, Metric][] {
  return text
    .split(/^Metric #\d+/m)
    .slice(1)
    .flatMap((block): [string, Metric][] => {
      const [, name] = /-> Name: (\S+)/.exec(block) ?? [];
      if (name === undefined) return [];
      const kind = kindOf(/-> DataType: (\w+)/.exec(block)?.[1], /-> IsMonotonic: (\w+)/.exec(block)?.[1]);
      const count = total(block, kind === 'histogram' ? /^Count: (\d+)/gm : /^Value: (-?[\d.]+)/gm);
      const sum = total(block, /^Sum: (-?[\d.e+]+)/gm);
      return [[name, { kind, count, sum, isDelta: isDeltaIn(block), start: startIn(block) }]];
    });
}

/** Returns when the oldest of a metric's points begins. A point that joins later begins later. */
function startIn(block: string): number | undefined {
  const starts = timesIn(block, 'StartTimestamp');
  return starts.length === 0 ? undefined : Math.min(...starts);
}

function isDeltaIn(block: string): boolean | undefined {
  const temporality = /-> AggregationTemporality: (\w+)/.exec(block)?.[1];
  return temporality === undefined ? undefined : temporality === 'Delta';
}

/** Returns the instrument of a metric. A sum that can decrease is no counter. */
function kindOf(type: string | undefined, monotonic: string | undefined): Kind {
  if (type?.endsWith('Histogram')) return 'histogram';
  if (type !== 'Sum') return 'gauge';
  return monotonic === 'false' ? 'up-down counter' : 'counter';
}

/** Reads the metrics that the debug exporter prints with verbosity normal: one line for each data point. */
function brief(text: string): [string, Metric][] {
  const points = [...text.matchAll(/^(dice[\w.]*)(?:\{.*\})? (\S.*)$/gm)];
  return [...Map.groupBy(points, ([, name = '']) => name)].map(([name, some]) => [
    name,
    sumOf(some.map(([, , value = '']) => value)),
  ]);
}

function sumOf(points: readonly string[]): Metric {
  const all = points.join('\n');
  if (!all.includes('count=')) return { kind: 'counter or gauge', count: total(all, /^(-?[\d.e+]+)/gm), sum: 0 };
  return { kind: 'histogram', count: total(all, /\bcount=(\d+)/g), sum: total(all, /\bsum=(-?[\d.e+]+)/g) };
}

/** The rolls that a check made, and the exports before and after them. */
export interface Comparison {
  /** What dice answered. */
  readonly rolls: readonly number[];
  /** The last export before the rolls, if there was one. */
  readonly before: Export | undefined;
  readonly after: Export | undefined;
}

/**
 * Returns the numbers before and after the rolls. With delta temporality, an export has only what was added since the
 * one before, so the new exports are added up.
 * @param prefersDelta whether the settings ask for it, for an export that does not say
 */
export function comparisonOf(
  rolls: readonly number[],
  { before, now, prefersDelta }: { before: readonly Export[]; now: readonly Export[]; prefersDelta: boolean },
): Comparison {
  const last = now.at(-1);
  const known = new Set(before.map(({ key }) => key));
  if (!isDelta(last, prefersDelta)) {
    const after = last && !known.has(last.key) ? last : undefined;
    return { rolls, before: before.at(-1), after };
  }
  const fresh = now.filter(({ key }) => !known.has(key));
  return { rolls, before: NOTHING, after: fresh.length > 0 ? sumOfExports(fresh) : undefined };
}

/**
 * Returns the exports of the process that began to count last. While a new pod starts, the log also has exports of the
 * pod before, and the last one may come when that pod ends.
 */
export function ofNewestProcess(exports: readonly Export[]): Export[] {
  const newest = Math.max(...exports.map((one) => startOf(one) ?? -Infinity));
  return exports.filter((one) => (startOf(one) ?? newest) === newest);
}

/** Returns when the process of an export began to count, or undefined if the export does not tell. */
function startOf({ metrics }: Export): number | undefined {
  const starts = [...metrics.values()].flatMap(({ start, isDelta: delta }) =>
    start === undefined || delta ? [] : [start],
  );
  return starts.length === 0 ? undefined : Math.max(...starts);
}

const NOTHING: Export = { key: '', resource: '', at: undefined, metrics: new Map() };

function isDelta(last: Export | undefined, prefersDelta: boolean): boolean {
  const said = [COUNTER, HISTOGRAM].map((name) => last?.metrics.get(name)?.isDelta);
  return said.find((one) => one !== undefined) ?? prefersDelta;
}

const sumOfExports = (exports: readonly Export[]): Export =>
  exports.reduce((sum, { metrics, ...one }) => {
    const added = [...metrics].map(([name, metric]) => [name, merged(sum.metrics.get(name), metric)] as const);
    return { ...one, metrics: new Map([...sum.metrics, ...added]) };
  }, NOTHING);

const merged = (sum: Metric | undefined, metric: Metric): Metric =>
  sum?.kind === metric.kind ? { ...metric, count: sum.count + metric.count, sum: sum.sum + metric.sum } : metric;

/** How much a metric has grown, or undefined if it is missing or of another kind. */
type Growth = { readonly count: number; readonly sum: number } | undefined;

function growthOf(name: string, kinds: readonly Kind[], { before, after }: Comparison): Growth {
  const later = after?.metrics.get(name);
  if (!later || !kinds.includes(later.kind)) return undefined;
  const earlier = before?.resource === after?.resource ? before?.metrics.get(name) : undefined;
  const base = earlier && isContinued(earlier, later) ? earlier : { count: 0, sum: 0 };
  return { count: later.count - base.count, sum: later.sum - base.sum };
}

/**
 * Returns whether one process has counted both. The pod before may have had another instrument of that name, and any
 * numbers. A new process begins at 0.
 */
const isContinued = (earlier: Metric, later: Metric): boolean =>
  earlier.kind === later.kind && earlier.start === later.start && earlier.count <= later.count;

const texts = {
  counter: `the counter ${COUNTER}, which grows by 1 with each roll`,
  histogram: `the histogram ${HISTOGRAM}, to which each roll adds what was rolled`,
};

/** The most that a roll of somebody else adds to the histogram. The check's own rolls add far more. */
const LARGEST = 100;

export function judgeMetrics(comparison: Comparison): Finding[] {
  const [counter, histogram] = [
    growthOf(COUNTER, COUNTERS, comparison),
    growthOf(HISTOGRAM, ['histogram'], comparison),
  ];
  const values = troubleWithHistogram(histogram, comparison);
  const trusted = values ? undefined : histogram;
  const numbers = troubleWithCounter(counter, trusted, comparison);
  return [
    numbers || !lacksKind(comparison) ? finding(texts.counter, numbers) : withoutKind,
    finding(texts.histogram, values),
  ];
}

/** Returns whether the export leaves open if the counter is one. A gauge may have the same numbers. */
const lacksKind = ({ after }: Comparison): boolean => after?.metrics.get(COUNTER)?.kind === 'counter or gauge';

const withoutKind: Finding = {
  text: texts.counter,
  state: 'unknown',
  found: `the numbers of ${COUNTER}, and not whether they are a counter's or a gauge's`,
  hint: 'With verbosity normal the Collector prints numbers only. Set exporters.debug.verbosity to detailed, then Run.',
};

/** Returns what to say of a metric that is missing, or of another kind. */
function missing(name: string, found: Export | undefined, hint: string): Problem {
  const metrics = [...(found?.metrics ?? [])].filter(([one]) => one.startsWith('dice'));
  const named = metrics.map(([one, { kind }]) => `${one} (${kind})`).join(', ');
  return {
    found: named || "no metric of that name in the Collector's log since the rolls",
    hint:
      renameHint(
        name,
        metrics.map(([one]) => one),
      ) ?? hint,
  };
}

/**
 * Compares the counter's growth with the number of rolls. Visitors roll too, so it may have grown by more: by as much
 * as the histogram.
 */
function troubleWithCounter(counter: Growth, histogram: Growth, { rolls, after }: Comparison): Problem | undefined {
  const hint =
    `${COUNTER}: meter.createCounter('${COUNTER}') with add(1) in doRoll(), ` + "meter from metrics.getMeter('dice').";
  if (!counter) return missing(COUNTER, after, hint);
  if (counter.count < rolls.length)
    return {
      found: `${COUNTER} grew by ${counter.count} in ${rolls.length} rolls`,
      hint: `Call add(1) in each roll. ${hint}`,
    };
  if (!histogram || counter.count === histogram.count) return undefined;
  return {
    found: `${COUNTER} grew by ${counter.count} while the histogram counted ${histogram.count} rolls`,
    hint: `Call add(1), once for each roll. ${hint}`,
  };
}

/** Compares the growth of the histogram with the rolls. Each roll of somebody else adds at least 1. */
function troubleWithHistogram(histogram: Growth, { rolls, before, after }: Comparison): Problem | undefined {
  const hint =
    `${HISTOGRAM}: meter.createHistogram('${HISTOGRAM}') with record(result) in doRoll(), ` +
    "meter from metrics.getMeter('dice').";
  if (!histogram) return missing(HISTOGRAM, after, hint);
  const others = histogram.count - rolls.length;
  const excess = histogram.sum - rolls.reduce((sum, roll) => sum + roll, 0);
  if (others < 0)
    return {
      found: `${HISTOGRAM} got ${histogram.count} values in ${rolls.length} rolls`,
      hint: `Call record(result) in each roll. ${hint}`,
    };
  if (excess >= others - 0.5 && (before === undefined || excess <= others * LARGEST + 0.5)) return undefined;
  return {
    found:
      `${HISTOGRAM} got ${histogram.count} values with the sum ${histogram.sum}, ` +
      `where dice rolled ${rolls.join(', ')} for the check`,
    hint: `Record the very value that doRoll() gives back, once. ${hint}`,
  };
}
