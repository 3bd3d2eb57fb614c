// The check of step 10. It checks the learner's answers about two faults: what do the failed requests have in common?
// It compares the answers with what prizes really does.
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { passed, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

type Fault = 'spike' | 'timeouts';
const stories: { fault: Fault; title: string; shows: (span: Span) => boolean; hint: string }[] = [
  {
    fault: 'spike',
    title: '400s and 500s',
    shows: (span) => statusOf(span) >= 400 && statusOf(span) !== 504,
    hint:
      'Search Jaeger for service prizes with error=true or http.response.status_code=500, open some, and ' +
      'compare them with rounds that went well: service.version of prizes, and x-client-version ' +
      'of the request.',
  },
  {
    fault: 'timeouts',
    title: 'rounds that ran out of time',
    shows: (span) => statusOf(span) === 504 || /longer than its \d+ ms/.test(span.status.message ?? ''),
    hint:
      'Search Jaeger for service arcade with a minimal duration of 500ms, and compare service.version and ' +
      'deployment.node_pool of prizes, and x-browser-plugins of the request, in slow rounds ' +
      'with those in quick ones.',
  },
];

const statusOf = ({ attributes }: Span): number =>
  Number(attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] ?? attributes['http.status_code'] ?? 0);

/** Neither dice nor the Collector has a part in this step. */
export const judges = [];

export const check: Check = async (lab) => {
  for (const { fault, title, shows, hint } of stories) {
    const trouble = troubleWithAnswers(lab, fault, hint) ?? (await withoutEvidence(lab, fault, title, shows));
    if (trouble) return trouble;
  }
  return passed();
};

function troubleWithAnswers(lab: LabView, fault: Fault, hint: string): Verdict | undefined {
  const { answers } = lab;
  const right = lab.truth(fault);
  const given = Object.keys(right).map((name) => ({ name, answer: (answers[`${fault}.${name}`] ?? '').trim() }));
  const missing = given.filter(({ answer }) => answer === '').map(({ name }) => name);
  if (missing.length > 0)
    return wrong(`an answer to each question on ${fault}`, `none for ${missing.join(', ')}`, hint);
  const off = given.filter(({ name, answer }) => answer.toLowerCase() !== right[name]?.toLowerCase());
  if (off.length === 0) return undefined;
  const found = off.map(({ name, answer }) => `${name} ${answer}`).join(', ');
  return wrong(
    `what all failed requests of ${fault} share, and the others do not`,
    `a different answer to ${off.length} of ${given.length} questions: ${found}`,
    hint,
  );
}

/**
 * Returns a failed verdict if no trace since the step's start shows the fault. The learner's answer about the fault can
 * then only be a guess.
 */
async function withoutEvidence(
  lab: LabView,
  fault: Fault,
  title: string,
  shows: (span: Span) => boolean,
): Promise<Verdict | undefined> {
  const happened = ({ spans }: Trace): boolean => spans.some(shows);
  const found = await lab.eventually(async () => (await lab.find('prizes', happened)) ?? lab.find('arcade', happened));
  if (found) return undefined;
  return wrong(
    `${title} in Jaeger, from since this step was started`,
    'none',
    `Switch ${fault} on, wait half a minute (more load helps), and look for yourself: then answer.`,
  );
}
