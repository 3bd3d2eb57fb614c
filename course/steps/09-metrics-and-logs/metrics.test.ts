// Tests how step 9 compares metrics before and after known rolls, with 200 seeds and rolls of visitors in between. The
// numbers are those that the guide keeps of exports.
import type { Finding } from '../../engine/findings.ts';
import { randomFrom, roll, SEEDS } from '../../harness/generated.ts';
import { BEGUN, exported, lagging, newGuide, plus, step, totalsOf } from '../../harness/generated-metrics.ts';
import type { Code, Numbers } from '../../harness/generated-metrics.ts';
import { fitsOnly, judgeMetrics, ofNewestProcess, reportedSince, timeOf } from './metrics.ts';

const states = (findings: readonly Finding[]): string => findings.map(({ state }) => state).join(' ');

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

test.each<[string, number, (roll: number) => number, boolean]>([
  ['each roll', 0, (roll) => roll, true],
  ['each roll, while others rolled twice', 2, (roll) => roll, true],
  ['each roll, while others rolled forty times', 40, (roll) => roll, false],
  ['one more than each roll, while others rolled twice', 2, (roll) => roll + 1, false],
  ['one more than each roll, while others rolled forty times', 40, (roll) => roll + 1, false],
  ['seven minus each roll', 0, (roll) => 7 - roll, false],
  ['always 3, while others rolled twice', 2, () => 3, false],
])('takes numbers that leave at intervals for right only if no usual mistake fits: %s', (_what, others, code, fits) => {
  const own = Array.from({ length: 25 }, (_one, index) => (index % 3 === 0 ? 1 : 3));
  const all = [...own, ...Array.from({ length: others }, (_one, index) => 3 + (index % 2))];
  const numbers = { counter: all.length, count: all.length, sum: all.reduce((total, roll) => total + code(roll), 0) };
  const after = totalsOf(exported(numbers, { time: later }));
  expect(fitsOnly({ rolls: own, before: [], after, isExact: true })).toBe(fits);
});
