import type { Solution } from '../../harness/check-harness.ts';
import type { Span, Trace } from '../../../otlp/traces.ts';

function slowest({ spans, roots }: Trace): Span {
  const [longest] = spans.filter((span) => !roots.includes(span)).toSorted((a, b) => b.duration - a.duration);
  return longest as Span;
}
const first = ({ roots }: Trace): Span => roots[0] as Span;
const child = (trace: Trace): Span => first(trace).children[0] as Span;
const spanOfDice = ({ spans }: Trace): Span => spans.find(({ service }) => service === 'dice') as Span;
const quickest = ({ spans }: Trace): Span => spans.toSorted((a, b) => a.duration - b.duration)[0] as Span;

/** Returns whether spans of several services have this name. */
const isShared = ({ spans }: Trace, wanted: string): boolean =>
  new Set(spans.filter(({ name }) => name === wanted).map(({ service }) => service)).size > 1;
const shared = (trace: Trace): string => trace.spans.find(({ name }) => isShared(trace, name))?.name ?? '';

/** Returns the right answers for a trace. `style` writes a span in a form that a learner may use. */
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
  {
    name: 'right answers that give the names of spans, with the service only where several share a name',
    right: true,
    answers: (trace) => right(({ service, name }) => (isShared(trace, name) ? `${service} ${name}` : name))(trace),
  },
  {
    name: 'right answers that give services and names, with extra spaces and capitals',
    right: true,
    answers: right(({ service, name }) => `  ${service.toUpperCase()}  "${name}" `),
  },
  {
    name: 'right answers that the page writes for spans that were clicked',
    right: true,
    answers: right(({ service, name, spanId }) => `${service} ${name} (${spanId})`),
  },
  { name: 'right answers that give the ids of spans', right: true, answers: right(({ spanId }) => `0x${spanId}`) },
  {
    name: 'right answers that copy the rows of the waterfall',
    right: true,
    answers: right(
      ({ service, name, kind, duration }) => `${service} ${name} ${kind}, level 2 ${duration.toFixed(2)} ms`,
    ),
  },
  {
    name: 'right answers that give service, name and kind',
    right: true,
    answers: right(({ service, name, kind }) => `${service}: ${name} (${kind})`),
  },
  {
    name: 'right answers that copy the lines of the printed tree',
    right: true,
    answers: right(({ service, name, kind, spanId }) => `${service} ${name} | ${kind} | 0.5 ms | ${spanId}`),
  },
  {
    name: 'a parent and a child further down in the trace',
    right: true,
    answers: but((trace) => {
      const { spanId, parentSpanId = '' } = spanOfDice(trace);
      return { parent: parentSpanId, child: spanId };
    }),
  },
  { name: 'ids of spans in capitals', right: true, answers: right(({ spanId }) => spanId.toUpperCase()) },
  {
    name: 'the same span as the parent and as the child',
    right: false,
    finding: '02-read-a-trace/child',
    answers: but((trace) => ({ child: first(trace).spanId })),
  },
  {
    name: 'the id of the trace in place of that of a span',
    right: false,
    finding: '02-read-a-trace/unknown-span',
    answers: but(({ traceId }) => ({ root: traceId })),
  },
  {
    name: 'a child that has another parent',
    right: false,
    finding: '02-read-a-trace/child',
    answers: but((trace) => ({ parent: spanOfDice(trace).spanId, child: child(trace).spanId })),
  },
  { name: 'no answer at all', right: false, finding: '02-read-a-trace/no-answer', says: /no answer/ },
  {
    name: 'a span that has a parent as the root',
    right: false,
    finding: '02-read-a-trace/root',
    says: /has no parent/,
    answers: but((trace) => ({ root: child(trace).spanId })),
  },
  {
    name: 'a span name that does not exist in the trace',
    right: false,
    finding: '02-read-a-trace/unknown-span',
    says: /no span is called that. Hint: Write it as the waterfall does/,
    answers: but(() => ({ root: 'GET /nowhere' })),
  },
  {
    name: 'answers from another trace',
    right: false,
    finding: '02-read-a-trace/other-trace',
    says: /no span is called that.*None of your answers.*another one/,
    answers: () => ({ root: 'POST /api/rounds', slowest: 'guide SELECT', parent: 'POST /api/rounds', child: 'POST' }),
  },
  {
    name: 'a name that spans of several services share, without the service',
    right: false,
    finding: '02-read-a-trace/ambiguous',
    says: /spans of [\w-]+, [\w, -]+ are called that.*Put the service before it/,
    answers: but((trace) => ({ child: shared(trace) })),
  },
  {
    name: 'the root as the slowest span',
    right: false,
    finding: '02-read-a-trace/slowest-root',
    says: /is the root/,
    answers: but((trace) => ({ slowest: first(trace).spanId })),
  },
  {
    name: 'the fastest span as the slowest',
    right: false,
    finding: '02-read-a-trace/slowest',
    says: /another took longer/,
    answers: but((trace) => ({ slowest: quickest(trace).spanId })),
  },
  {
    name: 'the parent and the child swapped',
    right: false,
    finding: '02-read-a-trace/swapped',
    says: /other way round/,
    answers: but((trace) => ({ parent: child(trace).spanId, child: first(trace).spanId })),
  },
  {
    name: 'a grandchild instead of the child',
    right: false,
    finding: '02-read-a-trace/child',
    says: /grandchild/,
    answers: but((trace) => ({ child: spanOfDice(trace).spanId })),
  },
  {
    name: 'answers about a trace that Jaeger no longer has',
    right: false,
    finding: '02-read-a-trace/gone',
    hop: 'jaeger',
    says: /Start this step again/,
    answers: right(({ name }) => name),
    before: ({ jaeger }) => {
      jaeger.passes = () => [];
    },
  },
];
