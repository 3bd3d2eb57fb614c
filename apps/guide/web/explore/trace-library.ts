// The traces that the worker has read, with their attributes. It reads them page by page, finds those with a value, and
// compares some of them with the others.
import { compareTraces } from '../../../../otlp/compare-traces.ts';
import type { Comparison } from '../../../../otlp/compare-traces.ts';
import type { TracePage, TraceSummary } from '../../explore-contract.ts';
import { hasAll, hintFor, wantedIn } from './attribute-search.ts';
import type { Reading, TraceRow } from './trace-messages.ts';

/** Most traces that the page keeps: twice as many as Jaeger keeps by default. */
const MOST = 4_000;
const PAGE = 200;
/** Spans may come this many milliseconds later than those of newer traces, so traces of this time are read again. */
const LATE = 15_000;

export type ReadPage = (path: string) => Promise<TracePage>;

export class TraceLibrary {
  readonly #readPage: ReadPage;
  readonly #traces = new Map<string, TraceSummary>();
  /** Start of the newest trace when all traces had been read. */
  #readUntil = 0;

  constructor(readPage: ReadPage) {
    this.#readPage = readPage;
  }

  /** Reads the traces that are new, the newest first. @param onRows is called for each page */
  async read(onRows: (rows: readonly TraceRow[], reading: Reading) => void): Promise<void> {
    let next: number | undefined;
    let [bytes, skipped, count] = [0, 0, 0];
    const total = this.#readUntil === 0 ? new Total() : undefined;
    do {
      const page: TracePage = await this.#readPage(pathOf(next, total !== undefined));
      for (const trace of page.traces) this.#traces.set(trace.traceId, trace);
      [bytes, skipped, count] = [bytes + page.bytes, skipped + page.skipped, count + page.traces.length];
      next = this.#isKnown(page) ? undefined : page.next;
      const isCut = next !== undefined && count >= MOST;
      const state = next === undefined || isCut ? 'done' : 'reading';
      onRows(page.traces.map(rowOf), { state, bytes, skipped, isCut, ...total?.after(page, count, this.#newest()) });
    } while (next !== undefined && count < MOST);
    this.#readUntil = this.#newest();
  }

  #newest(): number {
    return Math.max(0, ...[...this.#traces.values()].map(({ start }) => start));
  }

  /** Whether the traces before this page were read earlier. */
  #isKnown({ next }: TracePage): boolean {
    return next !== undefined && next < this.#readUntil - LATE;
  }

  /** Returns the traces that have all the values in the text: see `wantedIn`. */
  match(text: string): string[] {
    const wanted = wantedIn(text);
    return [...this.#traces.values()]
      .filter(({ attributes }) => hasAll(attributes, wanted))
      .map(({ traceId }) => traceId);
  }

  /** Says why no trace has the values in the text: see `hintFor`. */
  hintFor(text: string): string {
    return hintFor(text, [...this.#traces.values()].map(attributesOf));
  }

  compare(marked: ReadonlySet<string>): Comparison {
    const [some, others] = [true, false].map((wanted) =>
      [...this.#traces.values()].filter(({ traceId }) => marked.has(traceId) === wanted),
    );
    return compareTraces((some ?? []).map(attributesOf), (others ?? []).map(attributesOf));
  }
}

/** Estimates how many traces there are. */
class Total {
  #oldest: number | undefined;

  /** Assumes that the traces before the page are as close together as those that were read. */
  after({ next, oldest }: TracePage, count: number, newest: number): Pick<Reading, 'about'> {
    this.#oldest ??= oldest;
    if (this.#oldest === undefined || next === undefined || newest <= next) return {};
    return { about: Math.round((count * (newest - this.#oldest)) / (newest - next)) };
  }
}

/** @param asksTotal whether the guide has to find out when the oldest trace started */
function pathOf(until: number | undefined, asksTotal: boolean): string {
  const first = asksTotal ? '&oldest=true' : '';
  return `api/explore/traces?limit=${PAGE}${until === undefined ? first : `&until=${until}`}`;
}

function rowOf(trace: TraceSummary): TraceRow {
  const { traceId, start, duration, service, operation, services, spans, errors, failures } = trace;
  return { traceId, start, duration, service, operation, services, spans, errors, failures };
}

const attributesOf = ({ attributes }: TraceSummary) => attributes;
