// Tests how step 9 compares metrics before and after known rolls, with 200 seeds and rolls of visitors in between. The
// numbers are those that the guide keeps of exports.
import { InstrumentStore } from '../../../apps/guide/server/telemetry/instrument-store.ts';
import { Losses } from '../../../apps/guide/server/telemetry/losses.ts';
import { metricsFromOtlp } from '../../../otlp/metrics.ts';
import type { Finding } from '../../engine/findings.ts';
import { randomFrom, roll, SEEDS } from '../../harness/generated.ts';
import type { Random } from '../../harness/generated.ts';
import { judgeMetrics, ofNewestProcess, reportedSince, timeOf } from './metrics.ts';
import type { Totals } from './metrics.ts';

interface Numbers {
  readonly counter: number;
  readonly count: number;
  readonly sum: number;
}
/** What a learner's code adds for a roll. */
type Code = (value: number, random: Random) => Numbers;

const BEGUN = Date.UTC(2026, 10, 29, 9, 34, 48, 123);
const NOW = BEGUN + 60_000;

interface ExportOptions {
  readonly service?: string;
  readonly pod?: string;
  readonly start?: number;
  readonly time: number;
  readonly isDelta?: boolean;
  /** Whether the histogram is a gauge in fact. */
  readonly isGauge?: boolean;
}

/** Returns an export of dice as OTLP JSON. The counter has two attribute sets. */
function exported(
  { counter, count, sum }: Numbers,
  { service = 'my-dice', pod = 'new', start = BEGUN, time, isDelta = false, isGauge = false }: ExportOptions,
): object {
  const times = { startTimeUnixNano: `${start}000000`, timeUnixNano: `${time}000000` };
  const aggregationTemporality = isDelta ? 1 : 2;
  const sided = { attributes: [{ key: 'roll.sides', value: { intValue: '6' } }] };
  const points = [
    { ...times, ...sided, asInt: String(counter - 1) },
    { ...times, asInt: '1' },
  ];
  const dataPoints = counter > 0 ? points : [];
  const values = isGauge
    ? { gauge: { dataPoints: [{ ...times, asInt: '3' }] } }
    : { histogram: { aggregationTemporality, dataPoints: count > 0 ? [{ ...times, count: String(count), sum }] : [] } };
  const metrics = [
    { name: 'dice.rolls', sum: { isMonotonic: true, aggregationTemporality, dataPoints } },
    { name: 'dice.roll.value', ...values },
  ];
  const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });
  const resource = { attributes: [text('service.name', service), text('k8s.pod.name', pod)] };
  return { resourceMetrics: [{ resource, scopeMetrics: [{ scope: { name: 'dice' }, metrics }] }] };
}

/** Returns what a guide has of these exports, which it has received one after another. */
function totalsOf(...exports: object[]): Totals[] {
  const guide = newGuide();
  exports.forEach((one) => guide.accept(one));
  return guide.totals();
}

/** Makes a memory like the guide's, without its charts and logs. */
function newGuide(): { accept(document: object): void; totals(): Totals[] } {
  const store = new InstrumentStore(new Losses('metrics'), () => NOW);
  return {
    accept: (document) => metricsFromOtlp(document).forEach((metric) => store.add(metric)),
    totals: () => store.totals(),
  };
}

const states = (findings: readonly Finding[]): string => findings.map(({ state }) => state).join(' ');

const step: Code = (value) => ({ counter: 1, count: 1, sum: value });

/** Records each roll when the next one is made. */
function lagging(): Code {
  let last = 1;
  return (value) => {
    const sum = last;
    last = value;
    return { counter: 1, count: 1, sum };
  };
}

const plus = (a: Numbers, b: Numbers): Numbers => ({
  counter: a.counter + b.counter,
  count: a.count + b.count,
  sum: a.sum + b.sum,
});

/** Whether code passes that exports all numbers since its start, or only what was added since the export before. */
function passes(seed: number, code: Code, isDelta: boolean): boolean {
  const random = randomFrom(seed);
  const guide = newGuide();
  let time = BEGUN;
  let numbers: Numbers = { counter: 3, count: 3, sum: 9 };
  const leave = (): void => {
    guide.accept(exported(numbers, { time: (time += 1_000), isDelta }));
    if (isDelta) numbers = { counter: 0, count: 0, sum: 0 };
  };
  const make = (value: number): number => {
    numbers = plus(numbers, code(value, random));
    if (random() < 0.3) leave();
    return value;
  };
  leave();
  const before = guide.totals();
  const rolls = [1_000_000, 6, 1_000_000, 6, 1_000_000].map((sides) => {
    if (random() < 0.4) make(roll(random));
    return make(roll(random, sides));
  });
  leave();
  const after = reportedSince(before, guide.totals());
  return states(judgeMetrics({ rolls, before, after, isExact: true })) === 'met met';
}

describe.each([
  { temporality: 'cumulative', isDelta: false },
  { temporality: 'delta', isDelta: true },
])('metrics with $temporality temporality', ({ isDelta }) => {
  test('have the right numbers with each seed, if each roll is counted and recorded', () => {
    expect(SEEDS.filter((seed) => passes(seed, step, isDelta))).toEqual(SEEDS);
  });

  test.each<[string, Code]>([
    ['count nothing any more', () => ({ counter: 0, count: 0, sum: 0 })],
    ['record nothing any more', () => ({ counter: 1, count: 0, sum: 0 })],
    ['add what was rolled to the counter', (value) => ({ counter: value, count: 1, sum: value })],
    ['add 10, and record 1', () => ({ counter: 10, count: 1, sum: 1 })],
    ['record twice what was rolled', (value) => ({ counter: 1, count: 1, sum: 2 * value })],
    ['record a second roll', (_value, random) => ({ counter: 1, count: 1, sum: roll(random) })],
    ['record each roll when the next one is made', lagging()],
    ['count and record everything twice', (value) => ({ counter: 2, count: 2, sum: 2 * value })],
  ])('are refused with each seed, if they %s', (_what, code) => {
    expect(SEEDS.filter((seed) => passes(seed, code, isDelta))).toEqual([]);
  });
});

const rolls = [900_000, 3, 800_000, 4, 700_000];
const sum = rolls.reduce((all, roll) => all + roll, 0);
const old = { pod: 'old', start: BEGUN - 60_000, time: BEGUN - 1_000 };
const [earlier, later] = [BEGUN + 1_000, BEGUN + 5_000];

test.each([
  ['smaller numbers', exported({ counter: 2, count: 3, sum: 9 }, old)],
  ['a gauge in place of the histogram', exported({ counter: 2, count: 3, sum: 9 }, { ...old, isGauge: true })],
])('counts from 0 after a pod with %s', (_what, ofBefore) => {
  const before = totalsOf(ofBefore);
  const judged = (counter: number): string => {
    const now = totalsOf(ofBefore, exported({ counter, count: rolls.length, sum }, { time: later }));
    return states(judgeMetrics({ rolls, before, after: reportedSince(before, now), isExact: true }));
  };
  expect(judged(5)).toBe('met met');
  expect(judged(sum)).toBe('unmet met');
});

test('counts from 0 after the container has restarted in the same pod', () => {
  const before = totalsOf(exported({ counter: 3, count: 3, sum: 9 }, { start: old.start, time: old.time }));
  const now = totalsOf(exported({ counter: 5, count: 5, sum }, { time: later }));
  expect(states(judgeMetrics({ rolls, before, after: reportedSince(before, now), isExact: false }))).toBe('met met');
});

test('leaves out what the pod before exports while it ends', () => {
  const now = totalsOf(
    exported({ counter: 5, count: 5, sum: 20 }, { time: earlier }),
    exported({ counter: 3, count: 3, sum: 9 }, { ...old, time: later }),
  );
  expect(now).toHaveLength(4);
  const newest = ofNewestProcess(now);
  expect(newest.map(({ name, count }) => [name, count])).toEqual([
    ['dice.rolls', 5],
    ['dice.roll.value', 5],
  ]);
  expect(timeOf(newest)).toBe(earlier);
});

test('takes a process for one, although the Collector adds attributes of its pod later, and in another order', () => {
  const sent = (time: number, count: number, ...more: string[]): object => {
    const document = exported({ counter: count, count, sum: count }, { time }) as {
      resourceMetrics: { resource: { attributes: object[] } }[];
    };
    const added = more.map((key) => ({ key, value: { stringValue: key } }));
    document.resourceMetrics[0]?.resource.attributes.push(...added);
    return document;
  };
  const guide = newGuide();
  guide.accept(sent(earlier, 3));
  const before = guide.totals();
  guide.accept(sent(later, 8, 'k8s.pod.uid', 'k8s.node.name'));
  expect(reportedSince(before, guide.totals()).map(({ count }) => count)).toEqual([8, 8]);
  guide.accept(sent(later + 1, 9, 'k8s.node.name', 'k8s.pod.uid'));
  expect(guide.totals()).toHaveLength(2);
});

test('leaves out the other services of the lab, whose instruments may have the same names', () => {
  const ofPrizes = exported({ counter: 3, count: 3, sum: 9 }, { time: later, service: 'prizes' });
  expect(ofNewestProcess(totalsOf(ofPrizes))).toEqual([]);
});

test('judges no export from before the rolls', () => {
  const before = totalsOf(exported({ counter: 5, count: 5, sum: 20 }, { time: earlier }));
  expect(reportedSince(before, before)).toEqual([]);
});

test('judges only a lower limit, if dice may have sent rolls from before the check late', () => {
  const after = totalsOf(exported({ counter: 6, count: 6, sum: sum + 1_000_000 }, { time: later }));
  const judged = (isExact: boolean) => states(judgeMetrics({ rolls, before: [], after, isExact }));
  expect([judged(false), judged(true)]).toEqual(['met met', 'met unmet']);
});
