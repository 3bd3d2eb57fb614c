// Spans around what the operator does. They go where the OpenTelemetry SDK sends them, and nowhere when none is set up.
// https://opentelemetry.io/docs/specs/otel/trace/api/
import { SpanStatusCode, trace } from '@opentelemetry/api';
import type { Attributes, Span } from '@opentelemetry/api';
import { asError } from '../../support/as-error.ts';

const tracer = trace.getTracer('@intro-otel/operator');

/** Does `work` in a span of its own. What it throws is recorded on the span and passed on. */
export function inSpan<T>(name: string, attributes: Attributes, work: (span: Span) => Promise<T>): Promise<T> {
  return tracer.startActiveSpan(name, { attributes }, async (span) => {
    try {
      return await work(span);
    } catch (thrown) {
      recordError(span, thrown);
      throw thrown;
    } finally {
      span.end();
    }
  });
}

/** Says on the span that it failed, and why. https://opentelemetry.io/docs/specs/otel/trace/exceptions/ */
export function recordError(span: Span, thrown: unknown): void {
  const error = asError(thrown);
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
