import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { compareTraces } from './compare-traces.ts';
import type { Comparison, Trait } from './compare-traces.ts';
import { certainDifference, chanceOf, wilson } from './proportions.ts';
import type { TraceAttributes } from './trace-attributes.ts';

type Values = Readonly<Record<string, string>>;

const times = (count: number, values: Values): TraceAttributes[] =>
  Array.from({ length: count }, () => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, [value]])));

/** Writes a trait as `key=value + key=value: 12/12 40/210`. */
const written = ({ parts, marked, others }: Trait): string =>
  `${parts.map((part) => part.map(({ key, value }) => `${key}=${value}`).join('|')).join(' + ')}: ${marked} ${others}`;

const traitsOf = ({ traits }: Comparison): string[] => traits.map(written);

describe('the difference of two shares', () => {
  test("computes Wilson's interval", () => {
    expect(wilson({ count: 12, total: 12 }).map((bound) => bound.toFixed(3))).toEqual(['0.757', '1.000']);
    expect(wilson({ count: 40, total: 210 }).map((bound) => bound.toFixed(3))).toEqual(['0.143', '0.249']);
    expect(wilson({ count: 0, total: 0 })).toEqual([0, 1]);
  });

  // Newcombe 1998, table II, example (a), method 10: 56 of 70 and 48 of 80.
  test("computes the lower end of Newcombe's interval", () => {
    expect(certainDifference({ count: 56, total: 70 }, { count: 48, total: 80 })).toBeCloseTo(0.0524, 4);
  });

  // Fisher 1935: a lady tells all four cups of tea with milk first from four others.
  test.each([
    [4, 0, 1 / 70],
    [3, 1, 17 / 70],
    [0, 4, 1],
  ])("computes Fisher's probability of %i of 4 and %i of 4", (one, other, chance) => {
    expect(chanceOf({ count: one, total: 4 }, { count: other, total: 4 })).toBeCloseTo(chance, 10);
  });

  test('returns less for 3 of 3 traces than for 280 of 300', () => {
    const few = certainDifference({ count: 3, total: 3 }, { count: 0, total: 3 });
    expect(few).toBeLessThan(certainDifference({ count: 280, total: 300 }, { count: 0, total: 300 }));
  });
});

test('returns each value with its counts, the largest difference first', () => {
  const marked = [...times(9, { 'a:v': '2', 'a:b': 'x' }), ...times(3, { 'a:v': '2', 'a:b': 'y' })];
  const others = [...times(10, { 'a:v': '2', 'a:b': 'y' }), ...times(40, { 'a:v': '1', 'a:b': 'y' })];
  expect(traitsOf(compareTraces(marked, others))).toEqual(['a:v=2: 12 10', 'a:b=x: 9 0']);
});

test('lists values that are rarer among the marked traces apart', () => {
  const { traits, rarer } = compareTraces(times(12, { 'a:v': '2' }), times(12, { 'a:v': '1' }));
  expect([traits.map(written), rarer.map(written)]).toEqual([['a:v=2: 12 0'], ['a:v=1: 0 12']]);
});

test('shows values that are in the same traces as one, without names of processes first', () => {
  const values = { 'p:resource.process.pid': '7', 'p:resource.service.version': '2.0.0', 'p:pool': 'green' };
  const { traits } = compareTraces(times(12, values), times(20, { 'p:pool': 'blue' }));
  expect(traits.map(written)).toEqual(['p:pool=green|p:resource.service.version=2.0.0|p:resource.process.pid=7: 12 0']);
});

test('leaves out values that all traces have, and values that only one trace has', () => {
  const numbered = (count: number, from: number): TraceAttributes[] =>
    Array.from({ length: count }, (_, index) => ({ 'a:port': [String(from + index)], 'a:same': ['x'] }));
  const { traits, unique } = compareTraces(numbered(20, 0), numbered(20, 100));
  expect([traits, unique]).toEqual([[], ['a:port']]);
});

describe('a pair of values', () => {
  const both = { 'a:v': '2', 'a:c': '3.1' };
  const either = [...times(20, { 'a:v': '2', 'a:c': '3.2' }), ...times(20, { 'a:v': '1', 'a:c': '3.1' })];

  test('comes before its parts if only traces with both are marked', () => {
    expect(traitsOf(compareTraces(times(12, both), either))).toEqual([
      'a:v=2 + a:c=3.1: 12 0',
      'a:v=2: 12 20',
      'a:c=3.1: 12 20',
    ]);
  });

  test('appears if neither part alone makes a difference', () => {
    const marked = [...times(10, { 'a:v': '2', 'a:c': '3.1' }), ...times(10, { 'a:v': '1', 'a:c': '3.2' })];
    expect(traitsOf(compareTraces(marked, either))).toEqual(['a:v=2 + a:c=3.1: 10 0', 'a:v=1 + a:c=3.2: 10 0']);
  });

  test('stays out of the list if one part explains as much alone', () => {
    const mixed = (v: string) => [...times(10, { 'a:v': v, 'a:c': '3.1' }), ...times(10, { 'a:v': v, 'a:c': '3.2' })];
    expect(traitsOf(compareTraces(mixed('2'), mixed('1')))).toEqual(['a:v=2: 20 0']);
  });
});

test('lists what describes how a request ended apart, and not as part of a pair', () => {
  const failed = { 'a:http.response.status_code': '500', 'a:error.type': '500', 'a:v': '2' };
  const { traits, outcomes } = compareTraces(times(12, failed), times(30, { 'a:v': '1' }));
  expect([traits.map(written), outcomes.map(written)]).toEqual([
    ['a:v=2: 12 0'],
    ['a:error.type=500|a:http.response.status_code=500: 12 0'],
  ]);
});

test.each([
  ['no marked traces', 0, 5],
  ['no others', 5, 0],
  ['no traces', 0, 0],
])('returns no traits for %s', (_title, marked, others) => {
  expect(compareTraces(times(marked, { 'a:v': '2' }), times(others, { 'a:v': '1' })).traits).toEqual([]);
});

test('compares 2,000 traces with 120 keys and 14,000 values, with pairs, in less than a second', () => {
  // In a process of its own, as in the page's worker. In jest's sandbox, the same code takes five times as long.
  const code = `
    import { compareTraces } from '${join(import.meta.dirname, 'compare-traces.ts')}';
    const keys = Array.from({ length: 120 }, (_, key) => key);
    const textOf = (trace, key) => String((trace * (key + 7)) % (key * 2 + 1));
    const traces = Array.from({ length: 2_000 }, (_, trace) =>
      Object.fromEntries(keys.map((key) => ['service:key.' + key, [textOf(trace, key)]])));
    const began = process.cpuUsage();
    compareTraces(traces.slice(0, 300), traces.slice(300));
    const { user, system } = process.cpuUsage(began);
    console.log((user + system) / 1_000);`;
  const env = { ...process.env, NODE_OPTIONS: '' };
  const taken = execFileSync(process.execPath, ['--input-type=module', '--eval', code], { encoding: 'utf8', env });
  expect(Number(taken)).toBeLessThan(1_000);
});

describe('differences that may be chance', () => {
  /** Returns numbers from 0 to 1 that look random, the same for each seed. */
  const randomOf = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
  /** Traces with 25 attributes that have nothing to do with the marks. */
  const unrelated = (count: number, random: () => number): TraceAttributes[] =>
    Array.from({ length: count }, () =>
      Object.fromEntries(Array.from({ length: 25 }, (_, key) => [`a:${key}`, [String(random() < 0.1 + key / 32)]])),
    );
  const beyondChance = (comparison: Comparison) =>
    [...comparison.traits, ...comparison.rarer].filter((trait) => !trait.mayBeChance);

  test.each([8, 100])('are all differences of %i traces that are marked at random', (marked) => {
    const seeds = Array.from({ length: 20 }, (_, seed) => seed);
    const wrong = seeds.filter((seed) => {
      const traces = unrelated(300, randomOf(seed));
      return beyondChance(compareTraces(traces.slice(0, marked), traces.slice(marked))).length > 0;
    });
    expect(wrong.length).toBeLessThanOrEqual(1);
  });

  test('are not those of a value, or a pair, that the marks are about', () => {
    const random = randomOf(7);
    const [marked, others] = [unrelated(20, random), unrelated(580, random)];
    const with2 = (traces: TraceAttributes[], share: number) =>
      traces.map((one) => ({ ...one, 'b:v': [String(random() < share)], 'b:c': [String(random() < share)] }));
    const comparison = compareTraces(with2(marked, 1), with2(others, 0.5));
    expect(beyondChance(comparison).map(written)[0]).toMatch(/^b:\w=true \+ b:\w=true: 20 /);
    expect(comparison.traits.some(({ mayBeChance }) => mayBeChance)).toBe(true);
  });
});

describe('names of pods and addresses', () => {
  const pod = (version: string, id: string) => ({
    'p:resource.service.version': version,
    'p:resource.k8s.pod.uid': id,
    'p:resource.k8s.deployment.name': `lab-prizes-${version}`,
    'p:network.peer.address': `10.0.0.${id}`,
  });
  const placesOf = ({ places }: Comparison): string[] =>
    places.map((trait) => `${written(trait)} of ${trait.of.marked} ${trait.of.others}`);

  test('are apart, so the version comes first although the fault began when its pod was new', () => {
    const others = [...times(30, pod('2', '1')), ...times(5, pod('2', '2')), ...times(40, pod('1', '3'))];
    const compared = compareTraces(times(20, pod('2', '2')), others);
    expect(traitsOf(compared)).toEqual([
      'p:resource.service.version=2|p:resource.k8s.deployment.name=lab-prizes-2: 20 35',
    ]);
    expect(placesOf(compared)).toEqual(['p:resource.k8s.pod.uid=2|p:network.peer.address=10.0.0.2: 20 5 of 20 75']);
  });

  test('are a share of the traces that report them, so their absence is no evidence', () => {
    const unknown = { 'p:resource.service.version': '2' };
    const others = [...times(20, unknown), ...times(10, pod('2', '2')), ...times(30, pod('1', '3'))];
    const compared = compareTraces([...times(2, unknown), ...times(18, pod('2', '2'))], others);
    expect(traitsOf(compared)).toEqual(['p:resource.service.version=2: 20 30']);
    expect(placesOf(compared)[0]).toMatch(/: 18 10 of 18 40$/);
    const single = [{ 'p:resource.service.version': '2' }, { 'p:resource.k8s.pod.uid': '1' }];
    expect(compareTraces(times(20, single[1] ?? {}), times(20, single[0] ?? {})).places).toEqual([]);
  });
});

describe('rounds on a node whose prizes were replaced when the fault began', () => {
  /** Returns numbers from 0 to 1 that look random, the same for each seed. */
  const randomOf = (seed: number) => () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };

  const resourceOf = (version: string, pod: string, isKnown: boolean) => ({
    'prizes:resource.service.version': [version],
    'prizes:resource.deployment.node_pool': [version === '2' ? 'green' : 'blue'],
    'prizes:resource.k8s.pod.name': [`lab-prizes-${version}-${pod}`],
    ...(isKnown && {
      'prizes:resource.k8s.pod.uid': [`${version}-${pod}`],
      'prizes:resource.k8s.deployment.name': [`prizes-${version}`],
    }),
  });

  /** The Collector doesn't know a pod in its first traces, and each round has a caller's address and port. */
  const rounds = (count: number, pod: string, random: () => number): TraceAttributes[] =>
    Array.from({ length: count }, (_, index) => ({
      ...resourceOf(random() < 0.5 ? '1' : '2', pod, index > 6),
      'arcade:resource.k8s.pod.uid': [`arcade-${pod}`],
      'arcade:client.version': [random() < 0.5 ? '3.1' : '3.2'],
      'arcade:player': [`player-${Math.floor(random() * 6)}`],
      'prizes:network.peer.address': [`10.0.0.${pod}`],
      'prizes:network.peer.port': [String(30_000 + index)],
    }));

  test.each(Array.from({ length: 20 }, (_, seed) => seed))('show the version and the client first, seed %i', (seed) => {
    const random = randomOf(seed);
    const [before, during] = [rounds(300, '1', random), rounds(120, '2', random)];
    const fails = (round: TraceAttributes) =>
      round['prizes:resource.service.version']?.[0] === '2' && round['arcade:client.version']?.[0] === '3.1';
    const others = [...before, ...during.filter((round) => !fails(round))];
    const [first] = compareTraces(during.filter(fails), others).traits;
    expect(first?.parts.map(([name]) => name?.key).sort()).toEqual([
      'arcade:client.version',
      'prizes:resource.service.version',
    ]);
  });
});
