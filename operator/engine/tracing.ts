// Helpers that wrap the engine's work in OpenTelemetry spans. Without an OpenTelemetry SDK, these spans do nothing.
// Trace API: https://opentelemetry.io/docs/specs/otel/trace/api/
import { SpanStatusCode } from '@opentelemetry/api';
import type { Attributes, Span, Tracer } from '@opentelemetry/api';
import { asError } from '../../support/errors.ts';

/** Describes a span to start: its tracer, its name and its initial attributes. */
export interface SpanSpec {
  readonly tracer: Tracer;
  readonly name: string;
  readonly attributes?: Attributes;
}

/**
 * Starts a span, runs `work` inside it and ends the span. If `work` throws, records the error on the span and rethrows.
 */
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

/**
 * Sets the span's status to error and records the type of the exception and where it was thrown. Its message stays in
 * the log, because it may name objects, and so people.
 * https://opentelemetry.io/docs/specs/otel/trace/exceptions/
 */
export function recordError(span: Span, thrown: unknown): void {
  const error = asError(thrown) as Error & { readonly code?: unknown };
  const { name, stack = '' } = error;
  const code = ['number', 'string'].includes(typeof error.code) ? ` ${String(error.code)}` : '';
  span.recordException({ name, stack: framesIn(stack) });
  span.setStatus({ code: SpanStatusCode.ERROR, message: `${name}${code}` });
}

/** Returns the lines of a stack behind the message. */
const framesIn = (stack: string): string =>
  stack
    .split('\n')
    .filter((line) => /^ {4}at [^\s].*[:(<]/.test(line))
    .join('\n');
