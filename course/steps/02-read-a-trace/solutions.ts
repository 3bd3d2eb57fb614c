import type { Solution } from '../../harness/check-harness.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';

function slowest({ spans, roots }: Trace): Span {
  const [longest] = spans.filter((span) => !roots.includes(span)).toSorted((a, b) => b.duration - a.duration);
  return longest as Span;
}
const first = ({ roots }: Trace): Span => roots[0] as Span;
const child = (trace: Trace): Span => first(trace).children[0] as Span;
const quickest = ({ spans }: Trace): Span => spans.toSorted((a, b) => a.duration - b.duration)[0] as Span;

/** The right answers. `style` writes a span as a learner would. */
const right =
  (style: (span: Span) => string) =>
  (trace: Trace): Record<string, string> => ({
    root: style(first(trace)),
    slowest: style(slowest(trace)),
    parent: style(first(trace)),
    child: style(child(trace)),
  });
const but =
  (change: (trace: Trace) => Record<string, string>) =>
  (trace: Trace): Record<string, string> => ({ ...right(({ spanId }) => spanId)(trace), ...change(trace) });

export const solutions: Solution[] = [
  { name: 'names of spans', right: true, answers: right(({ name }) => name) },
  {
    name: 'services and names, with stray spaces and capitals',
    right: true,
    answers: right(({ service, name }) => `  ${service.toUpperCase()}  "${name}" `),
  },
  { name: 'ids of spans', right: true, answers: right(({ spanId }) => `0x${spanId}`) },
  { name: 'no answer at all', right: false, says: /no answer/ },
  {
    name: 'a root that has a parent',
    right: false,
    says: /has no parent/,
    answers: but((trace) => ({ root: child(trace).spanId })),
  },
  {
    name: 'a name that no span has',
    right: false,
    says: /no span is called that/,
    answers: but(() => ({ root: 'GET /nowhere' })),
  },
  {
    name: 'the root as the slowest span',
    right: false,
    says: /is the root/,
    answers: but((trace) => ({ slowest: first(trace).spanId })),
  },
  {
    name: 'the quickest span as the slowest',
    right: false,
    says: /another took longer/,
    answers: but((trace) => ({ slowest: quickest(trace).spanId })),
  },
  {
    name: 'parent and child swapped',
    right: false,
    says: /other way round/,
    answers: but((trace) => ({ parent: child(trace).spanId, child: first(trace).spanId })),
  },
  {
    name: 'a grandchild as the child',
    right: false,
    says: /grandchild/,
    answers: but((trace) => ({ child: (trace.spans.find(({ service }) => service === 'dice') as Span).spanId })),
  },
  {
    name: 'a trace that Jaeger has lost',
    right: false,
    hop: 'jaeger',
    says: /Start this step again/,
    answers: right(({ name }) => name),
    before: ({ jaeger }) => {
      jaeger.passes = () => [];
    },
  },
];
