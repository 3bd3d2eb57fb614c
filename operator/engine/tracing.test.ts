import { SpanStatusCode, trace } from '@opentelemetry/api';
import { collectSpans } from './testing/tracing.ts';
import { inSpan } from './tracing.ts';

const spans = collectSpans();

test('work is done in a span of its own, which is the active one, and what it gives is passed on', async () => {
  const seen = await inSpan('seat reconcile', { 'reconcile.key': 'a' }, async (span) => {
    await Promise.resolve();
    return trace.getActiveSpan() === span;
  });
  expect(seen).toBe(true);
  expect(spans()).toMatchObject([
    {
      name: 'seat reconcile',
      attributes: { 'reconcile.key': 'a' },
      status: { code: SpanStatusCode.UNSET },
      ended: true,
    },
  ]);
});

test('a span within another is its child', async () => {
  await inSpan('outer', {}, () => inSpan('inner', {}, () => Promise.resolve()));
  const [inner, outer] = spans();
  expect(inner?.parentSpanContext?.spanId).toBe(outer?.spanContext().spanId);
});

test('an error ends the span as failed, with the exception on it, and is passed on', async () => {
  const error = new Error('no such thing');
  await expect(inSpan('fails', {}, () => Promise.reject(error))).rejects.toBe(error);
  const [span] = spans();
  expect(span?.status).toEqual({ code: SpanStatusCode.ERROR, message: 'no such thing' });
  expect(span?.events).toMatchObject([{ name: 'exception', attributes: { 'exception.message': 'no such thing' } }]);
});

test('whatever is thrown ends the span and is passed on as it is', async () => {
  await expect(inSpan('odd', {}, () => Promise.reject(undefined as unknown as Error))).rejects.toBeUndefined();
  expect(spans()[0]?.status.message).toBe('Expected an Error to be thrown, found undefined.');
});
