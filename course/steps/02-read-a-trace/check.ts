// The check of step 2. It checks the learner's answers about a real trace: its root, its slowest span, and a parent
// with its child.
import type { Span, Trace } from '../../../otlp/traces.ts';
import { passed, wrong } from '../../engine/check.ts';
import type { Begin, Check, LabView, Verdict } from '../../engine/check.ts';

export const begin: Begin = async (lab) => ({ traceId: (await lab.play()) ?? (await lab.ask('/rolldice')).traceId });

export const check: Check = async (lab) => {
  const trace = await lab.eventually(() => lab.trace(lab.traceId ?? ''), 5_000);
  if (!trace || trace.spans.length < 2) return gone(trace);
  return (
    troubleWithRoot(trace, lab) ??
    troubleWithSlowest(trace, lab) ??
    troubleWithEdge(trace, lab) ??
    passed(trace.traceId)
  );
};

function gone(trace: Trace | undefined): Verdict {
  const hint =
    'Jaeger keeps traces in memory: after a restart they are gone. ' +
    'Start this step again, which plays a new round; ' +
    'where its trace has a single span, instrumentation is none: see the page “Why is there no trace?”.';
  return {
    passed: false,
    hop: 'jaeger',
    expected: 'the trace of this step in Jaeger',
    found: trace ? 'a single span' : 'no such trace',
    hint,
  };
}

/** Returns the spans that an answer names. An answer may be a span's name, its service and name, or its id. */
function matching(spans: Span[], answer = ''): Span[] {
  const text = normal(answer);
  return spans.filter(({ service, name, spanId }) =>
    [name, `${service} ${name}`, `${service}: ${name}`, spanId].map(normal).includes(text),
  );
}

const normal = (text: string): string =>
  text
    .trim()
    .toLowerCase()
    .replace(/["'“”‘’`]/g, '')
    .replace(/\s+/g, ' ')
    .replace(/^0x/, '');

/** Returns the verdict for an answer that matches no span of the trace, or undefined if a span matches. */
function unknown({ spans }: Trace, question: string, answer: string | undefined): Verdict | undefined {
  if (matching(spans, answer).length > 0) return undefined;
  const found = answer?.trim() ? `“${answer}”, and no span is called that` : 'no answer';
  return wrong(
    `the name of a span of this trace as the ${question}`,
    found,
    'Write it as the waterfall does: GET /rolldice, or dice GET /rolldice. A span id does as well.',
  );
}

function troubleWithRoot(trace: Trace, { answers: { root } }: LabView): Verdict | undefined {
  const unclear = unknown(trace, 'root', root);
  if (unclear || matching(trace.roots, root).length > 0) return unclear;
  return wrong(
    'the span that has no parent',
    `“${root}”, which has one`,
    'Every trace begins with one span: it is drawn first, and no line leads up from it.',
  );
}

function troubleWithSlowest({ spans, roots, ...trace }: Trace, { answers: { slowest } }: LabView): Verdict | undefined {
  const others = spans.filter((span) => !roots.includes(span));
  const longest = Math.max(...others.map(({ duration }) => duration));
  const unclear = unknown({ ...trace, roots, spans }, 'slowest span', slowest);
  if (unclear || matching(others, slowest).some(({ duration }) => duration >= longest * 0.95)) return unclear;
  const isRoot = matching(roots, slowest).length > 0;
  return wrong(
    'the span that took longest, the root left out',
    `“${slowest}”, ${isRoot ? 'which is the root: it lasts as long as all within it' : 'and another took longer'}`,
    'Compare the durations at the end of each line, not where the bars begin.',
  );
}

function troubleWithEdge(trace: Trace, { answers: { parent, child } }: LabView): Verdict | undefined {
  const unclear = unknown(trace, 'parent', parent) ?? unknown(trace, 'child', child);
  if (unclear) return unclear;
  const children = matching(trace.spans, child);
  if (matching(trace.spans, parent).some((span) => span.children.some((one) => children.includes(one))))
    return undefined;
  const turned = children.some((span) => span.children.some((one) => matching(trace.spans, parent).includes(one)));
  return wrong(
    'a span, and one whose parent it is',
    `“${parent}” over “${child}”, which is no edge of this trace`,
    turned
      ? 'The other way round: the parent calls, the child is called.'
      : 'A child stands one step further in, right under its parent; a grandchild is no child.',
  );
}
