// Reads traces from Jaeger's API v3, which returns OTLP as JSON, and builds a tree of spans for pages, terminals and
// tests.
// https://opentelemetry.io/docs/specs/otlp/#json-protobuf-encoding

import { call } from '../support/http.ts';
import { attributesOf, serviceOf } from './attributes.ts';
import type { Attributes, OtlpAttribute } from './attributes.ts';

export type Kind = 'unspecified' | 'internal' | 'server' | 'client' | 'producer' | 'consumer';

export interface SpanEvent {
  name: string;
  /** Time of the span event in milliseconds since the epoch. */
  time: number;
  attributes: Attributes;
}

export interface SpanStatus {
  code: 'unset' | 'ok' | 'error';
  message?: string;
}

export interface Span {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  kind: Kind;
  /** The resource's `service.name`. */
  service: string;
  /** Name of the instrumentation scope: the library or the tracer that created the span. */
  scope: string;
  /** Start time in milliseconds since the epoch. */
  start: number;
  /** Duration in milliseconds. */
  duration: number;
  /** By how many milliseconds the end is before the start. Only if it is: the duration is then 0. */
  endsEarly?: number;
  attributes: Attributes;
  resource: Attributes;
  events: SpanEvent[];
  status: SpanStatus;
  /** Child spans, sorted by start time. */
  children: Span[];
  /** Whether the trace lacks the span's parent. Jaeger may still receive the parent. */
  orphan: boolean;
}

export interface Trace {
  traceId: string;
  /** The root span and the orphans, sorted by start time. */
  roots: Span[];
  /** All spans in the order of the tree: each parent comes before its children. */
  spans: Span[];
  /** Names of the services in the trace, sorted. */
  services: string[];
  start: number;
  duration: number;
}

// The parts of OTLP that this file reads. Any field may be missing, because JSON omits empty and zero values.
interface OtlpEvent {
  name?: string;
  timeUnixNano?: string;
  attributes?: OtlpAttribute[];
}
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name?: string;
  kind?: number | string;
  startTimeUnixNano?: string;
  endTimeUnixNano?: string;
  attributes?: OtlpAttribute[];
  events?: OtlpEvent[];
  status?: { code?: number | string; message?: string };
}
interface OtlpScopeSpans {
  scope?: { name?: string };
  spans?: OtlpSpan[];
}
interface OtlpResourceSpans {
  resource?: { attributes?: OtlpAttribute[] };
  scopeSpans?: OtlpScopeSpans[];
}
interface OtlpTraces {
  resourceSpans?: OtlpResourceSpans[];
}

const kinds: Kind[] = ['unspecified', 'internal', 'server', 'client', 'producer', 'consumer'];
const statusCodes: SpanStatus['code'][] = ['unset', 'ok', 'error'];

/**
 * Returns the traces in OTLP JSON or in a response of Jaeger's API v3 (`{"result": {"resourceSpans": […]}}`), sorted by
 * start time. A response without spans (`{}`) has no traces.
 * @throws Error for any other text
 */
export function tracesFromOtlp(answer: unknown): Trace[] {
  const byTrace = Map.groupBy(spansOf(resourceSpansOf(answer)), ({ traceId }) => traceId);
  return [...byTrace].map(([traceId, spans]) => toTrace(traceId, spans)).sort(byStart);
}

function resourceSpansOf(answer: unknown): OtlpResourceSpans[] {
  if (typeof answer !== 'object' || answer === null || Array.isArray(answer)) {
    throw new Error(`expected OTLP JSON with resourceSpans, found ${JSON.stringify(answer)?.slice(0, 100)}`);
  }
  const traces = ('result' in answer ? answer.result : answer) as OtlpTraces | null;
  return traces?.resourceSpans ?? [];
}

function spansOf(resourceSpans: OtlpResourceSpans[]): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans = [] }) => {
    const attributes = attributesOf(resource?.attributes);
    return scopeSpans.flatMap(({ scope, spans = [] }) =>
      spans.map((span) => toSpan(span, attributes, scope?.name ?? '')),
    );
  });
}

function toSpan(span: OtlpSpan, resource: Attributes, scope: string): Span {
  const start = BigInt(span.startTimeUnixNano ?? 0);
  const end = BigInt(span.endTimeUnixNano ?? 0);
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    ...(span.parentSpanId ? { parentSpanId: span.parentSpanId } : {}),
    name: span.name ?? '',
    kind: oneOf(kinds, span.kind, 'SPAN_KIND_'),
    service: serviceOf(resource),
    scope,
    start: milliseconds(start),
    duration: milliseconds(end > start ? end - start : 0n),
    ...(end < start && { endsEarly: milliseconds(start - end) }),
    attributes: attributesOf(span.attributes),
    resource,
    events: (span.events ?? []).map(toEvent),
    status: toStatus(span.status),
    children: [],
    orphan: false,
  };
}

function toEvent({ name = '', timeUnixNano = '0', attributes }: OtlpEvent): SpanEvent {
  return { name, time: milliseconds(BigInt(timeUnixNano)), attributes: attributesOf(attributes) };
}

function toStatus(status: OtlpSpan['status'] = {}): SpanStatus {
  const code = oneOf(statusCodes, status.code, 'STATUS_CODE_');
  return status.message ? { code, message: status.message } : { code };
}

/**
 * Returns the item of `names` that an OTLP enum value means. The value is the item's index, or the item's name in upper
 * case after `prefix`. Returns the first item if the value is missing or unknown.
 */
function oneOf<T extends string>(names: T[], value: number | string | undefined, prefix: string): T {
  const [first] = names as [T];
  if (typeof value === 'number') return names[value] ?? first;
  return names.find((name) => value === prefix + name.toUpperCase()) ?? first;
}

function milliseconds(nanoseconds: bigint): number {
  return Number(nanoseconds / 1_000n) / 1_000;
}

function toTrace(traceId: string, unordered: Span[]): Trace {
  const roots = link(unordered);
  levelOut(roots);
  const spans = flatten(roots);
  const start = Math.min(...spans.map((span) => span.start));
  const end = Math.max(...spans.map((span) => span.start + span.duration));
  const services = [...new Set(spans.map(({ service }) => service))].sort();
  return { traceId, roots, spans, services, start, duration: Math.round((end - start) * 1000) / 1000 };
}

/**
 * Returns a text that is equal for a span that was sent twice. Spans of broken code may share an id, and are different
 * ones.
 */
const identityOf = ({ spanId, parentSpanId, service, name, kind, start, duration }: Span): string =>
  JSON.stringify([spanId, parentSpanId, service, name, kind, start, duration]);

/** Adds each span to the children of its parent. @returns the root span and the orphans */
function link(unordered: Span[]): Span[] {
  const spans = [...new Map(unordered.map((span) => [identityOf(span), span])).values()].sort(byStart);
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const parentOf = ({ parentSpanId }: Span) => (parentSpanId === undefined ? undefined : byId.get(parentSpanId));
  const cyclic = cyclicIn(spans, parentOf);
  return spans.filter((span) => {
    const parent = parentOf(span);
    span.orphan = span.parentSpanId !== undefined && (!parent || cyclic.has(span));
    if (!parent || span.orphan) return true;
    parent.children.push(span);
    return false;
  });
}

/** Returns the spans that are ancestors of their own parents. The tree would not show such a cycle: it has no root. */
function cyclicIn(spans: readonly Span[], parentOf: (span: Span) => Span | undefined): ReadonlySet<Span> {
  const [seen, cyclic] = [new Set<Span>(), new Set<Span>()];
  for (const span of spans) {
    const path = new Set<Span>();
    let at: Span | undefined = span;
    for (; at && !seen.has(at); at = parentOf(at)) {
      seen.add(at);
      path.add(at);
    }
    for (; at && path.has(at) && !cyclic.has(at); at = parentOf(at)) cyclic.add(at);
  }
  return cyclic;
}

/** How deep the tree is. What reads it may recurse: JSON.stringify overflows the stack at some thousand levels. */
const DEEPEST = 500;

/** Makes all descendants of the spans in the deepest level their children, in the order of the tree. */
function levelOut(roots: readonly Span[]): void {
  let level = roots;
  for (let depth = 2; depth < DEEPEST; depth += 1) level = level.flatMap(({ children }) => children);
  for (const span of level) {
    const below = flatten(span.children);
    if (below.length > span.children.length) for (const one of [span, ...below]) one.children = [];
    if (below.length > 0) span.children = below;
  }
}

/** Returns the spans of a tree. A tree may be too deep for recursion. */
function flatten(roots: readonly Span[]): Span[] {
  const [found, left]: [Span[], Span[]] = [[], roots.toReversed()];
  for (let span = left.pop(); span; span = left.pop()) {
    found.push(span);
    for (const child of span.children.toReversed()) left.push(child);
  }
  return found;
}

function byStart(a: { start: number }, b: { start: number }): number {
  return a.start - b.start;
}

/** Returns the calls between services in a trace, such as `arcade→dice`, sorted and without duplicates. */
export function edgesOf(trace: Trace): string[] {
  const edges = trace.spans.flatMap(({ service, children }) =>
    children.filter((child) => child.service !== service).map((child) => `${service}→${child.service}`),
  );
  return [...new Set(edges)].sort();
}

/** Returns the trace id in a text that a person may have typed, in lower case, or undefined if it is none. */
export const traceIdIn = (text: string): string | undefined => /^\s*([0-9a-f]{32})\s*$/i.exec(text)?.[1]?.toLowerCase();

/**
 * Reads one trace from Jaeger. Returns undefined if Jaeger has no such trace, or has not received it yet.
 * @param jaeger the URL of Jaeger's query service with its base path: `http://jaeger:16686/jaeger`
 * @throws Error if Jaeger can't be reached or answers with an error
 */
export async function traceFromJaeger(
  jaeger: string,
  traceId: string,
  headers: Record<string, string> = {},
): Promise<Trace | undefined> {
  const [trace] = await tracesAt(traceUrl(jaeger, traceId), headers);
  return trace;
}

/**
 * Reads one trace from Jaeger as OTLP JSON (`{"resourceSpans": […]}`), which the Collector's `otlpjsonfile` receiver
 * accepts. Returns undefined if Jaeger has no such trace.
 * @throws Error if Jaeger can't be reached or answers with an error
 */
export async function otlpFromJaeger(jaeger: string, traceId: string): Promise<string | undefined> {
  const answer = await answerAt(traceUrl(jaeger, traceId));
  return answer === undefined ? undefined : JSON.stringify({ resourceSpans: resourceSpansOf(answer) }, null, 2);
}

const traceUrl = (jaeger: string, traceId: string): string => `${jaeger}/api/v3/traces/${encodeURIComponent(traceId)}`;

/**
 * Returns the latest traces that contain a span of the service, the latest first.
 * @param within how far back to search, in milliseconds
 * @param until end of the time range, in milliseconds since the epoch. Default: a minute from now, because clocks may
 * differ.
 */
export async function recentTraces(
  jaeger: string,
  service: string,
  { limit = 20, within = 3_600_000, until = Date.now() + 60_000 } = {},
): Promise<Trace[]> {
  const query = new URLSearchParams({
    'query.service_name': service,
    'query.start_time_min': new Date(Date.now() - within).toISOString(),
    'query.start_time_max': new Date(until).toISOString(),
    'query.num_traces': String(limit),
  });
  return (await tracesAt(`${jaeger}/api/v3/traces?${query.toString()}`)).reverse();
}

/** Returns the names of all services of which Jaeger has spans. @throws Error if Jaeger answers with an error */
export async function servicesInJaeger(jaeger: string): Promise<string[]> {
  const url = `${jaeger}/api/v3/services`;
  const { status, body } = await call(url, { signal: AbortSignal.timeout(5_000) });
  if (status !== 200) throw new Error(`expected Jaeger to answer ${url} with 200, found ${status}`);
  return (JSON.parse(body) as { services?: string[] }).services ?? [];
}

const tracesAt = async (url: string, headers?: Record<string, string>): Promise<Trace[]> =>
  tracesFromOtlp((await answerAt(url, headers)) ?? {});

/**
 * Reads the JSON at a URL of Jaeger. Returns undefined if Jaeger answers 404, as it does for an unknown trace and for a
 * search without results.
 */
async function answerAt(url: string, headers: Record<string, string> = {}): Promise<unknown> {
  const { status, body } = await call(url, { headers, signal: AbortSignal.timeout(5_000) });
  if (status === 404) return undefined;
  if (status !== 200)
    throw new Error(`expected Jaeger to answer ${url} with 200, found ${status}: ${body.trim().slice(0, 200)}`);
  try {
    const answer: unknown = JSON.parse(body);
    resourceSpansOf(answer);
    return answer;
  } catch (error) {
    throw new Error(`expected traces from Jaeger at ${url}, found: ${body.slice(0, 100)}`, { cause: error });
  }
}
