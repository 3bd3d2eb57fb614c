// Keeps the guide's own requests to Kubernetes, Jaeger and pods out of all traces.
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The context key that turns tracing off in the SDK. `suppressTracing` in @opentelemetry/core sets the same key. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs `work` so that it makes no spans, and sends no trace context with its requests. */
export function suppressTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(suppressed, true), work);
}

/** Runs `work` outside the current trace, so that its spans start new traces. */
export function inNewTrace<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}
