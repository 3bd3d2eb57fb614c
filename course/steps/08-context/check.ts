// The check of step 8. It sends several requests. It passes if all services join the trace of each request, without
// orphans. So dice must extract its caller's context, and inject its own context into the request to prizes.
import type { Span, Trace } from '../../../otlp/traces.ts';
import { failedVisit } from '../../engine/answers.ts';
import { byLibrary, checkOfRequests, named, neverEnded, NOT_ACTIVE } from '../../engine/check.ts';
import type { Live, Look, Settings } from '../../engine/check.ts';
import { finding, met, unknown, unmet } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';
import type { Seen, Visit } from '../../engine/observation.ts';
import { burstOf } from '../../engine/pairing.ts';
import { propagatorsHint } from '../../engine/propagation.ts';

const PATHS = ['context', 'extract', 'inject'].map((word) => `/server_request?param=${word}`);

const texts = {
  span: "a SERVER span of your own below the caller's span",
  prizes: "the span of prizes in the caller's trace",
  below: "prizes' span below yours",
  orphans: "no orphan: each span's parent in the trace",
};

export const check = checkOfRequests(PATHS, judge, { expected: texts.span, hint: neverEnded });

export const live: Live = { paths: /^\/server_request/ };

export function judge(seen: Seen, settings: Settings = {}): Pick<Look, 'findings' | 'traceId'> & { certain?: true } {
  const broken = failedVisit(seen.visits);
  if (broken) return { findings: [broken], certain: true };
  const strays = burstOf(
    seen.strays.filter((span) => !byLibrary(span)),
    seen.visits.length,
  );
  if (strays.length === 0 && seen.visits.every(({ spans }) => spans.length === 0)) return { findings: [] };
  // What was seen comes before what is missing.
  const visits = seen.visits.toSorted((a, b) => Number(b.spans.length > 0) - Number(a.spans.length > 0));
  const all = visits.map((visit) => droppedVisit(visit, strays, seen.sampler) ?? judgeVisit(visit, strays));
  const worst = all.find((findings) => findings.some(({ state }) => state !== 'met')) ?? all[0] ?? [];
  return { findings: withPropagators(worst, propagatorsHint(settings)), traceId: seen.visits[0]?.answer.traceId };
}

/** Explains by the propagators what is missing, because no code takes over or hands on a context without them. */
function withPropagators(findings: readonly Finding[], hint: string | undefined): readonly Finding[] {
  if (hint === undefined) return findings;
  const explains = ({ state, text }: Finding) => state === 'unmet' && [texts.span, texts.prizes].includes(text);
  return findings.map((one) => (explains(one) ? { ...one, id: 'settings/propagators', hint } : one));
}

/** Returns the findings about a request whose spans a sampler may have dropped, or undefined if they are there. */
function droppedVisit(
  { trace, spans }: Visit,
  strays: readonly Span[],
  hint: string | undefined,
): Finding[] | undefined {
  if (hint === undefined || spans.length > 0 || (trace && strays.length > 0)) return undefined;
  const found = trace ? 'no span of dice in the trace of a request' : 'no trace of a request';
  const dropped = unmet(texts.span, { id: 'telemetry/sampled', found, hint });
  return [dropped, ...[texts.prizes, texts.below, texts.orphans].map(unknown)];
}

function judgeVisit(visit: Visit, strays: readonly Span[]): Finding[] {
  const { trace } = visit;
  const mine = visit.spans.filter((span) => !byLibrary(span));
  const under = mine.filter((span) => trace && isUnder(trace, visit.answer.spanId, span));
  const server = under.find(({ kind }) => kind === 'server');
  const span = finding(texts.span, server ? undefined : troubleWithSpan(visit, mine, strays));
  const prizes = (trace?.spans ?? []).filter(({ service, kind }) => service === 'prizes' && kind === 'server');
  return [
    span,
    ...judgePrizes(trace, { servers: under.filter(({ kind }) => kind === 'server'), prizes }),
    orphansIn(trace),
  ];
}

interface Ends {
  readonly servers: readonly Span[];
  readonly prizes: readonly Span[];
}

function judgePrizes(trace: Trace | undefined, { servers, prizes }: Ends): Finding[] {
  const prize = prizes[0];
  if (!trace || !prize) return [unmet(texts.prizes, notInjected(trace)), unknown(texts.below)];
  if (servers.length === 0) return [met(texts.prizes), unknown(texts.below)];
  const isBelow = servers.some(({ spanId }) => isUnder(trace, spanId, prize));
  return [met(texts.prizes), finding(texts.below, isBelow || prize.orphan ? undefined : beside(trace.traceId))];
}

const notInjected = (trace: Trace | undefined): Problem => ({
  id: '08-context/not-injected',
  found: trace ? `only spans of ${trace.services.join(', ')}` : 'no such trace',
  hint:
    'The call to prizes carries no traceparent of this trace: propagation.inject(context.active(), headers) ' +
    `before it is made, within the span. ${NOT_ACTIVE}`,
  ...(trace ? { traceId: trace.traceId } : {}),
});

const beside = (traceId: string): Problem => ({
  id: '08-context/beside',
  found: 'the span of prizes beside yours',
  hint: "Inject the context of your span, not the caller's: call within startActiveSpan, and inject context.active().",
  traceId,
});

function orphansIn(trace: Trace | undefined): Finding {
  const orphans = (trace?.spans ?? []).filter(({ orphan }) => orphan);
  if (!trace) return unknown(texts.orphans);
  if (orphans.length === 0) return met(texts.orphans);
  return unmet(texts.orphans, {
    id: '08-context/orphans',
    found: `${orphans.length}: ${orphans.map(named).join(', ')}`,
    hint: 'The context that was injected is of a span that was never ended or sent. End every span that you start.',
    traceId: trace.traceId,
  });
}

/** Explains why no SERVER span of the learner's is below the caller's. */
function troubleWithSpan({ answer, spans }: Visit, mine: readonly Span[], strays: readonly Span[]): Problem {
  const { traceId } = answer;
  const [first] = mine;
  const server = mine.find(({ kind }) => kind === 'server');
  const [stray] = strays;
  if (server)
    return {
      id: '08-context/other-parent',
      found: `${named(server)} with another parent`,
      hint: `Start the span in the caller's context: ${extract}.`,
      traceId,
    };
  if (first)
    return {
      id: '08-context/kind',
      found: named(first),
      hint: 'Start the span with the option kind: SpanKind.SERVER.',
      traceId,
    };
  if (stray)
    return {
      id: '08-context/own-trace',
      found: `${named(stray)} in a trace of its own`,
      hint: `The caller's context was not taken over: ${extract}.`,
      traceId: stray.traceId,
    };
  return {
    id: '08-context/no-span',
    found: spans.length > 0 ? `only ${spans.map(named).join(', ')}` : 'no span of dice there',
    hint: `Call tracer.startActiveSpan('server_request', { kind: SpanKind.SERVER }, parent, …). ${extract}.`,
    traceId,
  };
}

const extract =
  'propagation.extract(context.active(), request.headers) gives it, and startActiveSpan takes it as third argument, ' +
  'between the options and the function';

/** Returns whether a span is below the span with the id `above`, at any depth. */
function isUnder({ spans }: Trace, above: string, below: Span): boolean {
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const seen = new Set<Span>();
  for (let at: Span | undefined = below; at && !seen.has(at); at = byId.get(at.parentSpanId ?? '')) {
    if (at.parentSpanId === above) return true;
    seen.add(at);
  }
  return false;
}
