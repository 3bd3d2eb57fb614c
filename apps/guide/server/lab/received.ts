// What the lab reads of the telemetry that the guide has received from the Collector.
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { InstrumentKind, Logs, Severity } from '../../explore-contract.ts';

/** The parameters of `GET /api/logs`. */
export interface LogQuery {
  readonly after?: number;
  readonly service?: string;
  readonly severity?: Severity;
  readonly text?: string;
  readonly traceId?: string;
  readonly limit?: number;
}

/** All that a process has reported of an instrument, over all attribute sets. */
export interface InstrumentTotals {
  readonly service: string;
  readonly scope: string;
  readonly name: string;
  readonly kind: InstrumentKind;
  /** As the process sends it. */
  readonly temporality: 'cumulative' | 'delta' | 'unspecified';
  /** The resource's attributes as JSON. They tell processes apart. */
  readonly process: string;
  readonly resource: Attributes;
  /** When the process began to count, by its own clock, in milliseconds since the epoch. */
  readonly start: number | undefined;
  /** When it collected the values, by its own clock, in milliseconds since the epoch. */
  readonly time: number | undefined;
  /** Total of a sum, or the number of recorded values of a histogram. With delta temporality, all that has arrived. */
  readonly count: number;
  /** Sum of the recorded values of a histogram. */
  readonly sum: number;
}

export interface ReceivedTelemetry {
  /** Whether the guide receives telemetry at all. */
  readonly isReceiving: boolean;
  readonly logs: { query(query: LogQuery): Logs };
  /** Returns what each process has reported of each instrument. */
  totals(): readonly InstrumentTotals[];
  /** Returns whether telemetry that the guide has sent through the Collector has arrived. */
  hasProbe(signal: 'metrics' | 'logs', id: string): boolean;
}
