// The check of step 11. It passes if the Flask app, which is written in Python, continues its caller's trace.
import { ATTR_TELEMETRY_SDK_LANGUAGE } from '@opentelemetry/semantic-conventions';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { named } from '../../engine/check.ts';
import type { AppAnswer, Check, LabView, Look } from '../../engine/check.ts';
import { finding, unknown, unmet } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';

const texts = {
  answer: 'the Flask app to answer GET /rolldice',
  python: "a SERVER span of the Python SDK under the caller's span, in one trace",
  orphans: "no orphan: each span's parent in the trace",
};
const patience = 3_000; // ms within which the spans of a request arrive

/** Neither dice nor the Collector has a part in this step. */
export const judges = [];

export const check: Check = async (lab) => {
  const answer = await lab.ask('/rolldice', 'flask');
  const began = lab.now();
  const nothing = { expected: texts.python, hint: 'Is Flask started by opentelemetry-instrument?' };
  return lab.settle(() => look(lab, answer, lab.now() - began > patience), nothing);
};

async function look(lab: LabView, answer: AppAnswer, isLate: boolean): Promise<Look> {
  const { traceId, spanId, status } = answer;
  if (status !== 200) return { findings: [unmet(texts.answer, notAnswered(answer))], certain: true };
  const trace = await lab.trace(traceId);
  const findings = trace ? judge(trace, spanId) : [];
  return { findings: isLate || trace ? findings : [], certain: isLate && findings.length > 0, traceId };
}

function notAnswered({ status, body }: AppAnswer): Problem {
  if (status > 0)
    return {
      id: '11-next-steps/error-status',
      found: `status ${status}: ${body.slice(0, 100)}`,
      hint: 'See its log, by kubectl logs.',
    };
  if (isOff(body)) return { hop: 'pod', id: '11-next-steps/off', found: 'Flask is switched off', hint: switchOn };
  return { hop: 'pod', id: '11-next-steps/no-answer', found: body, hint: switchOn };
}

/** Returns whether nothing has the name of Flask's Service, which the chart makes only if Flask is on. */
const isOff = (body: string): boolean => /ENOTFOUND|EAI_AGAIN/.test(body);

const switchOn =
  'It is off by default. If npm run up brought your lab up: npm run up -- --set flask.enabled=true. Otherwise: ' +
  'helm upgrade with --reset-then-reuse-values --set flask.enabled=true. In a class, ask your instructor. ' +
  'Its first start takes some seconds.';

export function judge(trace: Trace, caller: string): Finding[] {
  const orphans = trace.spans.filter(({ orphan }) => orphan);
  const problem = troubleWithPython(trace, caller);
  const answer = finding(texts.answer, undefined);
  if (problem) return [answer, unmet(texts.python, problem), unknown(texts.orphans)];
  return [
    answer,
    finding(texts.python, undefined),
    finding(texts.orphans, orphans.length > 0 ? late(orphans) : undefined),
  ];
}

const late = (orphans: readonly Span[]): Problem => ({
  id: '11-next-steps/orphans',
  found: orphans.map(named).join(', '),
  hint: 'Wait a moment and check again: some spans may still be on their way.',
});

function troubleWithPython({ spans, services, traceId }: Trace, caller: string): Problem | undefined {
  const python = spans.filter(({ resource }) => resource[ATTR_TELEMETRY_SDK_LANGUAGE] === 'python');
  const servers = python.filter(({ kind }) => kind === 'server');
  if (python.length === 0)
    return {
      id: '11-next-steps/no-spans',
      found: `spans of ${services.join(', ')}`,
      hint: 'Is it started by opentelemetry-instrument, and sends it by OTLP to the Collector?',
      traceId,
    };
  if (servers.length === 0)
    return {
      id: '11-next-steps/no-server-span',
      found: python.map(named).join(', '),
      hint: 'opentelemetry-instrument brings the library for Flask: start the app with it.',
      traceId,
    };
  if (servers.some(({ parentSpanId }) => parentSpanId === caller)) return undefined;
  return {
    id: '11-next-steps/other-parent',
    found: "a SERVER span of the Python SDK, under another than the caller's",
    hint: 'OTEL_PROPAGATORS has to name tracecontext, which is its default.',
    traceId,
  };
}
