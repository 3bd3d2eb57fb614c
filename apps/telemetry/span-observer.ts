// Tells the recorder which spans start and end, and which calls the SDK refuses.
import { trace } from '@opentelemetry/api';
import type { ProxyTracerProvider } from '@opentelemetry/api';
import type { SpanProcessor } from '@opentelemetry/sdk-trace';
import type { Recorder } from './report.ts';

/** A span processor that only looks. */
const spanObserver = (recorder: Recorder): SpanProcessor => ({
  onStart: (span) => recorder.spanStarted(span.spanContext().spanId, span.name, span.instrumentationScope.name),
  onEnd: (span) => recorder.spanEnded(span.spanContext().spanId, span.name),
  forceFlush: () => Promise.resolve(),
  shutdown: () => Promise.resolve(),
});

/**
 * Observes the tracer provider that the SDK has registered. NodeSDK takes either its own list of span processors or the
 * one from OTEL_TRACES_EXPORTER, so the observer joins the list afterwards. Without a provider, as with
 * OTEL_TRACES_EXPORTER=none, there are no spans to see.
 */
export function observeSpans(recorder: Recorder): void {
  const provider = (trace.getTracerProvider() as ProxyTracerProvider).getDelegate() as {
    _activeSpanProcessor?: { _spanProcessors?: SpanProcessor[] };
  };
  provider._activeSpanProcessor?._spanProcessors?.push(spanObserver(recorder));
}

/** The calls on a span that do nothing after its end. */
const CALLS = ['setAttributes', 'setAttribute', 'addEvent', 'addLink', 'setStatus', 'updateName', 'recordException'];

/**
 * Records a call that the SDK refused. The SDK reports it while the call runs, so the stack names the line of the app's
 * code.
 */
export function recordDiagnostic(recorder: Recorder, message: string, stack: string): void {
  const key = /^Invalid attribute value set for key: (.*)$/.exec(message)?.[1];
  if (key !== undefined)
    return recorder.refused.add(`${key}: expected a text, a number, true, false or a list of these`, lineIn(stack));
  const spanId = /on ended Span \{traceId: \w+, spanId: (\w+)\}/.exec(message)?.[1];
  if (spanId !== undefined) return recordLateCall(recorder, recorder.nameOf(spanId), stack);
  const [, name, id = ''] = /^(.*) \w{32}-(\w{16}) - You can only call end\(\) on a span once/.exec(message) ?? [];
  if (name !== undefined) recorder.refused.add(`a second end() of ${recorder.nameOf(id, name)}`, lineIn(stack));
}

/** Records a call on a span that had ended. The SDK reports a second end() in another message too. */
function recordLateCall(recorder: Recorder, span: string, stack: string): void {
  const call = CALLS.find((name) => stack.includes(`.${name} (`));
  if (call !== undefined) recorder.refused.add(`${call}() after the end of ${span}`, lineIn(stack));
}

const lineIn = (stack: string): number | undefined =>
  Number(/\/dice\/(?:\.\.[^/]+\/)?[\w.-]+\.[tj]s:(\d+)/.exec(stack)?.[1]) || undefined;
