// Collects the spans that a test produces, with the OpenTelemetry SDK.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * Starts to collect spans. Call it once per test file, before the first span.
 * @returns a function that returns the spans that have ended since its previous call
 */
export function collectSpans(): () => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }));
  return () => {
    const spans = exporter.getFinishedSpans();
    exporter.reset();
    return spans;
  };
}
