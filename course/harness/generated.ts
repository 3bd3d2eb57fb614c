// Generates telemetry for tests of pure verdicts: what dice would send for the requests of a check, with random rolls
// that are the same for the same seed, and with rolls of visitors between those of the check.
import type { Span } from '../../otlp/traces.ts';
import type { Seen, Visit } from '../engine/observation.ts';

export const SEEDS: readonly number[] = Array.from({ length: 200 }, (_, index) => index + 1);

/** Returns numbers from 0 to 1 that look random, and are the same for the same seed. */
export function randomFrom(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state ^ (state >>> 15), 2_246_822_519) + 3_266_489_917) >>> 0;
    return state / 2 ** 32;
  };
}

export type Random = () => number;

/** Rolls a die. */
export const roll = (random: Random, sides = 6): number => Math.floor(random() * sides) + 1;

let made = 0;

/** Makes a span of dice. Each span starts a millisecond after the one made before. */
export function spanOf(name: string, more: Partial<Span> = {}): Span {
  made += 1;
  return {
    traceId: made.toString(16).padStart(32, '0'),
    spanId: made.toString(16).padStart(16, '0'),
    name,
    kind: 'internal',
    service: 'my-dice',
    scope: 'dice',
    start: made,
    duration: 1,
    attributes: {},
    resource: {},
    events: [],
    status: { code: 'unset' },
    children: [],
    orphan: false,
    ...more,
  };
}

/** What a learner's code does with a request: its answer, and its span if it ends one. */
export interface Reply {
  readonly body: string;
  readonly status?: number;
  readonly span?: Span | undefined;
  /** Spans that it ends besides. */
  readonly more?: readonly Span[] | undefined;
  /** Spans that it ends besides in traces of their own, also if it takes over the caller's context. */
  readonly apart?: readonly Span[] | undefined;
}

export type Code = (path: string, random: Random) => Reply;

export interface SeenOptions {
  readonly paths: readonly string[];
  readonly code: Code;
  readonly random: Random;
  /** Whether dice takes over the caller's context. Otherwise, all spans are in traces of their own. */
  readonly joined: boolean;
  /** The share of the traces that a sampler keeps. The default is all. */
  readonly keeps?: number;
}

/** What a check knows of a sampler that drops traces. */
export const SAMPLER = 'take the sampler out';

/** Returns the spans of a reply: those within the caller's context, if dice takes it over, and those apart. */
const spansOf = ({ span, more = [], apart = [] }: Reply): [(Span | undefined)[], readonly Span[]] => [
  [span, ...more],
  apart,
];

/** Milliseconds by which the check's clock is ahead of that of dice. */
const AHEAD = 1_234;

/** Returns what a check sees of its requests, when visitors roll too. */
export function seenOf({ paths, code, random, joined, keeps = 1 }: SeenOptions): Seen {
  const strays: Span[] = [];
  let now = 0; // ms, by the clock of dice
  const ask = (path: string): Reply => {
    now += 3 + 5 * random();
    return code(path, random);
  };
  const kept = (spans: readonly (Span | undefined)[]): Span[] => {
    return keeps === 1 || random() < keeps ? spans.flatMap((one) => (one ? [{ ...one, start: now }] : [])) : [];
  };
  const visits = paths.map((path, index): Visit => {
    if (random() < 0.3) strays.push(...spansOf(ask('/rolldice')).flatMap(kept));
    const reply = ask(path);
    const { body, status = 200 } = reply;
    const [own = [], apart = []] = spansOf(reply).map(kept);
    strays.push(...(joined ? apart : [...own, ...apart]));
    const answer = { traceId: `trace-${index}`, spanId: 'caller', status, body };
    return { path, answer, sent: now + AHEAD - random(), spans: joined ? own : [] };
  });
  return { visits, strays, settled: true, sampler: keeps === 1 ? undefined : SAMPLER };
}
