// The operator's own metrics. Those of the engine are in engine/metrics.ts.
import { Histogram } from 'prom-client';
import type { Registry } from 'prom-client';

export type OperatorMetrics = ReturnType<typeof createOperatorMetrics>;

/** Registers the metrics, and returns the functions that record them. */
export function createOperatorMetrics(registry: Registry) {
  const registers = [registry];
  const seatReady = new Histogram({
    name: 'intro_otel_seat_ready_seconds',
    help: 'From the creation of a seat until it was ready for the first time.',
    buckets: [1, 2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 300, 600, 1200],
    registers,
  });
  return { seatReady: (seconds: number): void => seatReady.observe(seconds) };
}
