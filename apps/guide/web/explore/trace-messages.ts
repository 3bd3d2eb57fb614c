// The messages between the page "Explore" and its worker, which reads the traces and compares them.
import type { Comparison, Totals } from '../../../../otlp/compare-traces.ts';
import type { TraceSummary } from '../../explore-contract.ts';

/** A trace in the list. Attributes and names of spans stay in the worker, because they take most of the memory. */
export type TraceRow = Omit<TraceSummary, 'attributes' | 'operations'>;

/** What the worker searches for, because the page doesn't have it. An empty text asks for nothing. */
export interface Wanted {
  /** See `wantedIn`. */
  readonly attribute: string;
  /** Text in the name of a span, ignoring case. */
  readonly operation: string;
  /** The service of that span. Empty for any. */
  readonly service: string;
}

/** What the page asks the worker. `read` reads all traces, or those that are new since the last time. */
export type Question =
  | { readonly ask: 'read' }
  | { readonly ask: 'match'; readonly id: number; readonly wanted: Wanted }
  | { readonly ask: 'compare'; readonly id: number; readonly marked: readonly string[]; readonly since?: number };

/** How far the worker has read. */
export interface Reading {
  readonly state: 'reading' | 'done';
  /** Bytes that the guide has read from Jaeger. */
  readonly bytes: number;
  /** How many times the guide passed over traces that are too many or too large. */
  readonly skipped: number;
  /** Whether Jaeger has older traces than those that were read, because the page keeps no more. */
  readonly isCut: boolean;
  /**
   * About how many traces there are to read: not more than Jaeger keeps, nor than the page reads. Undefined if that is
   * unknown, or if all but the new ones were read.
   */
  readonly about?: number;
}

/** The traces that have what was searched for. */
export interface Matched {
  readonly traceIds: readonly string[];
  /** Say how many traces have it, or why there are none. Empty for what was not asked. */
  readonly hints: Readonly<Record<'attribute' | 'operation', string>>;
}

/** A comparison of the traces from a time on. */
export interface Compared {
  readonly comparison: Comparison;
  /** How many traces of each group it left out, because they are older. */
  readonly leftOut: Totals;
}

export type Reply =
  | { readonly tell: 'rows'; readonly rows: readonly TraceRow[]; readonly reading: Reading }
  | { readonly tell: 'failed'; readonly message: string }
  | ({ readonly tell: 'matched'; readonly id: number } & Matched)
  | ({ readonly tell: 'compared'; readonly id: number; readonly took: number } & Compared);
