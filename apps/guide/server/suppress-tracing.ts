// Keeps the guide's own requests (to Kubernetes, Jaeger and pods) out of every trace.
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The key that stops the SDK from tracing. `suppressTracing` of @opentelemetry/core sets the same one. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Runs `work` without spans, and without a trace context in its requests. */
export function suppressTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(suppressed, true), work);
}

/** Runs `work` outside the current trace, so that it starts traces of its own. */
export function inNewTrace<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}
