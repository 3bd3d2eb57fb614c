// The check of step 10. It checks the learner's answers about two faults: what do the failed requests have in common?
// It compares the answers with what prizes really does.
import { ATTR_HTTP_RESPONSE_STATUS_CODE } from '@opentelemetry/semantic-conventions';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { passed, wrong } from '../../engine/check.ts';
import type { Check, LabView, Verdict } from '../../engine/check.ts';

type Fault = 'spike' | 'timeouts';
/** How to find an answer without guessing. */
const compare = 'Mark some that failed, and compare them with some that did not, for what the question asks. ';
const stories: { fault: Fault; title: string; shows: (span: Span) => boolean; hint: string }[] = [
  {
    fault: 'spike',
    title: '400s and 500s',
    shows: (span) => statusOf(span) >= 400 && statusOf(span) !== 504,
    hint:
      'Find failed rounds on Explore under Traces, by course.js spans prizes "status_code=(400|500)", ' +
      'or in Jaeger: service prizes with http.response.status_code=500, then 400. ' +
      compare +
      'service.version is in the resource of prizes, x-client-version is an attribute of its span. ' +
      'The answer is what all have that failed, and the others have not.',
  },
  {
    fault: 'timeouts',
    title: 'rounds that ran out of time',
    shows: (span) => statusOf(span) === 504 || /longer than its \d+ ms/.test(span.status.message ?? ''),
    hint:
      'Find slow rounds on Explore under Traces, by course.js spans arcade status_code=504, ' +
      'or in Jaeger: service arcade with a minimal duration of 500ms. ' +
      compare +
      'service.version and deployment.node_pool are in the resource of prizes, x-browser-plugins is an attribute of ' +
      'its span. The answer is what all slow rounds share, and no quick one has all of it.',
  },
];

const statusOf = ({ attributes }: Span): number =>
  Number(attributes[ATTR_HTTP_RESPONSE_STATUS_CODE] ?? attributes['http.status_code'] ?? 0);

/**
 * Neither dice nor the Collector has a part in this step. It is not judged live: its requirements are answers, of which
 * some have two values only, and a tick would tell the right one.
 */
export const judges = [];

export const check: Check = async (lab) => {
  for (const { fault, title, shows, hint } of stories) {
    const trouble = troubleWithAnswers(lab, fault, hint) ?? (await withoutEvidence(lab, fault, title, shows));
    if (trouble) return trouble;
  }
  return passed();
};

const NO_ANSWER = '10-troubleshooting/no-answer';

function troubleWithAnswers(lab: LabView, fault: Fault, hint: string): Verdict | undefined {
  const { answers } = lab;
  const right = lab.truth(fault);
  const given = Object.keys(right).map((name) => ({ name, answer: (answers[`${fault}.${name}`] ?? '').trim() }));
  const missing = given.filter(({ answer }) => answer === '').map(({ name }) => name);
  if (missing.length > 0)
    return wrong(`an answer to each question on ${fault}`, `none for ${missing.join(', ')}`, hint, NO_ANSWER);
  const hits = given.filter(({ name, answer }) => answer.toLowerCase() === right[name]?.toLowerCase());
  if (hits.length === given.length) return undefined;
  // Which answer is wrong would tell the right one, where there are only two to choose from.
  const found = `${hits.length} of ${given.length} answers right`;
  const expected = `what all requests share that the fault “${fault}” hits, and the others do not`;
  return wrong(expected, found, hint, `10-troubleshooting/${fault}`);
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
    '10-troubleshooting/not-seen',
  );
}
