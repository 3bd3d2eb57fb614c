// Sends a check's requests to dice, and reads what they left in Jaeger. Each request starts a trace with an id that the
// check made. So the spans of a request are found by that id, whatever the service is called and whatever the clocks
// say. Code that takes over no context starts traces of its own: these are the traces that were not there before.
import { setTimeout as delay } from 'node:timers/promises';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import { isLearners } from '../../lab/services.ts';
import type { LogRecord } from '../../apps/guide/explore-contract.ts';
import type { LogQuery, LogStore } from '../../apps/guide/server/telemetry/log-store.ts';
import type { AttributeValue } from '../../otlp/attributes.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import type { Arrival } from './arrival.ts';
import { allMet, finding, unknown } from './findings.ts';
import type { Explained, Finding, Problem } from './findings.ts';
import { withRecords } from './log-events.ts';
import { clockDifference, nearness, pairInOrder } from './pairing.ts';

export interface Visit {
  readonly path: string;
  readonly answer: AppAnswer;
  /** When the request was sent, by the guide's clock, in milliseconds since the epoch. */
  readonly sent: number;
  readonly trace?: Trace | undefined;
  /** The spans of dice in the trace of this request. Log records of a span are among its events. */
  readonly spans: readonly Span[];
}

/** A request that was sent, and its answer. */
export type SentRequest = Pick<Visit, 'path' | 'answer' | 'sent'>;

/** What a check has seen of its requests so far. */
export interface Seen {
  readonly visits: readonly Visit[];
  /** Spans of dice in traces that dice started since the check began, in the order of their start. */
  readonly strays: readonly Span[];
  /** Whether nothing more will arrive: the latest requests left spans, and since then all has been quiet. */
  readonly settled: boolean;
  /** Log records of dice since the check began, whatever span they belong to. Empty if the guide receives none. */
  readonly records?: readonly LogRecord[] | undefined;
  /** What keeps log records of dice from the guide, and what to do about it, if the learner's files say so. */
  readonly logsGap?: Explained | undefined;
  /** What to do about the samplers that drop traces, if there are any. Then a trace may be missing. */
  readonly sampler?: string | undefined;
}

/** How an observation reads the lab. */
export interface Sources {
  ask(path: string, traceId?: string): Promise<AppAnswer>;
  trace(traceId: string): Promise<Trace | undefined>;
  /** Returns the newest traces of all services that may be dice. */
  newest(): Promise<Trace[]>;
  /** Returns how long spans take, by what is known now. */
  arrival(): Arrival;
  /** Reads the log records that the guide has received. Undefined if it receives none. */
  readonly logs?: Pick<LogStore, 'query'> | undefined;
  /** Makes dice send its telemetry now, if it can. */
  flush?(): Promise<boolean>;
}

const gap = 3; // ms between two requests, so that their spans differ in their start
const quiet = 200; // ms for which nothing arrives after the time between two exports
const searchPause = 400; // ms between two searches
const flushPause = 500; // ms between two flushes
const mostRecords = 500; // the most that one query returns
const longQuiet = 3_000; // ms after which a request without spans counts as one that will have none

export class Observation {
  readonly #sources: Sources;
  readonly #known: Set<string>;
  /** When the traces that dice starts may begin, in milliseconds since the epoch. */
  readonly #since: number;
  readonly #asked: SentRequest[] = [];
  #count = -1;
  #found: Span[] = [];
  #searchedAt = 0;
  #flushedAt = 0;
  #changedAt = Date.now();
  /** Id of the newest log record from before the check. */
  readonly #lastRecord: number;

  /** Sends the requests, one after the other. @param traceIds ids of the traces to start; the default is random */
  static async make(
    sources: Sources,
    paths: readonly string[],
    traceIds: readonly string[] = [],
  ): Promise<Observation> {
    const observation = new Observation(sources, await idsOf(sources));
    for (const [index, path] of paths.entries()) {
      const { status } = await observation.#ask(path, traceIds[index]);
      // Each request to an app that hangs takes seconds, and the first says enough.
      if (status === 0) return observation;
    }
    await observation.#flush();
    return observation;
  }

  /**
   * Observes requests that somebody else has sent.
   * @param since when the traces that dice has started for them may begin, in milliseconds since the epoch
   */
  static of(sources: Sources, requests: readonly SentRequest[], since: number): Observation {
    const observation = new Observation(sources, new Set(), { since, lastRecord: 0 });
    observation.#asked.push(...requests);
    return observation;
  }

  private constructor(
    sources: Sources,
    known: Set<string>,
    { since = -Infinity, lastRecord }: { since?: number; lastRecord?: number } = {},
  ) {
    this.#sources = sources;
    this.#known = known;
    this.#since = since;
    this.#lastRecord = lastRecord ?? sources.logs?.query({ limit: 1 }).last ?? 0;
  }

  async #ask(path: string, traceId: string | undefined): Promise<AppAnswer> {
    const sent = performance.timeOrigin + performance.now();
    const answer = await this.#sources.ask(path, traceId);
    this.#asked.push({ path, answer, sent });
    await delay(gap);
    return answer;
  }

  /** Flushes again and again, because code may end a span after it has answered. */
  async #flush(): Promise<void> {
    if (Date.now() - this.#flushedAt < flushPause) return;
    this.#flushedAt = Date.now();
    await this.#sources.flush?.();
  }

  /**
   * @param searches whether to search for strays also if each request has spans in its own trace. The default is not
   * to, because a search reads many traces
   */
  async look({ searches = false } = {}): Promise<Seen> {
    void this.#flush();
    const found = await Promise.all(this.#asked.map((asked) => this.#visit(asked)));
    const others = searches || found.some(({ spans }) => spans.length === 0) ? await this.#strays() : [];
    const records = this.#records();
    const visits = found.map((visit) => ({ ...visit, spans: visit.spans.map((span) => withRecords(span, records)) }));
    const strays = others.map((span) => withRecords(span, records));
    const count = visits.reduce(
      (sum, { spans, trace }) => sum + spans.length + (trace?.spans.length ?? 0),
      strays.length + this.#ofRequests(records),
    );
    if (count !== this.#count) [this.#count, this.#changedAt] = [count, Date.now()];
    return { visits, strays, records, settled: this.#isSettled(visits, strays) };
  }

  /** Returns the log records of dice since the check began. If they are many, only those of the requests' traces. */
  #records(): LogRecord[] {
    const read = (query: LogQuery): readonly LogRecord[] =>
      this.#sources.logs?.query({ after: this.#lastRecord, limit: mostRecords, ...query }).records ?? [];
    const all = read({});
    const some = all.length < mostRecords ? all : this.#asked.flatMap(({ answer: { traceId } }) => read({ traceId }));
    return some.filter(({ service }) => isLearners(service));
  }

  /** Counts the records in the traces of the requests. Those of visitors never cease. */
  #ofRequests(records: readonly LogRecord[]): number {
    const ids = new Set(this.#asked.map(({ answer }) => answer.traceId));
    return records.filter(({ traceId }) => traceId !== undefined && ids.has(traceId)).length;
  }

  #isSettled(visits: readonly Visit[], strays: readonly Span[]): boolean {
    const silence = Date.now() - this.#changedAt;
    const arrival = this.#sources.arrival();
    if (silence < Math.max(arrival.export, 300) + quiet) return false;
    if (strays.length === 0 && visits.every(({ spans }) => spans.length === 0)) return false;
    return hasLatest(visits, strays) || silence >= Math.max(arrival.within, longQuiet);
  }

  async #visit(asked: SentRequest): Promise<Visit> {
    const { answer } = asked;
    const trace = await this.#sources.trace(answer.traceId);
    const spans = (trace?.spans ?? []).filter(({ service, spanId }) => isLearners(service) && spanId !== answer.spanId);
    return { ...asked, trace, spans };
  }

  /** Searches for strays, but not at each look: a search reads many traces. */
  async #strays(): Promise<Span[]> {
    if (Date.now() - this.#searchedAt < searchPause) return this.#found;
    const fresh = (await this.#sources.newest()).filter((trace) => this.#isStray(trace));
    this.#searchedAt = Date.now();
    this.#found = fresh
      .flatMap(({ spans }) => spans)
      .filter(({ service }) => isLearners(service))
      .sort((a, b) => a.start - b.start);
    return this.#found;
  }

  /** Returns whether dice started this trace since the check began. */
  #isStray({ traceId, roots, start }: Trace): boolean {
    if (this.#known.has(traceId) || start < this.#since) return false;
    return roots.every(({ service, parentSpanId }) => isLearners(service) && parentSpanId === undefined);
  }
}

const idsOf = async (sources: Sources): Promise<Set<string>> =>
  new Set((await sources.newest()).map(({ traceId }) => traceId));

/** Returns whether the latest requests left spans. Spans leave dice in order, so all earlier ones have arrived too. */
function hasLatest(visits: readonly Visit[], strays: readonly Span[]): boolean {
  if (strays.length > 0) return strays.length >= visits.filter(({ spans }) => spans.length === 0).length;
  return visits.slice(-4).some(({ spans }) => spans.length > 0);
}

/** The score of two that may belong together. It is so high that most requests get a span, before any gets the best. */
export const PLAUSIBLE = 1_000;

/** The spans that a check wants of its requests. */
export interface Wanted {
  readonly isWanted: (span: Span) => boolean;
  /** Returns how well a span fits a request, or 0 if the request can't have made it. */
  readonly fit: (visit: Visit, span: Span) => number;
  /** Returns what a span has of the answer to its request, if it has anything. For right code it is an integer. */
  readonly valueOf: (span: Span) => AttributeValue | undefined;
  /** Returns whether a span has what dice answered to the request. */
  readonly isAnswer: (visit: Visit, span: Span) => boolean;
}

/** The spans of the requests: for each request its span, or undefined. */
export type Spans = readonly (Span | undefined)[];

/**
 * Judges the requests by their spans. Spans in traces of their own are those that fit best, so that right code passes
 * whoever else rolls. About wrong code they say little for certain. Then the spans are those that began when the
 * requests were sent, unless that leaves more to explain.
 * @param judge judges the spans. `extra` is a span more of a request, if each request made several such spans
 */
export function judgePairs<T extends { readonly findings: readonly Finding[] }>(
  seen: Seen,
  wanted: Wanted,
  judge: (spans: Spans, extra: Extra | undefined) => T,
): T {
  const { isWanted, fit } = wanted;
  const fitting = spansNamed(seen, wanted);
  const extra = extraSpan(seen, wanted, fitting);
  const best = judge(fitting, extra);
  if (extra || allMet(best.findings)) return best;
  const [sent, starts] = [
    seen.visits.map((visit) => visit.sent),
    seen.strays.filter(isWanted).map(({ start }) => start),
  ];
  const ahead = clockDifference(sent, starts);
  const byTime = (visit: Visit, span: Span) =>
    fit(visit, span) && PLAUSIBLE + nearness(visit.sent + ahead - span.start);
  const timed = judge(spansNamed(seen, { isWanted, fit: byTime }), undefined);
  return problemsIn(timed) > problemsIn(best) ? best : timed;
}

const problemsIn = ({ findings }: { readonly findings: readonly Finding[] }): number =>
  findings.filter(({ state }) => state === 'unmet').length;

/**
 * Returns the span that each request made, or undefined for a request that made none. If the requests' own traces have
 * no such span, the spans are those of the traces that dice started meanwhile.
 */
export function spansNamed({ visits, strays }: Seen, { isWanted, fit }: Pick<Wanted, 'isWanted' | 'fit'>): Spans {
  const own = visits.map((visit) => bestOf(visit, visit.spans.filter(isWanted), fit));
  if (own.some((span) => span !== undefined)) return own;
  return pairInOrder(visits, strays.filter(isWanted), fit);
}

/** A span more of a request, if requests made several such spans each. */
export interface Extra {
  readonly span: Span;
  /** Whether it is in another trace than the first span of the request. */
  readonly isApart: boolean;
}

function extraSpan(seen: Seen, wanted: Wanted, spans: Spans): Extra | undefined {
  const { visits, strays } = seen;
  const apart = strays.filter(wanted.isWanted);
  const inOwn = visits.map((visit) => visit.spans.filter(wanted.isWanted));
  const ofTrace = Map.groupBy(apart, ({ traceId }) => traceId);
  const several = [...inOwn, ...spans.map((span) => (span && ofTrace.get(span.traceId)) ?? [])];
  const second = several.find((some) => some.length > 1)?.[1];
  if (second) return { span: second, isApart: false };
  const isNoRoll = (span: Span) => !Number.isInteger(wanted.valueOf(span));
  const span = inOwn.some((some) => some.length > 0)
    ? betweenEach(spans, apart)
    : (betweenEach(spans, apart.filter(isNoRoll)) ??
      besideOf(spans, apart) ??
      twinOf(visits, { spans, apart, wanted }));
  return span && { span, isApart: true };
}

/** Returns the first of the others, if at least one of them began between each two of the spans. */
function betweenEach(spans: Spans, others: readonly Span[]): Span | undefined {
  const made = spans.filter((span) => span !== undefined);
  const between = made.slice(1).map((end, index) => {
    const start = made[index] ?? end;
    return others.find((one) => one !== start && one !== end && one.start >= start.start && one.start <= end.start);
  });
  return made.length > 2 && between.every(Boolean) ? between[0] : undefined;
}

/** Milliseconds between the starts of two spans that one call of doRoll() makes. Two requests are further apart. */
const MOMENT = 1;

/**
 * Returns a second span that began at the moment of the span of a roll, whatever its value, if more than half of the
 * rolls have one. A visitor may roll at such a moment now and then, but not so often.
 */
function besideOf(spans: Spans, apart: readonly Span[]): Span | undefined {
  const made = spans.filter((span) => span !== undefined);
  const isBeside = (span: Span) => (one: Span) => one !== span && Math.abs(one.start - span.start) < MOMENT;
  const beside = made.flatMap((span) => apart.find(isBeside(span)) ?? []);
  return made.length > 2 && beside.length > made.length / 2 ? beside[0] : undefined;
}

interface Apart {
  readonly spans: Spans;
  readonly apart: readonly Span[];
  readonly wanted: Wanted;
}

/**
 * Returns a second span of a roll in a trace of its own, with the same value as the first, if each roll has such a twin
 * next to its span. The twin of the last roll may still come. Now and then the next roll of a visitor has the same
 * value, but not after each roll. This also finds twins that a slow machine has started later.
 */
function twinOf(visits: readonly Visit[], { spans, apart, wanted: { valueOf, isAnswer } }: Apart): Span | undefined {
  const rolled = visits.filter((visit, index) => spans[index] && isAnswer(visit, spans[index]));
  const twins = apart.filter((span, index) => index > 0 && valueOf(span) === valueOf(apart[index - 1] as Span));
  const paired = pairInOrder(rolled, twins, (visit, span) => Number(isAnswer(visit, span))).filter(Boolean);
  const areMost = rolled.length > 2 && rolled.length > visits.length / 2;
  return areMost && paired.length >= rolled.length - 1 ? paired[0] : undefined;
}

/** Explains that requests made several spans each. @param advice the finding, and what right code does */
export function severalSpans({ span: { name, traceId }, isApart }: Extra, { id, hint }: Advice): Problem {
  const found = `several spans ${name} in one roll`;
  if (!isApart) return { id, found, hint, traceId };
  return { id, found: `${found}, in traces of their own`, hint: `${STARTED_TWICE} ${hint}`, traceId };
}

type Advice = Required<Pick<Problem, 'id' | 'hint'>>;

const STARTED_TWICE =
  'Your code starts a second span of that name for each roll. Look in app.ts for another startSpan or ' +
  'startActiveSpan, perhaps with root: true, and take it out. Call doRoll() once in each request.';

const bestOf = (visit: Visit, spans: Span[], fit: Wanted['fit']): Span | undefined =>
  spans.toSorted((a, b) => fit(visit, b) - fit(visit, a))[0];

/**
 * Returns a function that makes the findings about pairs of requests and spans. Spans in traces of their own are paired
 * by their order. If a sampler has dropped some, spans of visitors may take their places, so a problem is not seen.
 */
export function findingsOfPairs({ strays, sampler }: Seen, spans: Spans) {
  const isGuess = sampler !== undefined && spans.some((span) => span && strays.includes(span));
  return (text: string, problem: Problem | undefined): Finding =>
    problem && isGuess
      ? { ...unknown(text), id: 'telemetry/sampled', found: NOT_ALL, hint: sampler }
      : finding(text, problem);
}

const NOT_ALL = 'spans of some requests, because a sampler drops traces';
