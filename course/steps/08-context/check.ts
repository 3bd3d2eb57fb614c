// The check of step 8. It passes if all services join one trace without orphans. So dice must extract its caller's
// context, and inject its own context into the request to prizes.
import type { Trace } from '../../../otlp/traces.ts';
import { byLibrary, named, passed, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const from = lab.now();
    const { traceId, spanId, status, body } = await lab.ask('/server_request?param=context');
    if (status !== 200)
      return {
        passed: false,
        hop: 'pod',
        expected: 'dice to answer GET /server_request with 200',
        found: status === 0 ? body : `status ${status}: ${body.slice(0, 200)}`,
        hint: 'See in the log what is wrong with app.ts.',
      };
    const joined = await lab.eventually(async () => {
      const trace = await lab.trace(traceId);
      return trace && !troubleWith(trace, spanId) ? trace : undefined;
    }, 2_500);
    if (joined) return passed(traceId);
    const trace = await lab.trace(traceId);
    const trouble = trace && troubleWith(trace, spanId);
    return (await elsewhere(lab, from, traceId)) ?? trouble;
  });

function troubleWith(trace: Trace, caller: string): Verdict | undefined {
  const { traceId, spans } = trace;
  const written = spans.filter(
    (span) => span.service === 'dice' && !byLibrary(span) && /server_request/.test(span.name),
  );
  const [first] = written;
  if (!first) return undefinedSpan(trace);
  const server = written.find(({ kind }) => kind === 'server');
  if (!server)
    return wrong(
      'your span server_request with kind SERVER',
      named(first),
      'The option kind: SpanKind.SERVER, when the span is started.',
      traceId,
    );
  if (server.parentSpanId !== caller)
    return wrong(
      "the caller's span as the parent of server_request",
      'another parent',
      'Start the span in the context that propagation.extract(context.active(), request.headers) gives.',
      traceId,
    );
  const prizes = spans.find((span) => span.service === 'prizes' && span.kind === 'server');
  if (!prizes)
    return wrong(
      'the span of prizes in the same trace',
      `only spans of ${trace.services.join(', ')}`,
      'The call to prizes carries no traceparent: propagation.inject(context.active(), headers) ' +
        'before it is made, within the span.',
      traceId,
    );
  const orphans = spans.filter(({ orphan }) => orphan);
  if (orphans.length > 0)
    return wrong(
      "no orphan: each span's parent in the trace",
      `${orphans.length}: ${orphans.map(named).join(', ')}`,
      'The context that was injected is of a span that was never ended, or not sent. End every span that you start.',
      traceId,
    );
  if (!isUnder(trace, server.spanId, prizes.spanId))
    return wrong(
      "prizes' span below server_request",
      'it beside it',
      "Inject the context of your span, not the caller's: call within startActiveSpan, and inject context.active().",
      traceId,
    );
  return undefined;
}

function undefinedSpan({ spans, traceId }: Trace): Verdict {
  const dice = spans.filter(({ service }) => service === 'dice');
  return wrong(
    "a span server_request of your own in the caller's trace",
    dice.length > 0 ? dice.map(named).join(', ') : 'no span of dice there',
    "tracer.startActiveSpan('server_request', { kind: SpanKind.SERVER }, parent, …), " +
      'the parent extracted from the headers.',
    traceId,
  );
}

function isUnder({ spans }: Trace, above: string, below: string): boolean {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  for (let at = byId.get(below); at; at = byId.get(at.parentSpanId ?? '')) if (at.parentSpanId === above) return true;
  return false;
}

/**
 * Looks for a service's span in another trace. A service that loses the context still sends its span, but in a trace of
 * its own.
 */
async function elsewhere(lab: LabView, from: number, traceId: string): Promise<Verdict | undefined> {
  const stray = (await lab.traces('dice', from)).find(
    (trace) =>
      trace.traceId !== traceId &&
      trace.spans.some(({ service, name }) => service === 'dice' && /server_request/.test(name)),
  );
  if (stray)
    return wrong(
      "server_request in the caller's trace",
      'it in a trace of its own',
      'The context in the headers was not taken over: ' +
        'propagation.extract(context.active(), request.headers), given to startActiveSpan ' +
        'as the parent context.',
      stray.traceId,
    );
  return undefined;
}
