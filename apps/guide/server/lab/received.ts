// What the lab reads of the telemetry that the guide has received from the Collector.
import type { Logs, Severity } from '../../explore-contract.ts';

/** The parameters of `GET /api/logs`. */
export interface LogQuery {
  readonly after?: number;
  readonly service?: string;
  readonly severity?: Severity;
  readonly text?: string;
  readonly traceId?: string;
  readonly limit?: number;
}

export interface ReceivedTelemetry {
  /** Whether the guide receives telemetry at all. */
  readonly isReceiving: boolean;
  readonly logs: { query(query: LogQuery): Logs };
  /** Returns whether telemetry that the guide has sent through the Collector has arrived. */
  hasProbe(signal: 'metrics' | 'logs', id: string): boolean;
}
