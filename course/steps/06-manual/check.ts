// The check of step 6. It passes if the learner's code makes the span do_roll by hand, with the attribute roll.value.
import type { Span } from '../../../otlp/traces.ts';
import { byLibrary, named, passed, wrong } from '../../engine/check.ts';
import type { Check, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const from = lab.now();
    const { body, status } = await lab.ask('/rolldice');
    if (status !== 200)
      return {
        passed: false,
        hop: 'pod',
        expected: 'dice to answer GET /rolldice with a roll',
        found: status === 0 ? body : `status ${status}`,
        hint: 'See in the log what is wrong with app.ts.',
      };
    let others: Span[] = [];
    const rolls = await lab.eventually(async () => {
      const spans = (await lab.traces('dice', from))
        .flatMap((trace) => trace.spans)
        .filter(({ service }) => service === 'dice');
      others = spans;
      const found = spans.filter(({ name }) => name === 'do_roll');
      return found.length > 0 ? found : undefined;
    }, 2_500);
    if (rolls) return judge(rolls, Number(body));
    return others.length > 0 ? noRoll(others) : undefined;
  });

function judge(rolls: Span[], roll: number): Verdict {
  const troubles = rolls.map((span) => troubleWith(span, roll));
  const right = rolls[troubles.indexOf(undefined)];
  return right ? passed(right.traceId) : (troubles[0] ?? passed());
}

function troubleWith(span: Span, roll: number): Verdict | undefined {
  const {
    attributes: { 'roll.value': value },
    traceId,
  } = span;
  if (byLibrary(span))
    return wrong(
      'do_roll, started by your own tracer',
      `a span of ${span.scope}`,
      'Acquire a tracer with trace.getTracer(…), and start the span with it.',
      traceId,
    );
  if (value === undefined)
    return wrong(
      'the attribute roll.value on do_roll',
      `the attributes ${Object.keys(span.attributes).join(', ') || 'none'}`,
      "span.setAttribute('roll.value', result), before span.end(): an ended span takes no more.",
      traceId,
    );
  if (typeof value !== 'number' || !Number.isInteger(value))
    return wrong(
      'roll.value as an integer',
      `${typeof value === 'number' ? 'the double' : `the ${typeof value}`} ${JSON.stringify(value)}`,
      'Give the number itself, not a text of it: attributes have types, and queries rely on them.',
      traceId,
    );
  if (value !== roll)
    return wrong(
      `roll.value to be the ${roll} that dice answered`,
      String(value),
      'Set the very value that the function gives back.',
      traceId,
    );
  return undefined;
}

function noRoll(others: Span[]): Verdict {
  const hint = others.some(byLibrary)
    ? "The libraries' spans are there. Start one of your own in doRoll(): " +
      "tracer.startActiveSpan('do_roll', …), and end it."
    : 'Is it called do_roll, and is it ended? A span that is never ended is never sent.';
  return wrong('a span do_roll of service dice', [...new Set(others.map(named))].join(', '), hint, others[0]?.traceId);
}
