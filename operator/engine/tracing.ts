// Spans around the engine's work. The OpenTelemetry SDK exports them; without an SDK they are no-ops.
// https://opentelemetry.io/docs/specs/otel/trace/api/
import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { asError } from '../../support/errors.ts';

/** A new span: its tracer, its name and its first attributes. */
export interface SpanSpec {
  readonly tracer: Tracer;
  readonly name: string;
  readonly attributes?: Attributes;
}

/** Runs `work` in a span of its own. An error is recorded on the span and rethrown. */
export function inSpan<T>({ tracer, name, attributes = {} }: SpanSpec, work: (span: Span) => Promise<T>): Promise<T> {
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

/** Marks the span as failed and records the exception. https://opentelemetry.io/docs/specs/otel/trace/exceptions/ */
export function recordError(span: Span, thrown: unknown): void {
  const error = asError(thrown);
  span.recordException(error);
  span.setStatus({ code: SpanStatusCode.ERROR, message: error.message });
}
