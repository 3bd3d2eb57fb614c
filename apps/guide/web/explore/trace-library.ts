// The traces that the worker has read, with their attributes. It reads them page by page, finds those with a value, and
// compares some of them with the others.
import { compareTraces } from '../../../../otlp/compare-traces.ts';
import { attributesAlike, driversOf } from '../../../../otlp/trace-drivers.ts';
import type { TracePage, TraceSummary } from '../../explore-contract.ts';
import { hasAll, hintFor, wantedIn } from './attribute-search.ts';
import { hasOperation, operationHint } from './operation-search.ts';
import type { Compared, Matched, Reading, TraceRow, Wanted } from './trace-messages.ts';
import { counted } from './words.ts';

/** Most traces that the page keeps: twice as many as Jaeger keeps by default. */
const MOST = 4_000;
const PAGE = 200;
/** Spans may come this many milliseconds later than those of newer traces, so traces of this time are read again. */
const LATE = 15_000;

/** The traces that have one of the things that are wanted, and what the page says about them. */
interface Found {
  readonly found: readonly TraceSummary[];
  readonly hint: string;
}

export type ReadPage = (path: string) => Promise<TracePage>;

export class TraceLibrary {
  readonly #readPage: ReadPage;
  readonly #traces = new Map<string, TraceSummary>();
  /** Start of the newest trace that has been read, but for those of the future. */
  #newest = 0;
  /** The same when all traces had been read. */
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
      const traces = this.#keep(page);
      [bytes, skipped, count] = [bytes + page.bytes, skipped + page.skipped, count + page.traces.length];
      next = this.#isKnown(page) ? undefined : page.next;
      const isCut = next !== undefined && count >= MOST;
      const state = next === undefined || isCut ? 'done' : 'reading';
      onRows(traces.map(rowOf), { state, bytes, skipped, isCut, ...total?.after(page, count, this.#newest) });
    } while (next !== undefined && count < MOST);
    this.#readUntil = this.#newest;
  }

  /** Keeps the traces of a page, and returns them. */
  #keep({ traces, ahead = [] }: TracePage): TraceSummary[] {
    const all = [...traces, ...ahead];
    for (const trace of all) this.#traces.set(trace.traceId, trace);
    this.#newest = traces.reduce((newest, { start }) => Math.max(newest, start), this.#newest);
    return all;
  }

  /** Whether the traces before this page were read earlier. */
  #isKnown({ next }: TracePage): boolean {
    return next !== undefined && next < this.#readUntil - LATE;
  }

  /** Returns the traces that have all that is wanted. */
  match(wanted: Wanted): Matched {
    const all = [...this.#traces.values()];
    const [attribute, operation] = [this.#withAttribute(wanted, all), this.#withOperation(wanted, all)];
    const ids = new Set(operation.found.map(({ traceId }) => traceId));
    const both = attribute.found.filter(({ traceId }) => ids.has(traceId));
    return {
      traceIds: both.map(({ traceId }) => traceId),
      hints: { attribute: attribute.hint, operation: operation.hint },
    };
  }

  #withAttribute({ attribute: text }: Wanted, all: readonly TraceSummary[]): Found {
    if (text === '') return { found: all, hint: '' };
    const wanted = wantedIn(text);
    const found = all.filter(({ attributes }) => hasAll(attributes, wanted));
    const have = `${counted(found.length, 'trace')} ${found.length === 1 ? 'has' : 'have'} ${text}.`;
    return { found, hint: (found.length === 0 && hintFor(text, all.map(attributesOf))) || have };
  }

  #withOperation({ operation: text, service }: Wanted, all: readonly TraceSummary[]): Found {
    if (text === '') return { found: all, hint: '' };
    const found = all.filter(({ operations }) => hasOperation(operations, text, service));
    const hint = (): string =>
      operationHint(
        text,
        service,
        all.map(({ operations }) => operations),
      );
    return { found, hint: found.length === 0 ? hint() : '' };
  }

  /** Compares the marked traces with the others. @param since leaves out those that started before, if given */
  compare(marked: ReadonlySet<string>, since = -Infinity): Compared {
    const all = [...this.#traces.values()];
    const drivers = driversOf(all);
    const groups = [true, false].map((isWanted) => all.filter(({ traceId }) => marked.has(traceId) === isWanted));
    const [some = [], others = []] = groups.map((group) => group.filter(({ start }) => start >= since));
    const left = groups.map((group) => group.filter(({ start }) => start < since).length);
    const alike = (trace: TraceSummary) => attributesAlike(trace, drivers);
    return {
      comparison: compareTraces(some.map(alike), others.map(alike)),
      leftOut: { marked: left[0] ?? 0, others: left[1] ?? 0 },
    };
  }
}

/** Estimates how many traces there are. */
class Total {
  #oldest: number | undefined;

  /** Assumes that the traces before the page are as close together as those that were read. */
  after({ next, oldest, keeps = MOST }: TracePage, count: number, newest: number): Pick<Reading, 'about'> {
    this.#oldest ??= oldest;
    if (this.#oldest === undefined || next === undefined || newest <= next) return {};
    const about = Math.round((count * (newest - this.#oldest)) / (newest - next));
    return { about: Math.min(about, keeps, MOST) };
  }
}

/** @param asksTotal whether the guide has to find out when the oldest trace started */
function pathOf(until: number | undefined, asksTotal: boolean): string {
  const first = asksTotal ? '&oldest=true' : '';
  return `api/explore/traces?limit=${PAGE}${until === undefined ? first : `&until=${until}`}`;
}

function rowOf(trace: TraceSummary): TraceRow {
  const { traceId, start, duration, service, operation, services, spans, errors, failures, reversed } = trace;
  const row = { traceId, start, duration, service, operation, services, spans, errors, failures };
  return { ...row, ...(reversed !== undefined && { reversed }) };
}

const attributesOf = ({ attributes }: TraceSummary) => attributes;
