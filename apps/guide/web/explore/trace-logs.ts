// Which log lines belong to which span of a trace.
import type { SpanOfPage } from '../../contract.ts';
import type { LogRecord, TraceWithLogs } from '../../explore-contract.ts';

export interface TraceLogs {
  /** The records of each span that the trace has, oldest first. */
  readonly bySpan: ReadonlyMap<string, readonly LogRecord[]>;
  /** The records whose span the trace doesn't have, or that name no span. */
  readonly others: readonly LogRecord[];
  readonly spans: ReadonlyMap<string, SpanOfPage>;
}

export function logsOf({ roots, logs }: Pick<TraceWithLogs, 'roots' | 'logs'>): TraceLogs {
  const spans = new Map(flat(roots).map((span) => [span.spanId, span]));
  const isKnown = ({ spanId }: LogRecord): boolean => spanId !== undefined && spans.has(spanId);
  const bySpan = Map.groupBy(logs.filter(isKnown), ({ spanId }) => spanId ?? '');
  return { spans, bySpan, others: logs.filter((record) => !isKnown(record)) };
}

const flat = (spans: readonly SpanOfPage[]): SpanOfPage[] => spans.flatMap((span) => [span, ...flat(span.children)]);

/** Cuts a trace to its first `limit` spans, in the order of the tree, so that a huge one does not stop the page. */
export function cut(roots: readonly SpanOfPage[], limit: number): readonly SpanOfPage[] {
  let left = limit;
  const taken = (spans: readonly SpanOfPage[]): SpanOfPage[] =>
    spans.flatMap((span) => (left-- > 0 ? [{ ...span, children: taken(span.children) }] : []));
  return taken(roots);
}
