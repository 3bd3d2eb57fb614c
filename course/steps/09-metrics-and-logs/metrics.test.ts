// Tests how step 9 compares metrics before and after known rolls, with 200 seeds and rolls of visitors in between.
import type { Finding } from '../../engine/findings.ts';
import { randomFrom, roll, SEEDS } from '../../harness/generated.ts';
import type { Random } from '../../harness/generated.ts';
import { comparisonOf, exportsIn, judgeMetrics, ofNewestProcess } from './metrics.ts';

interface Totals {
  counter: number;
  count: number;
  sum: number;
}
/** What a learner's code adds for a roll. */
type Code = (value: number, random: Random) => Totals;

/** The Collector's log of an export, as the debug exporter of 0.144 prints it with verbosity detailed or normal. */
const detailed = (
  { counter, count, sum }: Totals,
  isDelta = false,
): string => `2026-11-29T10:00:00Z\tinfo\tResourceMetrics #0
Metric #0
Descriptor:
     -> Name: dice.rolls
     -> Description: How often a die was rolled
     -> Unit: 
     -> DataType: Sum
     -> IsMonotonic: true
     -> AggregationTemporality: ${isDelta ? 'Delta' : 'Cumulative'}
NumberDataPoints #0
Data point attributes:
     -> roll.sides: Int(6)
StartTimestamp: 2026-11-29 09:34:48.123 +0000 UTC
Timestamp: 2026-11-29 09:34:50.456789 +0000 UTC
Value: ${counter - 1}
NumberDataPoints #1
StartTimestamp: 2026-11-29 09:34:48.123 +0000 UTC
Timestamp: 2026-11-29 09:34:50.456789 +0000 UTC
Value: 1
Metric #1
Descriptor:
     -> Name: dice.roll.value
     -> DataType: Histogram
     -> AggregationTemporality: ${isDelta ? 'Delta' : 'Cumulative'}
HistogramDataPoints #0
StartTimestamp: 2026-11-29 09:34:48.123 +0000 UTC
Timestamp: 2026-11-29 09:34:50.456789 +0000 UTC
Count: ${count}
Sum: ${sum.toFixed(6)}
ExplicitBounds #0: 1.000000
Buckets #0, Count: 3
`;
const normal = ({ counter, count, sum }: Totals): string => `info\tResourceMetrics #0 service.name=dice
ScopeMetrics #0 dice
dice.rolls{roll.sides=6} ${counter - 1}
dice.rolls{roll.sides=20} 1
dice.roll.value{} count=${count} sum=${sum} min=1 max=6 le1=0 le2=${count}
`;

/** Records each roll when the next one is made. */
function lagging(): Code {
  let last = 1;
  return (value) => {
    const sum = last;
    last = value;
    return { counter: 1, count: 1, sum };
  };
}

/** What each requirement comes to if the numbers are right. Verbosity normal does not say what a counter is. */
const RIGHT: Readonly<Record<string, string>> = { detailed: 'met met', normal: 'unknown met' };
const areRight = (findings: readonly Finding[], print: unknown): boolean =>
  findings.map(({ state }) => state).join(' ') === (print === normal ? RIGHT['normal'] : RIGHT['detailed']);

const step: Code = (value) => ({ counter: 1, count: 1, sum: value });

function passes(seed: number, code: Code, print: (totals: Totals) => string): boolean {
  const random = randomFrom(seed);
  const totals = { counter: 3, count: 3, sum: 9 };
  const make = (value: number): number => {
    const { counter, count, sum } = code(value, random);
    totals.counter += counter;
    totals.count += count;
    totals.sum += sum;
    return value;
  };
  const before = exportsIn(print(totals)).at(-1);
  const rolls = [1_000_000, 6, 1_000_000, 6, 1_000_000].map((sides) => {
    if (random() < 0.4) make(roll(random));
    return make(roll(random, sides));
  });
  return areRight(judgeMetrics({ rolls, before, after: exportsIn(`${print(totals)}`).at(-1) }), print);
}

describe.each([
  { verbosity: 'detailed', print: detailed },
  { verbosity: 'normal', print: normal },
])('metrics that the debug exporter prints with verbosity $verbosity', ({ print }) => {
  test('have the right numbers with each seed, if each roll is counted and recorded', () => {
    expect(SEEDS.filter((seed) => passes(seed, step, print))).toEqual(SEEDS);
  });

  test.each<[string, Code]>([
    ['count nothing', () => ({ counter: 0, count: 0, sum: 0 })],
    ['add what was rolled to the counter', (value) => ({ counter: value, count: 1, sum: value })],
    ['add 10, and record 1', () => ({ counter: 10, count: 1, sum: 1 })],
    ['record a second roll', (_value, random) => ({ counter: 1, count: 1, sum: roll(random) })],
    ['record each roll when the next one is made', lagging()],
    ['count and record everything twice', (value) => ({ counter: 2, count: 2, sum: 2 * value })],
  ])('are refused with each seed, if they %s', (_what, code) => {
    expect(SEEDS.filter((seed) => passes(seed, code, print))).toEqual([]);
  });
});

/** An export of another process: its numbers began earlier. */
const ofBefore = (print: string): string =>
  print.replaceAll('09:34:48', '09:11:11').replace('name=dice', 'name=dice pod=a');

test.each([
  {
    what: 'smaller numbers',
    verbosity: 'detailed',
    print: detailed,
    earlier: detailed({ counter: 2, count: 3, sum: 9 }),
  },
  { what: 'smaller numbers', verbosity: 'normal', print: normal, earlier: normal({ counter: 2, count: 3, sum: 9 }) },
  {
    what: 'a gauge in place of the histogram',
    verbosity: 'detailed',
    print: detailed,
    earlier: detailed({ counter: 2, count: 3, sum: 9 }).replace('Histogram', 'Gauge').replace('Count: 3', 'Value: 3'),
  },
])('counts from 0 after a pod with $what, at verbosity $verbosity', ({ verbosity, print, earlier }) => {
  const rolls = [900_000, 3, 800_000, 4, 700_000];
  const sum = rolls.reduce((all, roll) => all + roll, 0);
  const [before] = exportsIn(ofBefore(earlier));
  const judged = (counter: number) => {
    const [after] = exportsIn(print({ counter, count: rolls.length, sum }));
    return judgeMetrics({ rolls, before, after }).map(({ state }) => state);
  };
  expect(judged(5).join(' ')).toBe(RIGHT[verbosity]);
  expect(judged(sum)).toEqual(['unmet', 'met']);
});

test('leaves out what the pod before exports while it ends', () => {
  const [first, last] = [
    detailed({ counter: 5, count: 5, sum: 20 }),
    ofBefore(detailed({ counter: 3, count: 3, sum: 9 })),
  ];
  const now = exportsIn(first + last);
  expect(now.map(({ metrics }) => metrics.get('dice.rolls')?.count)).toEqual([5, 3]);
  expect(ofNewestProcess(now).map(({ metrics }) => metrics.get('dice.rolls')?.count)).toEqual([5]);
  expect(ofNewestProcess(exportsIn(normal({ counter: 5, count: 5, sum: 20 })))).toHaveLength(1);
});

test('judges no export from before the rolls', () => {
  const before = exportsIn(detailed({ counter: 5, count: 5, sum: 20 }));
  expect(comparisonOf([4], { before, now: before, prefersDelta: false }).after).toBeUndefined();
});

test.each([
  ['Sum', 'true', 'counter'],
  ['Sum', 'false', 'up-down counter'],
  ['Gauge', undefined, 'gauge'],
  ['ExponentialHistogram', undefined, 'histogram'],
])('calls a %s whose IsMonotonic is %s a %s', (type, monotonic, kind) => {
  const isMonotonic = monotonic === undefined ? '' : `     -> IsMonotonic: ${monotonic}\n`;
  const [found] = exportsIn(
    `ResourceMetrics #0\nMetric #0\n     -> Name: dice.rolls\n     -> DataType: ${type}\n${isMonotonic}`,
  );
  expect(found?.metrics.get('dice.rolls')?.kind).toBe(kind);
});

test('reads when dice collected an export, by the clock of dice', () => {
  expect(exportsIn(detailed({ counter: 3, count: 3, sum: 9 }))[0]?.at).toBe(Date.UTC(2026, 10, 29, 9, 34, 50, 456));
});

/** Whether code passes whose exports have only what was added since the export before. */
function passesByDelta(seed: number, code: Code, print: (totals: Totals, isDelta: boolean) => string): boolean {
  const random = randomFrom(seed);
  const log: string[] = [];
  const exported = (totals: Totals) => log.push(print(totals, true).replace('info', `${log.length}\tinfo`));
  exported({ counter: 5, count: 5, sum: 700_000 }); // of the pod before
  let added: Totals = { counter: 0, count: 0, sum: 0 };
  const leave = () => {
    log.push('info\tTraces\t{"spans": 1}\n');
    if (added.counter + added.count > 0) exported(added);
    added = { counter: 0, count: 0, sum: 0 };
  };
  const make = (value: number): number => {
    const { counter, count, sum } = code(value, random);
    added = { counter: added.counter + counter, count: added.count + count, sum: added.sum + sum };
    if (random() < 0.3) leave();
    return value;
  };
  const before = exportsIn(log.join(''));
  const rolls = [1_000_000, 6, 1_000_000, 6, 1_000_000].map((sides) => {
    if (random() < 0.4) make(roll(random));
    return make(roll(random, sides));
  });
  leave();
  const now = exportsIn(log.join(''));
  return areRight(judgeMetrics(comparisonOf(rolls, { before, now, prefersDelta: true })), print);
}

describe.each([
  { verbosity: 'detailed', print: detailed },
  { verbosity: 'normal', print: normal },
])('metrics with delta temporality and verbosity $verbosity', ({ print }) => {
  test('have the right numbers with each seed, if each roll is counted and recorded', () => {
    expect(SEEDS.filter((seed) => passesByDelta(seed, step, print))).toEqual(SEEDS);
  });

  test.each<[string, Code]>([
    ['count nothing any more, unlike the pod before', () => ({ counter: 0, count: 0, sum: 0 })],
    ['record nothing any more, unlike the pod before', () => ({ counter: 1, count: 0, sum: 0 })],
    ['add what was rolled to the counter', (value) => ({ counter: value, count: 1, sum: value })],
    ['record a second roll', (_value, random) => ({ counter: 1, count: 1, sum: roll(random) })],
    ['record each roll when the next one is made', lagging()],
    ['count and record everything twice', (value) => ({ counter: 2, count: 2, sum: 2 * value })],
  ])('are refused with each seed, if they %s', (_what, code) => {
    expect(SEEDS.filter((seed) => passesByDelta(seed, code, print))).toEqual([]);
  });
});
