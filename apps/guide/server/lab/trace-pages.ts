// Reads all traces that Jaeger has, page by page, from the newest to the oldest. Jaeger has no pages, and returns the
// traces that it received last. So the guide asks for one short range of time after another, and makes a range shorter
// if Jaeger has more traces in it than it returns. A trace belongs to the range in which its first span starts.
import type { TracePage, TraceSummary } from '../../explore-contract.ts';
import { oldestBefore } from './oldest-trace.ts';
import { attributesOfTrace } from '../../../../otlp/trace-attributes.ts';
import { failureOf, failuresIn } from '../../../../otlp/failures.ts';
import { PROBE_SCOPE } from '../../../../lab/names.ts';
import { searchTraces, TooDeepError } from '../../../../otlp/trace-search.ts';
import type { FoundTraces } from '../../../../otlp/trace-search.ts';
import type { Span, Trace } from '../../../../otlp/traces.ts';

/** Traces and bytes that the guide asks Jaeger for at a time. They bound the memory of both. */
const DEPTH = 25;
const BYTES = 2 * 2 ** 20;
/** Bounds the work for one page. After that, the page has fewer traces than asked for. */
const SEARCHES = 60;
/** Shortest range of time, in milliseconds. */
const SHORTEST = 1;
/** Traces of the shortest range. A loop in a learner's code can make many in one millisecond. */
const DEEPEST = 400;
/** The range to begin with if Jaeger's answer for all times is too large. */
const MINUTE = 60_000;

/** The latest time that Jaeger's API takes, which counts nanoseconds in 64 bits. */
const LATEST = Date.UTC(2262, 0);

/** What has been read for a page. `next` is the end of the range that has not been read yet. */
interface Progress {
  readonly traces: Trace[];
  next: number | undefined;
  bytes: number;
  skipped: number;
}

export class TracePages {
  readonly #jaeger: string;
  /** Most traces that Jaeger returns. It refuses to return more than it keeps. */
  #most = DEEPEST;
  /** Length of the range of time that would have held enough traces in the last search. */
  #length: number | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** @param jaeger URL of Jaeger's query service with its base path */
  constructor(jaeger: string) {
    this.#jaeger = jaeger;
  }

  /** Returns the newest traces that started before `until`. Pages are read one after the other. */
  page(until: number, limit: number): Promise<TracePage> {
    const page = this.#last.then(() => this.#read(until, limit));
    this.#last = page.catch(() => undefined);
    return page;
  }

  /** Returns traces that start at `from` or later, which is in the future: those that Jaeger received last. */
  async ahead(from: number): Promise<Required<Pick<TracePage, 'ahead' | 'bytes' | 'skipped'>>> {
    const { traces, isComplete, bytes } = await this.#search(from, LATEST, DEPTH);
    const ahead = traces.filter((trace) => trace.start >= from && !isProbe(trace)).map(summaryOf);
    return { ahead: ahead.toReversed(), bytes, skipped: isComplete ? 0 : 1 };
  }

  /** Returns about when the oldest trace started that Jaeger has. @param page the newest traces */
  async oldest({ traces, next }: TracePage): Promise<number | undefined> {
    if (next === undefined) return undefined;
    const hasBefore = async (time: number): Promise<boolean> => {
      const found = await this.#search(0, time, 1);
      return !found.isComplete || found.traces.length > 0;
    };
    const length = (traces[0]?.start ?? next) - next;
    return oldestBefore(hasBefore, next, Math.max(length, MINUTE));
  }

  async #read(until: number, limit: number): Promise<TracePage> {
    const progress: Progress = { traces: [], next: until, bytes: 0, skipped: 0 };
    let from = this.#beginBefore(until);
    for (let search = 0; search < SEARCHES && progress.next !== undefined; search += 1) {
      from = await this.#readRange(from, progress.next, progress);
      if (progress.traces.length >= limit) break;
    }
    return pageOf(progress, limit);
  }

  /** Reads the traces of a range, unless it has too many. Returns where the next range to read begins. */
  async #readRange(from: number, until: number, progress: Progress): Promise<number> {
    const isShortest = until - from < 2 * SHORTEST;
    const { traces, isComplete, bytes } = await this.#search(from, until, isShortest ? DEEPEST : DEPTH);
    progress.bytes += bytes;
    if (!isComplete && !isShortest) return laterBegin(from, until, traces);
    if (!isComplete) progress.skipped += 1;
    progress.traces.push(...traces.filter((trace) => trace.start >= from && trace.start < until && !isProbe(trace)));
    progress.next = from > 0 ? from : undefined;
    this.#length = (until - from) * Math.min(8, (0.7 * DEPTH) / traces.length);
    return this.#beginBefore(from);
  }

  #beginBefore(until: number): number {
    return this.#length === undefined ? 0 : Math.max(0, until - Math.max(this.#length, SHORTEST));
  }

  async #search(from: number, until: number, wanted: number): Promise<FoundTraces> {
    const depth = Math.min(wanted, this.#most);
    try {
      return await searchTraces(this.#jaeger, { from, until, depth, limit: BYTES });
    } catch (error) {
      if (!(error instanceof TooDeepError) || depth === 1) throw error;
      this.#most = Math.floor(depth / 2);
      return this.#search(from, until, wanted);
    }
  }
}

/** Returns the begin of a shorter range with the same end. It leaves out about half of the traces that were found. */
function laterBegin(from: number, until: number, traces: readonly Trace[]): number {
  const starts = traces.map(({ start }) => start).filter((start) => start > from && start < until);
  const middle = starts[Math.floor(starts.length * 0.4)] ?? (from === 0 ? until - MINUTE : (from + until) / 2);
  return Math.min(middle, until - SHORTEST);
}

/** Returns the newest traces. Those that started at the same time are on the same page. */
function pageOf({ traces, next, bytes, skipped }: Progress, limit: number): TracePage {
  const newest = traces.sort((a, b) => b.start - a.start);
  const last = newest[limit - 1]?.start;
  if (last === undefined || newest.at(-1)?.start === last)
    return { traces: newest.map(summaryOf), ...(next !== undefined && { next }), bytes, skipped };
  return { traces: newest.filter(({ start }) => start >= last).map(summaryOf), next: last, bytes, skipped };
}

/** Whether the guide made the trace to find out why there is no telemetry. It is no request. */
const isProbe = ({ spans }: Trace): boolean =>
  spans.every(({ service, scope }) => service === 'guide' && scope === PROBE_SCOPE);

/** Most names of spans in a trace, and characters of a name. A learner's code decides how many there are. */
const NAMES = { most: 50, characters: 100 };

function operationsOf(spans: readonly Span[]): TraceSummary['operations'] {
  const names = new Map(spans.map(({ service, name }) => [JSON.stringify([service, name]), { service, name }]));
  const some = [...names.values()].slice(0, NAMES.most);
  return Object.fromEntries(
    [...Map.groupBy(some, ({ service }) => service)].map(([service, of]) => [
      service,
      of.map(({ name }) => name.slice(0, NAMES.characters)),
    ]),
  );
}

export function summaryOf(trace: Trace): TraceSummary {
  const { traceId, start, duration, roots, services, spans } = trace;
  const reversed = spans.filter(({ endsEarly }) => endsEarly !== undefined).length;
  return {
    traceId,
    start,
    duration,
    service: roots[0]?.service ?? '',
    operation: roots[0]?.name ?? '',
    services,
    spans: spans.length,
    errors: spans.filter((span) => failureOf(span) !== undefined).length,
    ...(reversed > 0 && { reversed }),
    failures: failuresIn(spans),
    operations: operationsOf(spans),
    attributes: attributesOfTrace(trace),
  };
}
