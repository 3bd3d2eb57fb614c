// The check of step 2. It checks the learner's answers about a real trace: its root, its slowest span, and a parent
// with its child.
import type { Span, Trace } from '../../../otlp/traces.ts';
import type { Begin, Check, LabView, Verdict } from '../../engine/check.ts';
import { finding, unmet, verdictOf } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';

export const begin: Begin = async (lab) => ({ traceId: (await lab.play()) ?? (await lab.ask('/rolldice')).traceId });

/**
 * Neither dice nor the Collector has a part in this step. It is not judged live: its requirements are answers, and a
 * tick at an answer while it is written would let people guess.
 */
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
    'If that trace has a single span, instrumentation is none: see the page “Why is there no telemetry?”.';
  return {
    passed: false,
    hop: 'jaeger',
    finding: '02-read-a-trace/gone',
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

/** Returns the problem with an answer that names no span of the trace, or spans of several services. */
function unclear(trace: Trace, answers: LabView['answers'], answer: string | undefined): Problem | undefined {
  const found = matching(trace.spans, answer);
  if (found.length === 0) return unknownName(trace, answers, answer);
  const services = [...new Set(found.map(({ service }) => service))];
  if (services.length < 2) return undefined;
  return {
    id: '02-read-a-trace/ambiguous',
    found: `“${answer}”, and spans of ${services.join(', ')} are called that`,
    hint: 'Put the service before it, as in: dice GET /rolldice. A span id does as well.',
  };
}

function unknownName({ spans }: Trace, answers: LabView['answers'], answer = ''): Problem {
  if (answer.trim() === '') return { id: '02-read-a-trace/no-answer', found: 'no answer', hint: howToWrite };
  const given = Object.values(answers).filter((one) => one.trim() !== '');
  const isForeign = given.length > 1 && given.every((one) => matching(spans, one).length === 0);
  const found = `“${answer}”, and no span is called that`;
  return isForeign
    ? { id: '02-read-a-trace/other-trace', found, hint: otherTrace }
    : { id: '02-read-a-trace/unknown-span', found, hint: howToWrite };
}

const howToWrite = 'Write it as the waterfall does: GET /rolldice, or dice GET /rolldice. A span id does as well.';

const otherTrace =
  'None of your answers is in the trace of this step, so you have probably read another one, such as that of a round ' +
  `you played later. On the page, “Show its trace” draws the right one. ${howToWrite}`;

function troubleWithRoot(trace: Trace, answers: LabView['answers']): Problem | undefined {
  const { root } = answers;
  const problem = unclear(trace, answers, root);
  if (problem || matching(trace.roots, root).length > 0) return problem;
  return {
    id: '02-read-a-trace/root',
    found: `“${root}”, which has a parent`,
    hint: 'Every trace begins with one span: it is drawn first, and no line leads up from it.',
  };
}

function troubleWithSlowest(trace: Trace, answers: LabView['answers']): Problem | undefined {
  const { slowest } = answers;
  const others = trace.spans.filter((span) => !trace.roots.includes(span));
  const longest = Math.max(...others.map(({ duration }) => duration));
  const problem = unclear(trace, answers, slowest);
  if (problem || matching(others, slowest).some(({ duration }) => duration >= longest * 0.95)) return problem;
  const isRoot = matching(trace.roots, slowest).length > 0;
  return {
    id: isRoot ? '02-read-a-trace/slowest-root' : '02-read-a-trace/slowest',
    found: `“${slowest}”, ${isRoot ? 'which is the root, as long as all within it' : 'and another took longer'}`,
    hint: 'Compare the durations at the end of each line, not where the bars begin.',
  };
}

function edge(trace: Trace, answers: LabView['answers']): Finding[] {
  const { parent, child } = answers;
  const text = 'a span and one of its children';
  const problem = unclear(trace, answers, parent) ?? unclear(trace, answers, child);
  if (problem) return [unmet(text, problem)];
  const [parents, children] = [matching(trace.spans, parent), matching(trace.spans, child)];
  if (isAbove(parents, children)) return [finding(text, undefined)];
  const isSwapped = isAbove(children, parents);
  return [
    unmet(text, {
      id: isSwapped ? '02-read-a-trace/swapped' : '02-read-a-trace/child',
      found: `“${parent}” over “${child}”, and the one is not the parent of the other`,
      hint: isSwapped
        ? 'The other way round: the parent calls, the child is called.'
        : 'A child is indented one step more than its parent, which stands above it; a grandchild is no child.',
    }),
  ];
}

const isAbove = (parents: Span[], children: Span[]): boolean =>
  parents.some((parent) => parent.children.some((one) => children.includes(one)));
