import { Registry } from 'prom-client';
import { createOperatorMetrics } from './metrics.ts';

test('records in a histogram how many seconds a seat took to become ready', async () => {
  const registry = new Registry();
  createOperatorMetrics(registry).seatReady(12);
  const text = await registry.metrics();
  expect(text).toContain('# TYPE intro_otel_seat_ready_seconds histogram\n');
  expect(text).toContain('intro_otel_seat_ready_seconds_sum 12\n');
});
