// Pairs the requests of a check with the spans that they made, and judges the pairs.
import type { AttributeValue } from '../../otlp/attributes.ts';
import type { Span } from '../../otlp/traces.ts';
import { allMet, finding, unknown } from './findings.ts';
import type { Finding, Problem } from './findings.ts';
import type { Seen, Visit } from './observation.ts';
import { clockDifference, nearness, pairInOrder } from './pairing.ts';

/** The score of two that may belong together. It is so high that most requests get a span, before any gets the best. */
export const PLAUSIBLE = 1_000;

/** The spans that a check wants of its requests. */
export interface Wanted {
  readonly isWanted: (span: Span) => boolean;
  /** Returns how well a span fits a request, or 0 if the request can't have made it. */
  readonly fit: (visit: Visit, span: Span) => number;
  /** Returns what a span has of the answer to its request, if it has anything. For right code it is an integer. */
  readonly valueOf: (span: Span) => AttributeValue | undefined;
  /** Returns whether a span has what dice answered to the request. */
  readonly isAnswer: (visit: Visit, span: Span) => boolean;
}

/** The spans of the requests: for each request its span, or undefined. */
export type Spans = readonly (Span | undefined)[];

/**
 * Judges the requests by their spans. Spans in traces of their own are those that fit best, so that right code passes
 * whoever else rolls. About wrong code they say little for certain. Then the spans are those that began when the
 * requests were sent, unless that leaves more to explain.
 * @param judge judges the spans. `extra` is a span more of a request, if each request made several such spans
 */
export function judgePairs<T extends { readonly findings: readonly Finding[] }>(
  seen: Seen,
  wanted: Wanted,
  judge: (spans: Spans, extra: Extra | undefined) => T,
): T {
  const { isWanted, fit } = wanted;
  const fitting = spansNamed(seen, wanted);
  const extra = extraSpan(seen, wanted, fitting);
  const best = judge(fitting, extra);
  if (extra || allMet(best.findings)) return best;
  const [sent, starts] = [
    seen.visits.map((visit) => visit.sent),
    seen.strays.filter(isWanted).map(({ start }) => start),
  ];
  const ahead = clockDifference(sent, starts);
  const byTime = (visit: Visit, span: Span) =>
    fit(visit, span) && PLAUSIBLE + nearness(visit.sent + ahead - span.start);
  const timed = judge(spansNamed(seen, { isWanted, fit: byTime }), undefined);
  return problemsIn(timed) > problemsIn(best) ? best : timed;
}

const problemsIn = ({ findings }: { readonly findings: readonly Finding[] }): number =>
  findings.filter(({ state }) => state === 'unmet').length;

/**
 * Returns the span that each request made, or undefined for a request that made none. If the requests' own traces have
 * no such span, the spans are those of the traces that dice started meanwhile.
 */
export function spansNamed({ visits, strays }: Seen, { isWanted, fit }: Pick<Wanted, 'isWanted' | 'fit'>): Spans {
  const own = visits.map((visit) => bestOf(visit, visit.spans.filter(isWanted), fit));
  if (own.some((span) => span !== undefined)) return own;
  return pairInOrder(visits, strays.filter(isWanted), fit);
}

/** A span more of a request, if requests made several such spans each. */
export interface Extra {
  readonly span: Span;
  /** Whether it is in another trace than the first span of the request. */
  readonly isApart: boolean;
}

function extraSpan(seen: Seen, wanted: Wanted, spans: Spans): Extra | undefined {
  const { visits, strays } = seen;
  const apart = strays.filter(wanted.isWanted);
  const inOwn = visits.map((visit) => visit.spans.filter(wanted.isWanted));
  const ofTrace = Map.groupBy(apart, ({ traceId }) => traceId);
  const several = [...inOwn, ...spans.map((span) => (span && ofTrace.get(span.traceId)) ?? [])];
  const second = several.find((some) => some.length > 1)?.[1];
  if (second) return { span: second, isApart: false };
  const isNoRoll = (span: Span) => !Number.isInteger(wanted.valueOf(span));
  const span = inOwn.some((some) => some.length > 0)
    ? betweenEach(spans, apart)
    : (betweenEach(spans, apart.filter(isNoRoll)) ??
      besideOf(spans, apart) ??
      twinOf(visits, { spans, apart, wanted }));
  return span && { span, isApart: true };
}

/** Returns the first of the others, if at least one of them began between each two of the spans. */
function betweenEach(spans: Spans, others: readonly Span[]): Span | undefined {
  const made = spans.filter((span) => span !== undefined);
  const between = made.slice(1).map((end, index) => {
    const start = made[index] ?? end;
    return others.find((one) => one !== start && one !== end && one.start >= start.start && one.start <= end.start);
  });
  return made.length > 2 && between.every(Boolean) ? between[0] : undefined;
}

/** Milliseconds between the starts of two spans that one call of doRoll() makes. Two requests are further apart. */
const MOMENT = 1;

/**
 * Returns a second span that began at the moment of the span of a roll, whatever its value, if more than half of the
 * rolls have one. A visitor may roll at such a moment now and then, but not so often.
 */
function besideOf(spans: Spans, apart: readonly Span[]): Span | undefined {
  const made = spans.filter((span) => span !== undefined);
  const isBeside = (span: Span) => (one: Span) => one !== span && Math.abs(one.start - span.start) < MOMENT;
  const beside = made.flatMap((span) => apart.find(isBeside(span)) ?? []);
  return made.length > 2 && beside.length > made.length / 2 ? beside[0] : undefined;
}

interface Apart {
  readonly spans: Spans;
  readonly apart: readonly Span[];
  readonly wanted: Wanted;
}

/**
 * Returns a second span of a roll in a trace of its own, with the same value as the first, if each roll has such a twin
 * next to its span. The twin of the last roll may still come. Now and then the next roll of a visitor has the same
 * value, but not after each roll. This also finds twins that a slow machine has started later.
 */
function twinOf(visits: readonly Visit[], { spans, apart, wanted: { valueOf, isAnswer } }: Apart): Span | undefined {
  const rolled = visits.filter((visit, index) => spans[index] && isAnswer(visit, spans[index]));
  const twins = apart.filter((span, index) => index > 0 && valueOf(span) === valueOf(apart[index - 1] as Span));
  const paired = pairInOrder(rolled, twins, (visit, span) => Number(isAnswer(visit, span))).filter(Boolean);
  const areMost = rolled.length > 2 && rolled.length > visits.length / 2;
  return areMost && paired.length >= rolled.length - 1 ? paired[0] : undefined;
}

/** Explains that requests made several spans each. @param advice the finding, and what right code does */
export function severalSpans({ span: { name, traceId }, isApart }: Extra, { id, hint }: Advice): Problem {
  const found = `several spans ${name} in one roll`;
  if (!isApart) return { id, found, hint, traceId };
  return { id, found: `${found}, in traces of their own`, hint: `${STARTED_TWICE} ${hint}`, traceId };
}

type Advice = Required<Pick<Problem, 'id' | 'hint'>>;

const STARTED_TWICE =
  'Your code starts a second span of that name for each roll. Look in app.ts for another startSpan or ' +
  'startActiveSpan, perhaps with root: true, and take it out. Call doRoll() once in each request.';

const bestOf = (visit: Visit, spans: Span[], fit: Wanted['fit']): Span | undefined =>
  spans.toSorted((a, b) => fit(visit, b) - fit(visit, a))[0];

/**
 * Returns a function that makes the findings about pairs of requests and spans. Spans in traces of their own are paired
 * by their order. If a sampler has dropped some, spans of visitors may take their places, so a problem is not seen.
 */
export function findingsOfPairs({ strays, sampler }: Seen, spans: Spans) {
  const isGuess = sampler !== undefined && spans.some((span) => span && strays.includes(span));
  return (text: string, problem: Problem | undefined): Finding =>
    problem && isGuess
      ? { ...unknown(text), id: 'telemetry/sampled', found: NOT_ALL, hint: sampler }
      : finding(text, problem);
}

const NOT_ALL = 'spans of some requests, because a sampler drops traces';
