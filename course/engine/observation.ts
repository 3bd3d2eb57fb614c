// Sends a check's requests to dice, and reads what they left in Jaeger. Each request starts a trace with an id that the
// check made. So the spans of a request are found by that id, whatever the service is called and whatever the clocks
// say. Code that takes over no context starts traces of its own: these are the traces that were not there before.
import { setTimeout as delay } from 'node:timers/promises';
import type { AppAnswer } from '../../apps/guide/server/lab/visit.ts';
import { isLearners } from '../../lab/services.ts';
import type { LogRecord } from '../../apps/guide/explore-contract.ts';
import type { LogQuery, LogStore } from '../../apps/guide/server/telemetry/log-store.ts';
import type { Span, Trace } from '../../otlp/traces.ts';
import type { Arrival } from './arrival.ts';
import type { Explained } from './findings.ts';
import { withRecords } from './log-events.ts';

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
const lateRecords = 2_000; // ms after which requests without log records count as ones that will have none

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
   * @param needsRecords whether the requests have to leave log records. They leave dice apart from the spans, so on a
   * busy machine they come later
   */
  async look({ searches = false, needsRecords = false } = {}): Promise<Seen> {
    void this.#flush();
    const found = await Promise.all(this.#asked.map((asked) => this.#visit(asked)));
    const others = searches || found.some(({ spans }) => spans.length === 0) ? await this.#strays() : [];
    const records = this.#records();
    const visits = found.map((visit) => ({ ...visit, spans: visit.spans.map((span) => withRecords(span, records)) }));
    const strays = others.map((span) => withRecords(span, records));
    const ofRequests = this.#ofRequests(records);
    const count = visits.reduce(
      (sum, { spans, trace }) => sum + spans.length + (trace?.spans.length ?? 0),
      strays.length + ofRequests,
    );
    if (count !== this.#count) [this.#count, this.#changedAt] = [count, Date.now()];
    const patience = needsRecords && ofRequests === 0 ? lateRecords : 0;
    return { visits, strays, records, settled: this.#isSettled(visits, strays, patience) };
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

  #isSettled(visits: readonly Visit[], strays: readonly Span[], patience: number): boolean {
    const silence = Date.now() - this.#changedAt;
    const arrival = this.#sources.arrival();
    if (silence < Math.max(Math.max(arrival.export, 300) + quiet, patience)) return false;
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
