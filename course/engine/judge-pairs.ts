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
  const nearTo = nearnessBetween(seen.visits, seen.strays.filter(isWanted));
  const byTime = (visit: Visit, span: Span) => fit(visit, span) && PLAUSIBLE + nearTo(visit, span);
  const timed = judge(spansNamed(seen, { isWanted, fit: byTime }), undefined);
  return problemsIn(timed) > problemsIn(best) ? best : timed;
}

/** Returns a function that says how near a span began to the moment when a request was sent, from 0 to 1. */
function nearnessBetween(visits: readonly Visit[], spans: readonly Span[]): (visit: Visit, span: Span) => number {
  const ahead = clockDifference(
    visits.map((visit) => visit.sent),
    spans.map((span) => span.start),
  );
  return (visit, span) => nearness(visit.sent + ahead - span.start);
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
  const together = spans.flatMap((span, index): Beside[] => {
    const own = inOwn[index] ?? [];
    const others = span && (own.length > 0 ? own : ofTrace.get(span.traceId));
    const other = others?.find((one) => one !== span);
    return span && other ? [[span, other]] : [];
  });
  const second = together[0]?.[1];
  if (second) return rolledTwice(together, wanted) ? undefined : { span: second, isApart: false };
  const isNoRoll = (span: Span) => !Number.isInteger(wanted.valueOf(span));
  const span = inOwn.some((some) => some.length > 0)
    ? betweenEach(spans, apart)
    : (betweenEach(spans, apart.filter(isNoRoll)) ??
      besideOf(visits, { spans, apart, wanted }) ??
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

/** The span of a roll, and another one of the same call or moment. */
type Beside = readonly [span: Span, other: Span];

/**
 * Returns how often the other value was the same after the same value, and how often not. A second span of one roll has
 * a value that follows from the roll. A second roll of the code has any value.
 */
function agreementOf(pairs: readonly Beside[], { valueOf }: Wanted): { same: number; differs: number } {
  const others = new Map<AttributeValue | undefined, AttributeValue | undefined>();
  const repeated = pairs.flatMap(([span, other]) => {
    const [value, second] = [valueOf(span), valueOf(other)];
    if (others.has(value)) return [others.get(value) === second];
    others.set(value, second);
    return [];
  });
  const same = repeated.filter(Boolean).length;
  return { same, differs: repeated.length - same };
}

/** Returns whether the code rolls twice in a request, with a span for each roll. That is right work. */
const rolledTwice = (pairs: readonly Beside[], wanted: Wanted): boolean =>
  pairs.every(([, other]) => Number.isInteger(wanted.valueOf(other))) && agreementOf(pairs, wanted).differs > 0;

/**
 * Milliseconds between the starts of two spans that one call of doRoll() makes. The SDK rounds the start of a root span
 * to a millisecond. Two requests are further apart.
 */
const MOMENT = 1;

/** By chance, the second of two rolls is the same this often after the same first, and never another, once in 1300. */
const NO_CHANCE = 4;

/**
 * Returns a second span that began at the moment of the span of a roll, if more than half of the rolls have one and its
 * value follows from the roll. A visitor may roll at such a moment now and then, but not so often.
 */
function besideOf(visits: readonly Visit[], { apart, wanted }: Apart): Span | undefined {
  const { isAnswer } = wanted;
  const moments = momentsOf(apart).filter((moment) => moment.length > 1);
  const nearTo = nearnessBetween(
    visits,
    moments.flatMap(([first]) => first ?? []),
  );
  const fit = (visit: Visit, moment: readonly Span[]): number =>
    Math.max(...moment.map((span) => (isAnswer(visit, span) ? PLAUSIBLE + nearTo(visit, span) : 0)));
  const ofVisits = pairInOrder(visits, moments, fit);
  const pairs = visits.flatMap((visit, index): Beside[] => {
    const span = ofVisits[index]?.find((one) => isAnswer(visit, one));
    const other = ofVisits[index]?.find((one) => one !== span);
    return span && other ? [[span, other]] : [];
  });
  if (pairs.length < 3 || pairs.length <= visits.length / 2) return undefined;
  const { same, differs } = agreementOf(pairs, wanted);
  return differs === 0 && same >= NO_CHANCE ? pairs[0]?.[1] : undefined;
}

/** Groups spans that began at the same moment. @param spans in the order of their start */
function momentsOf(spans: readonly Span[]): Span[][] {
  const moments: Span[][] = [];
  for (const span of spans) {
    const last = moments.at(-1);
    if (last && span.start - (last.at(-1)?.start ?? 0) <= MOMENT) last.push(span);
    else moments.push([span]);
  }
  return moments;
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
