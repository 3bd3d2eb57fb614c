// The metrics about seats. The general metrics about controllers are in engine/metrics.ts.
import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export type OperatorMetrics = ReturnType<typeof createOperatorMetrics>;

/**
 * Adds the metrics about seats to the registry. Returns one function for each metric, to record a value.
 */
export function createOperatorMetrics(registry: Registry) {
  const registers = [registry];
  const seatReady = new Histogram({
    name: 'intro_otel_seat_ready_seconds',
    help: 'Time from the creation of a seat until it was ready for the first time, in seconds.',
    buckets: [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200],
    registers,
  });
  return { seatReady: (seconds: number): void => seatReady.observe(seconds) };
}
