// Environment variables for apps under test.
import type { Receiver } from './receiver.ts';

/** A caller's span, which the header `traceparent` below passes to an app. https://www.w3.org/TR/trace-context/ */
export const parent = { traceId: '0af7651916cd43dd8448eb211c80319c', spanId: 'b7ad6b7169203331' };
export const traceparent = `00-${parent.traceId}-${parent.spanId}-01`;

/**
 * Returns environment variables for any app, with the given instrumentation level. They make the app send its telemetry
 * to the receiver, quickly and as JSON.
 */
export function settings(level: string, receiver: Receiver): Record<string, string> {
  return {
    INSTRUMENTATION: level,
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_BSP_SCHEDULE_DELAY: '50',
    OTEL_BLRP_SCHEDULE_DELAY: '50',
    OTEL_METRIC_EXPORT_INTERVAL: '500',
    PRIZES_VERSION: '2.0.0',
    NODE_POOL: 'green',
  };
}
