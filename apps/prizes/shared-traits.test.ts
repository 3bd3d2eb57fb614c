// Tests that comparing traces of the real game finds what each fault affects. The built apps play real rounds, with the
// faults of one lab. For other labs, the code of the faults decides which of these rounds they would affect.
import { jest } from '@jest/globals';
import { compareTraces } from '../../otlp/compare-traces.ts';
import type { Comparison } from '../../otlp/compare-traces.ts';
import { attributesOfTrace } from '../../otlp/trace-attributes.ts';
import type { TraceAttributes } from '../../otlp/trace-attributes.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import { FAULTS, truthOf } from '../../lab/faults.ts';
import type { FaultName, Truth } from '../../lab/faults.ts';
import { buildOutside } from '../testing/apps.ts';
import { Game } from '../testing/game.ts';
import { Receiver } from '../testing/receiver.ts';
import { waitFor } from '../../support/waiting.ts';
import { effectOf } from './faults.ts';

jest.setTimeout(60_000);

const built = await buildOutside();
afterAll(built.remove);

/** A round ends in prizes, so its trace is whole if it has the span of prizes. */
const isRound = ({ spans }: Trace): boolean => prizesOf(spans) !== undefined && spans[0]?.service !== 'prizes';

const prizesOf = (spans: readonly Span[]): Span | undefined =>
  spans.find(({ service, kind }) => service === 'prizes' && kind === 'server');

/**
 * How a learner marks the traces of a story: those with errors, or those that take 500 ms or more. Here it is the
 * status and the time of prizes, because on a busy machine other rounds take that long, too, and fail.
 */
const isMarked: Record<FaultName, (trace: Trace) => boolean> = {
  spike: ({ spans }) => Number(prizesOf(spans)?.attributes['http.response.status_code']) >= 400,
  timeouts: ({ spans }) => (prizesOf(spans)?.duration ?? 0) >= 500,
};

const attributes = new WeakMap<Trace, TraceAttributes>();

function attributesIn(trace: Trace): TraceAttributes {
  const known = attributes.get(trace) ?? attributesOfTrace(trace);
  attributes.set(trace, known);
  return known;
}

function compared(traces: readonly Trace[], isIn: (trace: Trace) => boolean): Comparison {
  const [marked, others] = [true, false].map((wanted) => traces.filter((trace) => isIn(trace) === wanted));
  return compareTraces((marked ?? []).map(attributesIn), (others ?? []).map(attributesIn));
}

/** The values of each part that a story's first trait must have. */
const truthIn: Record<FaultName, (truth: Truth) => string[][]> = {
  spike: ({ spike }) => [[spike.version], [spike.client]],
  timeouts: ({ timeouts }) => [[timeouts.version, timeouts.pool], [timeouts.plugin]],
};

/**
 * From so many marked traces on, the page lists the first trait among those that are no chance. With fewer, chance may
 * put another pair first.
 */
const ENOUGH = 14;
/** The share of the marked traces that the fault has affected, at least. A busy machine delays others, too. */
const AFFECTED = 0.9;
/** Rounds with a fault at least, and at most until enough of them are marked and affected. */
const [FAULTY, MOST_FAULTY] = [60, 400];
/** Healthy rounds, some of which stand for those with a fault in another lab. */
const WINDOW = 180;

function expectFirst({ traits: [first], marked }: Comparison, truth: string[][]): void {
  const found = (first?.parts ?? []).map((part) => part.map(({ value }) => value));
  expect(found).toHaveLength(2);
  for (const wanted of truth) expect(found).toContainEqual(expect.arrayContaining(wanted));
  expect([first?.mayBeChance, marked >= ENOUGH]).toEqual([false, true]);
}

const lab = { release: 'lab', namespace: 'class-ada' };
let receiver: Receiver;
let healthy: Trace[];
const seen: Partial<Record<FaultName, Trace[]>> = {};

const rounds = (): Trace[] => receiver.traces().filter(isRound);

/** Waits until `more` rounds have come, and returns the time. */
async function played(more: number): Promise<number> {
  const wanted = rounds().length + more;
  await waitFor(`${wanted} rounds`, () => rounds().length >= wanted || undefined, { within: 120_000, every: 200 });
  return Date.now();
}

/** Waits until rounds with a fault have come, and enough of them are marked because of it. Returns the time. */
async function playedWith(fault: FaultName): Promise<number> {
  const before = rounds().length;
  let end = await played(FAULTY);
  while (!areEnough(fault) && rounds().length < before + MOST_FAULTY) end = await played(20);
  return end;
}

function areEnough(fault: FaultName): boolean {
  const marked = rounds().filter(isMarked[fault]);
  const affected = marked.filter((trace) => isAffected(fault, truthOf(lab), trace)).length;
  return affected >= ENOUGH && affected >= AFFECTED * marked.length;
}

/**
 * Plays 400 rounds without a fault, 60 or more with spike, and as many with timeouts. Fewer healthy rounds leave it to
 * chance how common a trait is among the others, and so whether a pair may be chance.
 */
beforeAll(async () => {
  receiver = await Receiver.start();
  const env = {
    INSTRUMENTATION: 'auto',
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_METRICS_EXPORTER: 'none',
    OTEL_LOGS_EXPORTER: 'none',
  };
  const game = await Game.start({ dist: built.dist, lab, env });
  const spikeStart = await played(400);
  await game.switchTo(['spike']);
  const spikeEnd = await playedWith('spike');
  await game.switchTo(['timeouts']);
  await playedWith('timeouts');
  await game.stop();
  receiver.stop();
  const before = (time: number) => rounds().filter(({ start }) => start < time);
  [healthy, seen.spike, seen.timeouts] = [before(spikeStart), before(spikeEnd), rounds()];
}, 240_000);

describe('the traces of a lab with a fault', () => {
  test.each(FAULTS)('share both traits of the real fault %s first', (name) => {
    expectFirst(compared(seen[name] ?? [], isMarked[name]), truthIn[name](truthOf(lab)));
  });

  test.each(FAULTS)('list the status of failed requests apart in %s', (name) => {
    const { traits, outcomes } = compared(seen[name] ?? [], isMarked[name]);
    const keys = (some: Comparison['traits']) => some.flatMap(({ parts }) => parts.flat()).map(({ key }) => key);
    expect(keys(outcomes)).toContain('arcade:http.response.status_code');
    expect(keys(traits).filter((key) => /status_code|error/.test(key))).toEqual([]);
  });

  test.each(FAULTS)('share both traits of %s first in 20 other labs', (name) => {
    for (let seed = 0; seed < 20; seed += 1) {
      const truth = truthOf({ release: 'lab', namespace: `seat-${seed}` });
      const from = (seed * 7) % (healthy.length - WINDOW);
      const affected = healthy.slice(from, from + WINDOW).map((trace) => isAffected(name, truth, trace));
      const enough = affected.findIndex((_, index) => affected.slice(0, index).filter(Boolean).length >= ENOUGH);
      const faulty = new Set(healthy.slice(from, from + Math.max(FAULTY, enough < 0 ? WINDOW : enough)));
      const wouldBeMarked = (trace: Trace) => faulty.has(trace) && isAffected(name, truth, trace);
      expectFirst(compared(healthy, wouldBeMarked), truthIn[name](truth));
    }
  });
});

/** Whether the fault would affect the round of this trace in a lab with this truth. */
function isAffected(name: FaultName, truth: Truth, trace: Trace): boolean {
  const [version = '', pool = '', client, plugins] = [
    'resource.service.version',
    'resource.deployment.node_pool',
    'http.request.header.x-client-version',
    'http.request.header.x-browser-plugins',
  ].map((key) => attributesIn(trace)[`prizes:${key}`]?.[0]);
  return Object.keys(effectOf([name], truth, { version, pool, client, plugins, roll: 1 })).length > 0;
}
