import { SpanStatusCode, trace } from '@opentelemetry/api';
import { collectSpans } from './testing/tracing.ts';
import { inSpan } from './tracing.ts';

const spans = collectSpans();
const tracer = trace.getTracer('test');

test('runs the work inside an active span, and returns the result of the work', async () => {
  const seen = await inSpan({ tracer, name: 'seat reconcile', attributes: { 'reconcile.uid': 'a' } }, async (span) => {
    await Promise.resolve();
    return trace.getActiveSpan() === span;
  });
  expect(seen).toBe(true);
  expect(spans()).toMatchObject([
    {
      name: 'seat reconcile',
      attributes: { 'reconcile.uid': 'a' },
      status: { code: SpanStatusCode.UNSET },
      ended: true,
    },
  ]);
});

test('makes a span that starts inside another span a child of that span', async () => {
  await inSpan({ tracer, name: 'outer' }, () => inSpan({ tracer, name: 'inner' }, () => Promise.resolve()));
  const [inner, outer] = spans();
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

test('records an error of the work on the span without its message, and rethrows it', async () => {
  const error = new Error('no such thing');
  await expect(inSpan({ tracer, name: 'fails' }, () => Promise.reject(error))).rejects.toBe(error);
  const [span] = spans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'Error' });
  expect(span?.events).toMatchObject([{ name: 'exception', attributes: { 'exception.type': 'Error' } }]);
  expect(JSON.stringify(span?.events)).not.toContain('no such thing');
});

test('rethrows a thrown value unchanged if it is not an Error', async () => {
  await expect(
    inSpan({ tracer, name: 'throws' }, () => Promise.reject(undefined as unknown as Error)),
  ).rejects.toBeUndefined();
  expect(spans()[0]?.status).toMatchObject({ code: SpanStatusCode.ERROR });
});
