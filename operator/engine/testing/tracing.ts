// Collects the spans of a test with the real SDK.
import { context, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { ReadableSpan } from '@opentelemetry/sdk-trace';

/**
 * Call it once per test file, before the first span. @returns a function that returns the spans ended since its last
 * call
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
