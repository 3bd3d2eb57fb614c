// Tests that the windows of step 9 prove right code and refuse wrong code, whatever is rolled and whoever else rolls.
// Each case has 200 seeds, and a clock that does not wait.
import { randomFrom, roll, SEEDS } from '../../harness/generated.ts';
import type { Random } from '../../harness/generated.ts';
import { BEGUN, exported, lagging, newGuide, plus, step } from '../../harness/generated-metrics.ts';
import type { Code, Numbers } from '../../harness/generated-metrics.ts';
import type { Finding } from '../../engine/findings.ts';
import { proofOf } from './proof.ts';
import { Evidence, Windows } from './windows.ts';
import type { Clock, Window, WindowLab } from './windows.ts';

interface DiceOptions {
  readonly seed: number;
  readonly code: Code;
  /** Whether dice rolls as many sides as it is asked for, and not always six. */
  readonly honours: boolean;
  readonly isDelta: boolean;
  /** How likely it is that somebody else rolls at a request or a flush. A window has four. */
  readonly others: number;
}

const [FLUSH, LATENCY] = [60, 150]; // ms that a flush takes, and from an export to its arrival

/** A dice that also exports now and then without being asked. What it exports arrives a little later. */
class Dice implements WindowLab, Clock {
  readonly #options: DiceOptions;
  readonly #random: Random;
  readonly #guide = newGuide();
  readonly #sent: { at: number; document: object }[] = [];
  #numbers: Numbers = { counter: 3, count: 3, sum: 9 };
  #time = BEGUN;
  #exported = BEGUN;

  constructor(options: DiceOptions) {
    this.#options = options;
    this.#random = randomFrom(options.seed);
  }

  ask(path: string): ReturnType<WindowLab['ask']> {
    const value = roll(this.#random, this.#options.honours && path.includes('sides') ? 1_000_000 : 6);
    this.#happen();
    this.#record(value);
    return Promise.resolve({ traceId: '', spanId: '', status: 200, body: `You rolled ${value}` });
  }

  async flush(): Promise<boolean> {
    this.#happen();
    await this.sleep(FLUSH);
    this.#export();
    return true;
  }

  now(): number {
    return this.#time;
  }

  sleep(milliseconds: number): Promise<void> {
    this.#time += milliseconds;
    return Promise.resolve();
  }

  totals(): ReturnType<WindowLab['totals']> {
    const arrived = this.#sent.filter(({ at }) => at <= this.#time);
    this.#sent.splice(0, arrived.length).forEach(({ document }) => this.#guide.accept(document));
    return Promise.resolve(this.#guide.totals());
  }

  arrival(): ReturnType<WindowLab['arrival']> {
    return Promise.resolve({ export: 500, within: 700, reason: '' });
  }

  /** Does what happens by itself: others roll, and dice exports. */
  #happen(): void {
    if (this.#random() < this.#options.others) this.#record(roll(this.#random));
    if (this.#random() < 0.1) this.#export();
  }

  #record(value: number): void {
    this.#numbers = plus(this.#numbers, this.#options.code(value, this.#random));
  }

  #export(): void {
    const { isDelta } = this.#options;
    if (isDelta && this.#numbers.count === 0) return;
    const document = exported(this.#numbers, { time: (this.#exported += 1), isDelta });
    this.#sent.push({ at: this.#time + LATENCY, document });
    if (isDelta) this.#numbers = { counter: 0, count: 0, sum: 0 };
  }
}

async function judged(options: DiceOptions, longest = 15_000): Promise<Finding> {
  const dice = new Dice(options);
  const evidence = await new Windows(dice, [], dice).evidence(longest, Infinity);
  return proofOf(evidence, { rolls: [], before: [], after: [], isExact: true });
}

/** Returns the different findings of all seeds, each as its state with what was found, without its numbers. */
async function outcomes(options: Omit<DiceOptions, 'seed' | 'code'>, newCode: () => Code, longest?: number) {
  const all = await Promise.all(SEEDS.map((seed) => judged({ ...options, seed, code: newCode() }, longest)));
  return new Set(all.map(({ state, found = '' }) => `${state} ${found.replace(/-?\d[\d, ]*/g, '# ')}`.trim()));
}

const [QUIET, BUSY] = [0.04, 0.2]; // 30 and 150 rounds a minute, in windows of 0.3 s
const cases = [
  { sides: 'honoured', honours: true, isDelta: false, others: BUSY },
  { sides: 'ignored', honours: false, isDelta: false, others: 0 },
  { sides: 'ignored', honours: false, isDelta: false, others: QUIET },
  { sides: 'ignored', honours: false, isDelta: true, others: BUSY },
];

const WRONG = 'unmet dice.roll.value got # values with the sum # where dice rolled # for the check';

describe.each(cases)('with sides $sides and others at $others a request (delta: $isDelta)', (options) => {
  test('prove right code with each seed', async () => {
    expect(await outcomes(options, () => step)).toEqual(new Set(['met']));
  });

  test.each<[string, () => Code]>([
    ['the roll and one more', () => (value) => ({ counter: 1, count: 1, sum: value + 1 })],
    ['seven minus the roll', () => (value) => ({ counter: 1, count: 1, sum: 7 - value })],
    ['always 3', () => () => ({ counter: 1, count: 1, sum: 3 })],
    ['always 4', () => () => ({ counter: 1, count: 1, sum: 4 })],
    ['the roll before', lagging],
    ['a second roll', () => (_value, random) => ({ counter: 1, count: 1, sum: roll(random) })],
  ])('refuse with each seed a histogram that gets %s', async (_what, newCode) => {
    expect(await outcomes(options, newCode)).toEqual(new Set([WRONG]));
  });
});

test('never prove a histogram that gets each roll twice', async () => {
  const twice: Code = (value) => ({ counter: 2, count: 2, sum: 2 * value });
  const found = await outcomes({ honours: false, isDelta: false, others: 0 }, () => twice, 2_000);
  expect(found).toEqual(new Set(['unknown dice.roll.value got # values in # rolls of the check']));
});

test('say that others rolled, if few windows are without them', async () => {
  const finding = await judged({ seed: 2, code: step, honours: false, isDelta: false, others: 0.5 }, 2_000);
  expect(finding).toMatchObject({
    state: 'unknown',
    found: expect.stringMatching(/^others rolled in \d+ of \d+ times/) as string,
    hint: expect.stringMatching(/lower the load, and check again/) as string,
  });
});

test('say that the sum fits wrong values as well, if dice does not send its numbers when asked', async () => {
  const dice = new Dice({ seed: 1, code: step, honours: true, isDelta: false, others: 0 });
  dice.flush = () => Promise.resolve(false);
  expect(await new Windows(dice, [], dice).evidence(1_000, Infinity)).toBeUndefined();
});

/** Returns evidence of clean windows whose sums are right. */
function rightAfter(...all: number[][]): Evidence {
  const evidence = new Evidence();
  const windows = all.map((rolls): Window => ({
    rolls,
    growth: { count: rolls.length, sum: rolls.reduce((a, b) => a + b) },
  }));
  evidence.windows.push(...windows);
  return evidence;
}

test.each([
  ['different sums', [3, 3, 3], [2, 2, 4], 8],
  ['the same sum in each window', [3, 3, 3], [2, 3, 4], 24],
  ['rolls of many sides', [3, 3, 900_000], [3, 3, 800_000], 2],
])('have enough with %s', (_what, a, b, least) => {
  const windows = Array.from({ length: least }, (_one, index) => (index % 2 === 0 ? a : b));
  expect(rightAfter(...windows).isEnough).toBe(true);
  expect(rightAfter(...windows.slice(1)).isEnough).toBe(false);
});
