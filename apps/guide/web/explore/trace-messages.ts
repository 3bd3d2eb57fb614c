// The messages between the page "Explore" and its worker, which reads the traces and compares them.
import type { Comparison } from '../../../../otlp/compare-traces.ts';
import type { TraceSummary } from '../../explore-contract.ts';

/** A trace in the list. The attributes stay in the worker, because they take most of the memory. */
export type TraceRow = Omit<TraceSummary, 'attributes'>;

/** What the page asks the worker. `read` reads all traces, or those that are new since the last time. */
export type Question =
  | { readonly ask: 'read' }
  | { readonly ask: 'match'; readonly id: number; readonly text: string }
  | { readonly ask: 'compare'; readonly id: number; readonly marked: readonly string[] };

/** How far the worker has read. */
export interface Reading {
  readonly state: 'reading' | 'done';
  /** Bytes that the guide has read from Jaeger. */
  readonly bytes: number;
  /** How many times the guide passed over traces that are too many or too large. */
  readonly skipped: number;
  /** Whether Jaeger has older traces than those that were read, because the page keeps no more. */
  readonly isCut: boolean;
  /** About how many traces there are to read. Undefined if that is unknown, or if all but the new ones were read. */
  readonly about?: number;
}

/** The traces that have the values in a text. */
export interface Matched {
  readonly traceIds: readonly string[];
  /** Says why there are none. Empty if there are some, or if the worker doesn't know. */
  readonly hint: string;
}

export type Reply =
  | { readonly tell: 'rows'; readonly rows: readonly TraceRow[]; readonly reading: Reading }
  | { readonly tell: 'failed'; readonly message: string }
  | ({ readonly tell: 'matched'; readonly id: number } & Matched)
  | { readonly tell: 'compared'; readonly id: number; readonly comparison: Comparison; readonly took: number };
