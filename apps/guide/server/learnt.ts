// What a learner has learnt, for the last page of the course and as plain text: which steps are verified, which are
// not, and the learner's best trace.
import { messageOf } from '../../../support/errors.ts';
import type { Step } from '../contract.ts';
import { bestTrace } from './best-trace.ts';
import type { ProvenTrace, TraceSources } from './best-trace.ts';
import { suppressTracing } from './suppress-tracing.ts';

/** What the summary says of a step. */
export type LearntStep = Pick<Step, 'id' | 'number' | 'title' | 'minutes' | 'state' | 'learn' | 'traceId'>;

export interface Learnt {
  readonly steps: readonly LearntStep[];
  readonly best: ProvenTrace | undefined;
  /** Why there is no best trace, and what to do. Undefined if there is one. */
  readonly missing: string | undefined;
}

const nothingVerified = 'No step is verified yet, so no trace has proved anything. Start a step, and press Check.';
const untraced = 'No verified step has a trace of its own. Verify one of the steps from 4 on.';
const gone =
  'Jaeger no longer has any of the traces that verified your steps. It keeps only the newest ones, in memory, and a ' +
  'restart deletes them all. Press Check in a verified step again, and its new trace is here.';

/** Reads what the learner has learnt. If Jaeger does not answer, it says so in place of the trace. */
export function learntBy({ course, jaeger }: TraceSources): Promise<Learnt> {
  return suppressTracing(async () => {
    const { steps: all } = await course.overview();
    const steps = await Promise.all(all.map(({ id }) => course.step(id)));
    try {
      const best = await bestTrace(steps, jaeger);
      return { steps, best, missing: best ? undefined : whyMissing(steps) };
    } catch (error) {
      return { steps, best: undefined, missing: `Jaeger did not answer: ${messageOf(error)}` };
    }
  });
}

export const isVerified = ({ state }: Pick<Step, 'state'>): boolean => state === 'passed';

function whyMissing(steps: readonly LearntStep[]): string {
  const verified = steps.filter(isVerified);
  if (verified.length === 0) return nothingVerified;
  return verified.every(({ traceId }) => traceId === undefined) ? untraced : gone;
}

/** Says how many steps are verified, as a sentence. */
export function verifiedInWords(steps: readonly LearntStep[]): string {
  const [count, total] = [steps.filter(isVerified).length, steps.length];
  if (count === total) return `All ${total} steps are verified.`;
  return `${count === 0 ? 'None' : count} of ${total} steps ${count === 1 ? 'is' : 'are'} verified.`;
}

/** What to read and whom to meet after the course. The deck and step 11 have the same links. */
export const NEXT_LINKS = [
  {
    url: 'https://opentelemetry.io/docs/',
    text: 'Documentation',
    about: 'start with your language’s “Getting started”',
  },
  {
    url: 'https://github.com/open-telemetry',
    text: 'GitHub',
    about: 'specification, SDKs, Collector, semantic conventions',
  },
  { url: 'https://slack.cncf.io/', text: 'CNCF Slack', about: '#opentelemetry, and a channel for each SIG' },
  {
    url: 'https://github.com/open-telemetry/community#special-interest-groups',
    text: 'SIG meetings',
    about: 'open to everybody, in the public calendar',
  },
] as const;
