// The check of step 11. It passes if the Flask app, which is written in Python, continues its caller's trace.
import { ATTR_TELEMETRY_SDK_LANGUAGE } from '@opentelemetry/semantic-conventions';
import type { Trace } from '../../../otlp/traces.ts';
import { named, passed, wrong } from '../../engine/check.ts';
import type { Check, Verdict } from '../../engine/check.ts';

export const check: Check = (lab) =>
  lab.settle(async () => {
    const { traceId, spanId, status, body } = await lab.ask('/rolldice', 'flask');
    if (status === 0)
      return {
        passed: false,
        hop: 'pod',
        expected: 'the Flask app to answer GET /rolldice',
        found: body,
        hint:
          'It is off by default. helm upgrade with --reset-then-reuse-values --set flask.enabled=true ' +
          'switches it on; in a class, ask your instructor. Its first start takes some seconds.',
      };
    if (status !== 200)
      return wrong(
        'a roll from the Flask app',
        `status ${status}: ${body.slice(0, 100)}`,
        'See its log, by kubectl logs.',
      );
    let last: Trace | undefined;
    const verdict = await lab.eventually(async () => {
      last = await lab.trace(traceId);
      return last && !troubleWith(last, spanId) ? passed(traceId) : undefined;
    }, 3_000);
    return verdict ?? (last && troubleWith(last, spanId));
  });

function troubleWith({ spans, traceId, services }: Trace, caller: string): Verdict | undefined {
  const python = spans.filter(({ resource }) => resource[ATTR_TELEMETRY_SDK_LANGUAGE] === 'python');
  if (python.length === 0)
    return wrong(
      "a span of the Python SDK in the caller's trace",
      `spans of ${services.join(', ')}`,
      'Is it started by opentelemetry-instrument, and sends it by OTLP to the Collector?',
      traceId,
    );
  if (!python.some(({ kind }) => kind === 'server'))
    return wrong(
      'a SERVER span of Flask',
      python.map(named).join(', '),
      'opentelemetry-instrument brings the library for Flask: start the app with it.',
      traceId,
    );
  if (!python.some(({ parentSpanId, kind }) => parentSpanId === caller && kind === 'server'))
    return wrong(
      "Flask's span under the caller's",
      'it under another',
      'OTEL_PROPAGATORS has to name tracecontext, which is its default.',
      traceId,
    );
  const orphans = spans.filter(({ orphan }) => orphan);
  return orphans.length > 0
    ? wrong(
        'no orphan',
        orphans.map(named).join(', '),
        'Wait a moment and check again: some spans may still be on their way.',
        traceId,
      )
    : undefined;
}
