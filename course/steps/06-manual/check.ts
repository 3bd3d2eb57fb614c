// The check of step 6. It rolls several times. It passes if each roll has a span do_roll, made by the learner's code,
// whose attribute roll.value is what dice answered.
import type { AttributeValue } from '../../../otlp/attributes.ts';
import type { Span } from '../../../otlp/traces.ts';
import { byLibrary, checkOfRequests, named, neverEnded } from '../../engine/check.ts';
import type { Live, Look } from '../../engine/check.ts';
import { explained, finding, unknown, unmet } from '../../engine/findings.ts';
import type { Problem } from '../../engine/findings.ts';
import { renameHint } from '../../engine/names.ts';
import { findingsOfPairs, judgePairs, PLAUSIBLE, severalSpans } from '../../engine/observation.ts';
import type { Extra, Seen, Spans, Visit } from '../../engine/observation.ts';
import { answeredValues, failedVisit, rollMatcher } from '../../engine/answers.ts';

/** Two independent rolls agree twelve times in a row once in two billion. */
const PATHS = Array.from({ length: 12 }, () => '/rolldice');

const texts = {
  span: 'a span do_roll for each roll, started by your own tracer',
  integer: 'its attribute roll.value, an integer',
  value: 'roll.value to be what dice answered, in each roll',
};

export const check = checkOfRequests(PATHS, judge, { expected: texts.span, hint: neverEnded, searches: true });

export const live: Live = { paths: /^\/rolldice$/ };

export function judge(seen: Seen): Pick<Look, 'findings' | 'traceId'> & { certain?: true } {
  const broken = failedVisit(seen.visits);
  if (broken) return { findings: [broken], certain: true };
  const isRoll = rollMatcher(seen.visits);
  const isAnswer = (visit: Visit, span: Span): boolean => isRoll(visit, valueOf(span));
  const fit = (visit: Visit, span: Span): number => PLAUSIBLE + Number(isAnswer(visit, span));
  return judgePairs(seen, { isWanted, fit, valueOf, isAnswer }, (...made) => judgeSpans(seen, ...made));
}

const isWanted = ({ name }: Span): boolean => name === 'do_roll';
const valueOf = ({ attributes }: Span): AttributeValue | undefined => attributes['roll.value'];

function judgeSpans(seen: Seen, spans: Spans, extra: Extra | undefined): Pick<Look, 'findings' | 'traceId'> {
  const all = spans.filter((span) => span !== undefined);
  const made = troubleWithSpans(seen, spans);
  if (all.length === 0)
    return { findings: made ? [unmet(texts.span, made), unknown(texts.integer), unknown(texts.value)] : [] };
  const traceId = all[0]?.traceId;
  if (extra) {
    const several = made ?? severalSpans(extra, ONE);
    return { findings: [unmet(texts.span, several), unknown(texts.integer), unknown(texts.value)], traceId };
  }
  const integer = troubleWithTypes(all, elsewhere(seen));
  const paired = findingsOfPairs(seen, spans);
  // While spans are missing, it is not known which roll a span belongs to.
  const value = integer || made ? unknown(texts.value) : paired(texts.value, troubleWithValues(seen.visits, spans));
  return { findings: [finding(texts.span, made), finding(texts.integer, integer), value], traceId };
}

const ONE = {
  id: '06-manual/several',
  hint: 'Start one span in each call of doRoll(), and set the attribute on that one.',
} as const;

/** Returns what is wrong with the spans do_roll, or undefined if each roll has one, or if nothing has arrived. */
function troubleWithSpans({ visits, strays, sampler }: Seen, spans: Spans): Problem | undefined {
  const library = spans.find((span) => span && byLibrary(span));
  if (library)
    return {
      id: '06-manual/by-library',
      found: `a span of ${library.scope}`,
      hint: 'Acquire a tracer with trace.getTracer(…), and start the span with it.',
      traceId: library.traceId,
    };
  const missing = spans.filter((span) => span === undefined).length;
  if (missing === 0) return undefined;
  if (missing < spans.length) return someMissing(missing, spans.length, sampler);
  const own = visits.flatMap((visit) => visit.spans);
  const others = [...own, ...strays];
  // A sampler keeps or drops a trace as a whole, so it does not explain a span that is missing among others.
  return others.length > 0 ? noneOf(others, own.length > 0 ? undefined : sampler) : undefined;
}

const someMissing = (missing: number, all: number, sampler: string | undefined): Problem => ({
  id: sampler === undefined ? '06-manual/some-missing' : 'telemetry/sampled',
  found: `no do_roll for ${missing} of ${all} rolls`,
  hint:
    sampler ??
    'Start it in each call of doRoll(), and end it on each way out. A span that is never ended is never sent.',
});

function noneOf(others: readonly Span[], sampler: string | undefined): Problem {
  const own = others.filter((span) => !byLibrary(span)).map(({ name }) => name);
  const found = [...new Set(others.map(named))].join(', ');
  const reason = explained('06-manual/span-name', renameHint('do_roll', own)) ??
    explained('telemetry/sampled', sampler) ?? { id: '06-manual/no-span', hint: guessOf(others) };
  return { found, ...reason, ...traceOf(others[0]) };
}

const guessOf = (others: readonly Span[]): string =>
  others.some(byLibrary)
    ? "The libraries' spans are there. Start one of your own in doRoll(): " +
      "tracer.startActiveSpan('do_roll', …), and end it: a span that is never ended is never sent."
    : 'Is it called do_roll, and is it ended? A span that is never ended is never sent.';

const traceOf = (span: Span | undefined): Pick<Problem, 'traceId'> => (span ? { traceId: span.traceId } : {});

/** Returns a span with the attribute roll.value that is no do_roll. */
const elsewhere = ({ visits, strays }: Seen): Span | undefined =>
  [...visits.flatMap(({ spans }) => spans), ...strays].find((span) => !isWanted(span) && valueOf(span) !== undefined);

/** @param other a span with the value that is no do_roll */
function troubleWithTypes(spans: readonly Span[], other: Span | undefined): Problem | undefined {
  const bad = spans.find(({ attributes }) => !Number.isInteger(attributes['roll.value']));
  if (!bad) return undefined;
  const { 'roll.value': value } = bad.attributes;
  if (value === undefined && other)
    return {
      id: '06-manual/value-elsewhere',
      found: `roll.value on another span: ${named(other)}`,
      hint: "Set it on do_roll itself: span.setAttribute('roll.value', result), with the span that you have started.",
      traceId: other.traceId,
    };
  if (value === undefined) return { ...withoutValue(bad), traceId: bad.traceId };
  return {
    id: '06-manual/value-type',
    found: `${kindOf(value)} ${JSON.stringify(value)}`,
    hint: hintFor(value),
    traceId: bad.traceId,
  };
}

function withoutValue(span: Span): Problem {
  const rename = renameHint('roll.value', Object.keys(span.attributes));
  return {
    id: rename === undefined ? '06-manual/no-value' : '06-manual/value-name',
    found: attributesOf(span),
    hint:
      rename ??
      "Call span.setAttribute('roll.value', result) before span.end(): an ended span takes no more. " +
        'The value is a plain number: a BigInt or an object is no attribute.',
  };
}

const hintFor = (value: AttributeValue): string =>
  typeof value === 'number'
    ? 'A roll is a whole number: set the very value that doRoll() gives back, as it is.'
    : `Give the number itself, not a ${typeof value === 'string' ? 'text of it' : typeof value}: ` +
      'attributes have types, and queries rely on them.';

const attributesOf = ({ attributes }: Span): string => {
  const names = Object.keys(attributes).join(', ');
  return names === '' ? 'no attribute on do_roll' : `the attributes ${names}`;
};

const kindOf = (value: AttributeValue): string => (typeof value === 'number' ? 'the double' : `the ${typeof value}`);

function troubleWithValues(visits: readonly Visit[], spans: Spans): Problem | undefined {
  const values = spans.map((span) => span?.attributes['roll.value']);
  const answered = answeredValues(visits, values);
  if (!answered)
    return {
      id: '06-manual/no-number',
      found: `the answer ${visits[0]?.answer.body.slice(0, 80)}`,
      hint: 'Answer with the bare number: response.send(String(doRoll())).',
    };
  const off = values.flatMap((value, index) => (value !== undefined && value !== answered[index] ? [index] : []));
  const [first] = off;
  if (first === undefined) return undefined;
  const shown = JSON.stringify(values[first]);
  return {
    id: '06-manual/value',
    found: `roll.value ${shown} where dice answered ${answered[first]}; so in ${off.length} of ${visits.length} rolls`,
    hint: 'Set the very value that the function gives back: roll once, and use the result for both.',
    ...traceOf(spans[first]),
  };
}
