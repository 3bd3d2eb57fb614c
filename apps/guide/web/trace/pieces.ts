// A request whose context is lost falls into several traces. Its pieces are the trace that its caller has begun, and
// the traces that services have begun themselves meanwhile.
import type { SpanOfPage, TraceOfPage } from '../../contract.ts';
import { rowsOf } from './flat.ts';

/** Milliseconds between two searches, each of which reads traces. */
const pause = 400;

/** Searches for the traces of a service that begin between two times, in milliseconds since the epoch. */
export type SearchTraces = (service: string, since: number, until: number) => Promise<readonly TraceOfPage[]>;

/** Whether the service has begun this trace itself. A root that is an orphan has a parent, which may still come. */
function isBegunBy(service: string, { roots }: TraceOfPage): boolean {
  const [root] = roots;
  return roots.length === 1 && root?.service === service && root.parentSpanId === undefined;
}

export class Pieces {
  readonly #search: SearchTraces;
  #of = '';
  #found: readonly TraceOfPage[] = [];
  #searchedAt = -Infinity;

  constructor(search: SearchTraces) {
    this.#search = search;
  }

  /**
   * Returns the pieces of a request in the order of their start. The first one is `trace`, that of the caller.
   * @param joins the services that the request should join in one trace
   */
  async of(
    trace: TraceOfPage,
    joins: readonly string[],
    now = performance.now(),
  ): Promise<[TraceOfPage, ...TraceOfPage[]]> {
    if (trace.traceId !== this.#of) [this.#of, this.#found, this.#searchedAt] = [trace.traceId, [], -Infinity];
    const missing = joins.filter((service) => !trace.services.includes(service));
    if (missing.length === 0) return [trace];
    if (now - this.#searchedAt >= pause) {
      this.#searchedAt = now;
      const begun = await Promise.all(missing.map((service) => this.#begunBy(service, trace)));
      this.#found = begun.flat().toSorted((a, b) => a.start - b.start);
    }
    return [trace, ...this.#found];
  }

  async #begunBy(service: string, { traceId, start, duration }: TraceOfPage): Promise<readonly TraceOfPage[]> {
    const found = await this.#search(service, start, start + duration).catch(() => []);
    return found.filter((one) => one.traceId !== traceId && isBegunBy(service, one)).slice(0, 1);
  }
}

/** Returns all pieces as if they were one trace: it has the id of the first one, and the roots of all. */
export function united(pieces: readonly [TraceOfPage, ...TraceOfPage[]]): TraceOfPage {
  const start = Math.min(...pieces.map((one) => one.start));
  const end = Math.max(...pieces.map((one) => one.start + one.duration));
  const services = [...new Set(pieces.flatMap((one) => one.services))].sort();
  return { ...pieces[0], services, start, duration: end - start, roots: pieces.flatMap(({ roots }) => roots) };
}

/** What is missing between a piece and what called it. */
export interface Gap {
  readonly service: string;
  readonly caller: string;
  /** The span that should be the parent, if it has arrived. */
  readonly parent: SpanOfPage | undefined;
  /** Whether the caller is the guide, which always sends its context. */
  readonly isSent: boolean;
}

/**
 * Returns what is missing before a piece.
 * @param joins the services that the request should join, in the order in which one calls the next
 */
export function gapBefore(piece: TraceOfPage, pieces: readonly TraceOfPage[], joins: readonly string[]): Gap {
  const [root] = piece.roots;
  const service = root?.service ?? '';
  const caller = joins[joins.indexOf(service) - 1] ?? 'guide';
  const callers = pieces
    .filter((one) => one !== piece)
    .flatMap(rowsOf)
    .map(({ span }) => span)
    .filter((span) => span.service === caller && span.start <= (root?.start ?? 0));
  return { service, caller, parent: callers.at(-1), isSent: caller === 'guide' };
}

/** Returns the ids of the spans with which services have joined a trace that had begun pieces before. */
export function joinedIn(trace: TraceOfPage, before: readonly TraceOfPage[]): string[] {
  const begun = new Set(before.slice(1).map(({ roots }) => roots[0]?.service));
  const entries = (span: SpanOfPage, above: string): SpanOfPage[] => [
    ...(span.service !== above && begun.has(span.service) ? [span] : []),
    ...span.children.flatMap((child) => entries(child, span.service)),
  ];
  return trace.roots
    .filter(({ orphan }) => !orphan)
    .flatMap((root) => root.children.flatMap((child) => entries(child, root.service)))
    .map(({ spanId }) => spanId);
}
