// Sends a check's requests to dice, and reads what they left in Jaeger. Each request starts a trace with an id that the
// check made. So the spans of a request are found by that id, whatever the service is called and whatever the clocks
// say. Code that takes over no context starts traces of its own: these are the traces that were not there before.
import { setTimeout as delay } from 'node:timers/promises';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import { SERVICES } from '../../lab/services.ts';
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

const others = new Set<string>(SERVICES.map(({ name }) => name).filter((name) => name !== 'dice'));

/** Returns whether a service may be dice. A learner may rename dice, but no other service of the lab. */
export const isLearners = (service: string): boolean => !others.has(service);

const gap = 3; // ms between two requests, so that their spans differ in their start
const quiet = 200; // ms for which nothing arrives after the time between two exports
const searchPause = 400; // ms between two searches
const flushPause = 500; // ms between two flushes
const mostRecords = 500; // the most that one query returns
const longQuiet = 3_000; // ms after which a request without spans counts as one that will have none

export class Observation {
  readonly #sources: Sources;
  readonly #known: Set<string>;
  readonly #asked: Pick<Visit, 'path' | 'answer' | 'sent'>[] = [];
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

  private constructor(sources: Sources, known: Set<string>) {
    this.#sources = sources;
    this.#known = known;
    this.#lastRecord = sources.logs?.query({ limit: 1 }).last ?? 0;
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

  async look(): Promise<Seen> {
    void this.#flush();
    const found = await Promise.all(this.#asked.map((asked) => this.#visit(asked)));
    const others = found.some(({ spans }) => spans.length === 0) ? await this.#strays() : [];
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

  async #visit(asked: Pick<Visit, 'path' | 'answer' | 'sent'>): Promise<Visit> {
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
  #isStray({ traceId, roots }: Trace): boolean {
    if (this.#known.has(traceId)) return false;
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
  /** Returns what a span has of the answer to its request, if it has anything. */
  readonly valueOf: (span: Span) => AttributeValue | undefined;
}

/** The spans of the requests: for each request its span, or undefined. */
export type Spans = readonly (Span | undefined)[];

/**
 * Judges the requests by their spans. Spans in traces of their own are those that fit best, so that right code passes
 * whoever else rolls. About wrong code they say little for certain. Then the spans are those that began when the
 * requests were sent, unless that leaves more to explain.
 * @param judge judges the spans. `isRepeated` is whether requests made several such spans each
 */
export function judgePairs<T extends { readonly findings: readonly Finding[] }>(
  seen: Seen,
  wanted: Wanted,
  judge: (spans: Spans, isRepeated: boolean) => T,
): T {
  const { isWanted, fit } = wanted;
  const fitting = spansNamed(seen, wanted);
  const hasMore = isRepeated(seen, wanted, fitting);
  const best = judge(fitting, hasMore);
  if (hasMore || allMet(best.findings)) return best;
  const [sent, starts] = [
    seen.visits.map((visit) => visit.sent),
    seen.strays.filter(isWanted).map(({ start }) => start),
  ];
  const ahead = clockDifference(sent, starts);
  const byTime = (visit: Visit, span: Span) =>
    fit(visit, span) && PLAUSIBLE + nearness(visit.sent + ahead - span.start);
  const timed = judge(spansNamed(seen, { isWanted, fit: byTime }), false);
  return problemsIn(timed) > problemsIn(best) ? best : timed;
}

const problemsIn = ({ findings }: { readonly findings: readonly Finding[] }): number =>
  findings.filter(({ state }) => state === 'unmet').length;

/**
 * Returns the span that each request made, or undefined for a request that made none. If the requests' own traces have
 * no such span, the spans are those of the traces that dice started meanwhile.
 */
export function spansNamed({ visits, strays }: Seen, { isWanted, fit }: Omit<Wanted, 'valueOf'>): Spans {
  const own = visits.map((visit) => bestOf(visit, visit.spans.filter(isWanted), fit));
  if (own.some((span) => span !== undefined)) return own;
  return pairInOrder(visits, strays.filter(isWanted), fit);
}

/**
 * Returns whether requests made several such spans each. In traces of their own, a trace has several, or an empty span
 * lies between each two of those that belong to requests. A span with a value there may be of somebody else's request.
 */
function isRepeated({ visits, strays }: Seen, { isWanted, valueOf }: Wanted, spans: Spans): boolean {
  if (visits.some((visit) => visit.spans.filter(isWanted).length > 1)) return true;
  const wanted = strays.filter(isWanted);
  const ofTrace = Map.groupBy(wanted, ({ traceId }) => traceId);
  if (spans.some((span) => span && (ofTrace.get(span.traceId)?.length ?? 0) > 1)) return true;
  const places = spans.flatMap((span) => (span ? [wanted.indexOf(span)] : []));
  const hasEmpty = (from: number, to: number) => wanted.slice(from + 1, to).some((one) => valueOf(one) === undefined);
  return places.length > 2 && places.slice(1).every((place, index) => hasEmpty(places[index] ?? place, place));
}

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
