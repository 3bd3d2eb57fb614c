// What the lab reads of the telemetry that the guide has received from the Collector.
import type { LogQuery } from '../telemetry/log-store.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';

export type { LogQuery } from '../telemetry/log-store.ts';
export type { InstrumentTotals } from '../telemetry/instrument.ts';

export interface ReceivedTelemetry extends Pick<Telemetry, 'totals' | 'hasProbe'> {
  /** Whether the guide receives telemetry at all. */
  readonly isReceiving: boolean;
  readonly logs: { query(query: LogQuery): ReturnType<Telemetry['logs']['query']> };
}
