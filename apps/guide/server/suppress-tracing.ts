// What the guide does for itself (asking Kubernetes, Jaeger, pods) is no part of anybody's trace.
import { context, createContextKey, ROOT_CONTEXT } from '@opentelemetry/api';

/** The key by which the SDK knows that nothing is to be traced; `suppressTracing` of @opentelemetry/core sets the same. */
const suppressed = createContextKey('OpenTelemetry SDK Context Key SUPPRESS_TRACING');

/** Does `work` without a span of it, and without a trace context in the requests that it makes. */
export function suppressTracing<T>(work: () => T): T {
  return context.with(context.active().setValue(suppressed, true), work);
}

/** Does `work` as if nobody had asked for it: what it makes is a trace of its own. */
export function inNewTrace<T>(work: () => T): T {
  return context.with(ROOT_CONTEXT, work);
}
