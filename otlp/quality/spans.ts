// Checks spans: their names, status, parents and attributes, and how many a trace has.
// https://github.com/instrumentation-score/spec/tree/main/rules
import type { Span, Trace } from '../traces.ts';
import { attributeIssues } from './attributes.ts';
import type { Origin } from './attributes.ts';
import type { Issue, Sighting } from './finding.ts';
import { misplacedOnSignal } from './levels.ts';
import { spansNamedById } from './span-names.ts';
import type { Sources } from './sources.ts';

/** Whether a library made a span, a metric or a log record, by the name of its instrumentation scope. */
export const isLibrary = (scope: string): boolean => scope.startsWith('@opentelemetry/');

/** What the checks of spans read. */
export interface SpanInput {
  readonly traces: readonly Trace[];
  /** Whether a span is one of the service that is judged. */
  readonly isOurs: (span: Span) => boolean;
  readonly sources: Sources;
  /** Traces that changed after this time, in milliseconds since the epoch, may still lack spans. */
  readonly complete: number;
}

/** Returns what there is to say about the spans of the service. */
export function spanSightings({ traces, isOurs, sources, complete }: SpanInput): Sighting[] {
  const spans = traces.flatMap((trace) => trace.spans.filter(isOurs));
  return [
    ...spans.flatMap((span) => issuesOf(span, sources).map((issue) => seenOn(span, issue))),
    ...spansNamedById(spans, sources).map(({ span, issue, pattern }) => seenOn(span, issue, pattern)),
    ...traces.flatMap((trace) => traceSightings(trace, { isOurs, sources, complete })),
  ];
}

const seenOn = ({ name, traceId, spanId }: Span, issue: Issue, subject = name): Sighting => ({
  ...issue,
  signal: 'span',
  subject,
  span: { traceId, spanId },
});

function issuesOf(span: Span, sources: Sources): Issue[] {
  const origin: Origin = { sources, isLibrary: isLibrary(span.scope) };
  return [
    ...attributeIssues(span.attributes, origin),
    ...span.events.flatMap(({ attributes }) => attributeIssues(attributes, origin)),
    ...misplacedOnSignal(span.attributes, sources),
    ...[undescribed(span, origin), clientRoot(span, sources)].filter((issue) => issue !== undefined),
  ];
}

/**
 * A description says why a span failed. The conventions ask for none where the HTTP status code says it.
 * https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status
 */
function undescribed({ status, attributes, name }: Span, { isLibrary, sources }: Origin): Issue | undefined {
  const isExplained = Number(attributes['http.response.status_code']) >= 400;
  if (status.code !== 'error' || status.message || isLibrary || isExplained) return undefined;
  return {
    id: 'error_without_description',
    level: 'improvement',
    message: `${name} has the status ERROR, and doesn't say what went wrong.`,
    todo: 'Give a message to setStatus: { code: SpanStatusCode.ERROR, message: String(error) }.',
    place: sources.code(/setStatus\(\s*\{\s*code:\s*[\w.]*ERROR,?\s*\}/) ?? sources.text(name),
  };
}

function clientRoot({ kind, parentSpanId, name }: Span, sources: Sources): Issue | undefined {
  if (kind !== 'client' || parentSpanId !== undefined) return undefined;
  return {
    id: 'client_root_span',
    level: 'improvement',
    rule: 'SPA-004',
    message: `${name} is a CLIENT span without a parent, so nothing says why the call was made.`,
    todo: 'Make the call while the span of the request is active, or start a span for the work around it.',
    place: sources.text(name),
  };
}

/** The most INTERNAL spans and the most short spans of a trace, and what is short, in milliseconds. */
const [MOST_INTERNAL, MOST_SHORT, SHORT] = [10, 20, 5];

function traceSightings(trace: Trace, { isOurs, sources, complete }: Omit<SpanInput, 'traces'>): Sighting[] {
  const ours = trace.spans.filter(isOurs);
  const isComplete = trace.start + trace.duration < complete;
  const orphans = isComplete ? ours.filter(({ orphan }) => orphan) : [];
  const [first] = ours;
  const internal = ours.filter(({ kind }) => kind === 'internal').length;
  const short = ours.filter(({ duration }) => duration < SHORT).length;
  return [
    ...orphans.map((span) => seenOn(span, orphanIssue(span, sources))),
    ...(first && internal > MOST_INTERNAL ? [seenOn(first, manyInternal(internal))] : []),
    ...(first && short > MOST_SHORT ? [seenOn(first, manyShort(short))] : []),
  ];
}

function orphanIssue({ name, kind, parentSpanId = '' }: Span, sources: Sources): Issue {
  const isEntry = kind === 'server' || kind === 'consumer';
  return {
    id: 'orphan_span',
    level: 'improvement',
    rule: 'SPA-002',
    message: `The parent of ${name}, ${parentSpanId}, is not in the trace.`,
    todo: isEntry
      ? 'The caller sent its context and no span: it has no SDK, does not end its span, or a sampler drops it.'
      : 'Does the code end the span around this one on every path? A span is sent when it ends.',
    place: sources.text(name),
  };
}

const manyInternal = (count: number): Issue => ({
  id: 'many_internal_spans',
  level: 'improvement',
  rule: 'SPA-001',
  message: `A trace has ${count} INTERNAL spans of this service, and more than ${MOST_INTERNAL} are hard to read.`,
  todo: 'Start one span for the work as a whole, and add attributes or events for its parts.',
});

const manyShort = (count: number): Issue => ({
  id: 'many_short_spans',
  level: 'improvement',
  rule: 'SPA-005',
  message: `A trace has ${count} spans of less than ${SHORT} ms. More than ${MOST_SHORT} cost more than they tell.`,
  todo: 'Start no span in a loop. A metric counts how often something happens.',
});
