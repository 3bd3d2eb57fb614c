// The check of step 2. It checks the learner's answers about a real trace: its root, its slowest span, and a parent
// with its child.
import type { Span, Trace } from '../../../otlp/traces.ts';
import type { Begin, Check, LabView, Verdict } from '../../engine/check.ts';
import { finding, unmet, verdictOf } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';

export const begin: Begin = async (lab) => ({ traceId: (await lab.play()) ?? (await lab.ask('/rolldice')).traceId });

/** Neither dice nor the Collector has a part in this step. */
export const judges = [];

export const check: Check = async (lab) => {
  const trace = await lab.eventually(() => lab.trace(lab.traceId ?? ''), 5_000);
  if (!trace || trace.spans.length < 2) return gone(trace);
  return verdictOf(judge(trace, lab.answers), trace.traceId);
};

function gone(trace: Trace | undefined): Verdict {
  const hint =
    'Jaeger keeps a limited number of traces in memory. It drops the oldest, and a restart deletes all. ' +
    'Start this step again: that plays a new round, and the questions are about its trace. ' +
    'If that trace has a single span, instrumentation is none: see the page “Why is there no trace?”.';
  return {
    passed: false,
    hop: 'jaeger',
    expected: 'the trace of this step in Jaeger',
    found: trace ? 'a single span' : 'no such trace',
    hint,
  };
}

/** Judges each answer by itself. */
export function judge(trace: Trace, answers: LabView['answers']): Finding[] {
  return [
    finding('the span that has no parent', troubleWithRoot(trace, answers)),
    finding('the span that took longest, the root left out', troubleWithSlowest(trace, answers)),
    ...edge(trace, answers),
  ];
}

/**
 * Returns the spans that an answer names: by name, by service and name, by id, or by a row of the waterfall or of the
 * printed tree as it stands there.
 */
function matching(spans: Span[], answer = ''): Span[] {
  const text = normal(answer);
  const [id] = /\b[0-9a-f]{16}\b/.exec(text) ?? [];
  const byId = spans.filter(({ spanId }) => spanId === id);
  if (byId.length > 0) return byId;
  return spans.filter((span) => namesOf(span).map(normal).includes(text));
}

const namesOf = ({ service, name, kind }: Span): string[] =>
  [name, `${name} ${kind}`].flatMap((words) => [words, `${service} ${words}`, `${service}: ${words}`]);

/** The words that a row of the waterfall has behind the name and the kind of a span. */
const rest = /((,? (level \d+|\d+ events?|error|parent missing))|,? ?\d+(\.\d+)? ?(ns|µs|us|ms|s))+$/;

const normal = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/["'“”‘’`()]/g, '')
    .replace(/ *\| */g, ' ')
    .replace(/\s+/g, ' ')
    .replace(/^0x/, '')
    .replace(rest, '');

const SUBJECT =
  'Did you read another trace? The questions are about the one that this step has started with. ' +
  'On the page, “Show its trace” draws it.';
const FORM = 'Write a name as it stands there: GET /rolldice, or dice GET /rolldice. A span id does as well.';

/** Returns the problem with an answer that matches no span of the trace, or undefined if a span matches. */
function unclear({ spans }: Trace, answer: string | undefined): Problem | undefined {
  if (matching(spans, answer).length > 0) return undefined;
  return {
    found: answer?.trim() ? `“${answer}”, and no span is called that` : 'no answer',
    hint: answer?.trim() ? `${SUBJECT} ${FORM}` : FORM,
  };
}

function troubleWithRoot(trace: Trace, { root }: LabView['answers']): Problem | undefined {
  const problem = unclear(trace, root);
  if (problem || matching(trace.roots, root).length > 0) return problem;
  return {
    found: `“${root}”, which has a parent`,
    hint: 'Every trace begins with one span: it is drawn first, and no line leads up from it.',
  };
}

function troubleWithSlowest(trace: Trace, { slowest }: LabView['answers']): Problem | undefined {
  const others = trace.spans.filter((span) => !trace.roots.includes(span));
  const longest = Math.max(...others.map(({ duration }) => duration));
  const problem = unclear(trace, slowest);
  if (problem || matching(others, slowest).some(({ duration }) => duration >= longest * 0.95)) return problem;
  const isRoot = matching(trace.roots, slowest).length > 0;
  return {
    found: `“${slowest}”, ${isRoot ? 'which is the root, as long as all within it' : 'and another took longer'}`,
    hint: 'Compare the durations at the end of each line, not where the bars begin.',
  };
}

function edge(trace: Trace, { parent, child }: LabView['answers']): Finding[] {
  const text = 'a span and one of its children';
  const problem = unclear(trace, parent) ?? unclear(trace, child);
  if (problem) return [unmet(text, problem)];
  const [parents, children] = [matching(trace.spans, parent), matching(trace.spans, child)];
  if (isAbove(parents, children)) return [finding(text, undefined)];
  return [
    unmet(text, {
      found: `“${parent}” over “${child}”, and the one is not the parent of the other`,
      hint: isAbove(children, parents)
        ? 'The other way round: the parent calls, the child is called.'
        : 'A child stands one step further in, right under its parent; a grandchild is no child.',
    }),
  ];
}

const isAbove = (parents: Span[], children: Span[]): boolean =>
  parents.some((parent) => parent.children.some((one) => children.includes(one)));
