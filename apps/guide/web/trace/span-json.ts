// Prints a span as JSON in the same form as the slides of the course: with the keys of the console exporter, in the
// same order.
import type { SpanEvent } from '../../../../otlp/traces.ts';
import type { SpanOfPage } from '../../contract.ts';

/** Formats a time in milliseconds since 1970, which may have fractions, as a time in UTC with microseconds. */
export function isoTime(time: number): string {
  const microseconds = Math.round(time * 1000);
  const whole = Math.floor(microseconds / 1_000_000) * 1000;
  return `${new Date(whole).toISOString().slice(0, 19)}.${String(microseconds % 1_000_000).padStart(6, '0')}Z`;
}

export function spanJson(span: SpanOfPage): string {
  return JSON.stringify(
    {
      name: span.name,
      context: contextOf(span, span.traceState),
      kind: `SpanKind.${span.kind.toUpperCase()}`,
      parent_id: span.parentSpanId === undefined ? null : `0x${span.parentSpanId}`,
      start_time: isoTime(span.start),
      end_time: isoTime(span.start + span.duration - (span.endsEarly ?? 0)),
      status: {
        status_code: span.status.code.toUpperCase(),
        ...(span.status.message ? { description: span.status.message } : {}),
      },
      attributes: span.attributes,
      events: span.events.map(eventOf),
      links: (span.links ?? []).map((link) => ({ context: contextOf(link), attributes: link.attributes ?? {} })),
      resource: { attributes: span.resource, schema_url: span.schemaUrl ?? '' },
    },
    null,
    2,
  );
}

function contextOf({ traceId, spanId }: { traceId: string; spanId: string }, state = ''): object {
  return { trace_id: `0x${traceId}`, span_id: `0x${spanId}`, trace_state: `[${state}]` };
}

function eventOf({ name, time, attributes }: SpanEvent): object {
  return { name, timestamp: isoTime(time), attributes };
}
