// The check of step 7. It passes if the span do_roll has attributes and an event. For a failed roll the span must also
// have an error status and a recorded exception.
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_TYPE } from '@opentelemetry/semantic-conventions';
import type { Span } from '../../../otlp/traces.ts';
import { passed, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const good = await rollOf(lab, '/rolldice');
    if (!good) return undefined;
    const trouble = troubleWithRoll(good.span);
    if (trouble) return trouble;
    const bad = await rollOf(lab, '/rolldice?sides=0');
    if (!bad)
      return wrong(
        'a span do_roll for /rolldice?sides=0 too',
        'none',
        'End the span also when something is thrown: finally { span.end(); }.',
      );
    return troubleWithError(bad.span, bad.status) ?? passed(bad.span.traceId);
  });

async function rollOf(lab: LabView, path: string): Promise<{ span: Span; status: number } | undefined> {
  const from = lab.now();
  const { status, traceId } = await lab.ask(path);
  const span = await lab.eventually(async () => {
    const spans = (await lab.traces('dice', from))
      .flatMap((trace) => trace.spans)
      .filter(({ name, service }) => service === 'dice' && name === 'do_roll');
    return spans.find((candidate) => candidate.traceId === traceId) ?? spans[0];
  }, 2_500);
  return span && { span, status };
}

function troubleWithRoll({ attributes, events, status, traceId }: Span): Verdict | undefined {
  const { 'roll.sides': sides, 'roll.value': value } = attributes;
  if (typeof value !== 'number')
    return wrong(
      'the attribute roll.value on do_roll, as before',
      value === undefined ? 'none' : `${JSON.stringify(value)}`,
      'Keep what the step before asked for.',
      traceId,
    );
  if (sides !== 6)
    return wrong(
      'the attribute roll.sides on do_roll, the number 6',
      sides === undefined ? 'none' : `${typeof sides} ${JSON.stringify(sides)}`,
      "span.setAttribute('roll.sides', sides), or trace.getActiveSpan()?.setAttribute(…) while the span is active.",
      traceId,
    );
  const event = events.find(({ name }) => name === 'rolled');
  if (!event)
    return wrong(
      'an event “rolled” on do_roll',
      events.length > 0 ? events.map(({ name }) => `“${name}”`).join(', ') : 'no event',
      "span.addEvent('rolled', { … }) when the die has come to rest, before the span ends.",
      traceId,
    );
  if (Object.keys(event.attributes).length === 0)
    return wrong(
      'at least one attribute on the event “rolled”',
      'none',
      "The second argument: addEvent('rolled', { 'roll.value': result }).",
      traceId,
    );
  if (status.code === 'error')
    return wrong(
      'no error status on a roll that went well',
      'status error',
      'Set the status where something fails, and only there.',
      traceId,
    );
  return undefined;
}

function troubleWithError({ status, events, traceId }: Span, answered: number): Verdict | undefined {
  if (answered < 400)
    return wrong(
      'an answer of 400 or more for a die without sides',
      `status ${answered}`,
      'Throw in doRoll() when sides is less than 1, and let the route answer 400.',
      traceId,
    );
  if (status.code !== 'error')
    return wrong(
      'status ERROR on the do_roll that failed',
      `status ${status.code}`,
      'span.setStatus({ code: SpanStatusCode.ERROR, message: … }): recording an exception does not set it.',
      traceId,
    );
  const exception = events.find(({ name }) => name === 'exception');
  if (!exception)
    return wrong(
      'a recorded exception: an event called exception',
      events.length > 0 ? events.map(({ name }) => `“${name}”`).join(', ') : 'no event',
      'span.recordException(error) in the catch.',
      traceId,
    );
  if (!exception.attributes[ATTR_EXCEPTION_MESSAGE] && !exception.attributes[ATTR_EXCEPTION_TYPE])
    return wrong(
      'exception.message or exception.type on the event',
      'neither',
      'Hand recordException the error itself.',
      traceId,
    );
  return undefined;
}
