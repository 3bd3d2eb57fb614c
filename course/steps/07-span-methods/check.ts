// The check of step 7. It rolls dice of several kinds, and one without sides. It passes if the span do_roll of each
// roll has attributes and an event, and if that of a failed roll has an error status and a recorded exception. Events
// and exceptions are events of the span, or log records that dice sends within the span.
import { ATTR_EXCEPTION_MESSAGE, ATTR_EXCEPTION_TYPE } from '@opentelemetry/semantic-conventions';
import type { AttributeValue } from '../../../otlp/attributes.ts';
import type { Span } from '../../../otlp/traces.ts';
import { answeredValues, failedVisit, rollMatcher } from '../../engine/answers.ts';
import { checkOfRequests, neverEnded, NOT_ACTIVE } from '../../engine/check.ts';
import type { Live, Look } from '../../engine/check.ts';
import { finding, met, unknown, unmet } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';
import { eventsInWords, EXCEPTION, isRecord, orRecord, recordElsewhere } from '../../engine/log-events.ts';
import { renameHint } from '../../engine/names.ts';
import { findingsOfPairs, judgePairs, PLAUSIBLE, severalSpans } from '../../engine/observation.ts';
import type { Extra, Seen, Spans, Visit } from '../../engine/observation.ts';

/**
 * The dice that the check rolls. Six rolls of 20 and 100 sides are all below 7 once in a million. A die of one side
 * shows whether rolls begin at 1, whatever chance does.
 */
const DICE = [0, undefined, 20, 100, 1, 0, 100, 20, 100, 100, undefined];
export const PATHS = DICE.map((sides) => (sides === undefined ? '/rolldice' : `/rolldice?sides=${sides}`));

const texts = {
  span: 'a span do_roll for each roll that went well',
  die: 'a die with as many sides as the request names, 6 if it names none',
  value: 'the attribute roll.value on do_roll, the number that dice answered',
  sides: 'the attribute roll.sides on do_roll, the number of sides',
  event: 'an event “rolled” on do_roll, or a log record of that name, with an attribute',
  quiet: 'no error status on a roll that went well',
  answer: 'an answer of 400 to /rolldice?sides=0',
  ended: 'a span do_roll for /rolldice?sides=0 too',
  status: 'status ERROR on the do_roll that failed',
  exception: 'a recorded exception on the do_roll that failed: an event called exception, or a log record of one',
};

export const check = checkOfRequests(PATHS, judge, { expected: texts.span, hint: neverEnded, searches: true });

/** A roll that went well shows nothing of one that fails, and the other way round. */
const [went, failed] = [/^\/rolldice(?!.*sides=0\b)/, /sides=0\b/];

export const live: Live = {
  paths: /^\/rolldice/,
  needs: {
    [texts.span]: went,
    [texts.die]: went,
    [texts.value]: went,
    [texts.sides]: went,
    [texts.event]: went,
    [texts.quiet]: went,
    [texts.answer]: failed,
    [texts.ended]: failed,
    [texts.status]: failed,
    [texts.exception]: failed,
  },
};

const sidesOf = ({ path }: Visit): number => Number(/sides=(\d+)/.exec(path)?.[1] ?? 6);

const hasFailed = ({ status, events }: Span): boolean =>
  status.code === 'error' || events.some(({ name }) => name === EXCEPTION);

/**
 * Returns how well a span fits a roll, apart from what was rolled. The span of a roll that failed is never that of one
 * that went well.
 */
function fit(visit: Visit, span: Span): number {
  const { 'roll.value': value, 'roll.sides': sides } = span.attributes;
  const asked = sidesOf(visit);
  const score = Number(sides ?? NaN) === asked ? PLAUSIBLE + 1 : PLAUSIBLE;
  if (asked === 0) return value === undefined || score > PLAUSIBLE ? score : 0;
  return value === undefined && (hasFailed(span) || sides === 0) ? 0 : score;
}

/** Returns what the check judges. The text doesn't say whether a die of one side can be rolled. */
const withoutRefusals = ({ visits, ...seen }: Seen): Seen => ({
  ...seen,
  visits: visits.filter((visit) => sidesOf(visit) !== 1 || visit.answer.status === 200),
});

export function judge(all: Seen): Pick<Look, 'findings' | 'traceId'> & { certain?: true } {
  const seen = withoutRefusals(all);
  const good = seen.visits.filter((visit) => sidesOf(visit) > 0);
  const broken = failedVisit(seen.visits.filter((visit) => sidesOf(visit) > 0 || visit.answer.status === 0));
  if (broken) return { findings: [broken], certain: true };
  const arrived = seen.strays.length > 0 || seen.visits.some((visit) => visit.spans.length > 0);
  if (!arrived) return { findings: [] };
  const isRoll = rollMatcher(good);
  const isAnswer = (visit: Visit, span: Span): boolean => isRoll(visit, valueOf(span));
  const score = (visit: Visit, span: Span): number =>
    fit(visit, span) && fit(visit, span) + Number(isAnswer(visit, span));
  return judgePairs(seen, { isWanted, fit: score, valueOf, isAnswer }, (...made) => judgeSpans(seen, ...made));
}

const isWanted = ({ name }: Span): boolean => name === 'do_roll';
const valueOf = ({ attributes }: Span): AttributeValue | undefined => attributes['roll.value'];

function judgeSpans(seen: Seen, spans: Spans, extra: Extra | undefined): Pick<Look, 'findings' | 'traceId'> {
  const pairs = seen.visits.map((visit, index) => ({ visit, span: spans[index] }));
  const went = pairs.filter(({ visit }) => sidesOf(visit) > 0);
  const failed = pairs.filter(({ visit }) => sidesOf(visit) === 0);
  const several = extra && severalSpans(extra, ONE);
  const evidence = { paired: findingsOfPairs(seen, spans), seen, several };
  return {
    findings: [...judgeGood(went, evidence), ...judgeFailed(failed, evidence)],
    traceId: spans.findLast(Boolean)?.traceId,
  };
}

interface Pair {
  readonly visit: Visit;
  readonly span: Span | undefined;
}
type Rolled = Pair & { readonly span: Span };

/** What a judgement of pairs depends on. */
interface Evidence {
  readonly paired: ReturnType<typeof findingsOfPairs>;
  readonly seen: Seen;
  /** What is wrong if each request made several spans do_roll. Then it is not known which one a finding is about. */
  readonly several: Problem | undefined;
}

const hasSpan = (pair: Pair): pair is Rolled => pair.span !== undefined;

function judgeGood(pairs: readonly Pair[], { paired, seen, several }: Evidence): Finding[] {
  const rolled = pairs.filter(hasSpan);
  const number = troubleWithNumber(pairs, several, seen);
  if (number) {
    const { die, value, sides, event, quiet } = texts;
    return [unmet(texts.span, number), ...[die, value, sides, event, quiet].map(unknown)];
  }
  const first = (trouble: (roll: Rolled) => Omit<Problem, 'traceId'> | undefined): Problem | undefined =>
    rolled.flatMap((roll) => located(trouble(roll), roll.span))[0];
  return [
    met(texts.span),
    paired(texts.die, troubleWithDie(pairs)),
    paired(texts.value, troubleWithValues(rolled)),
    paired(texts.sides, first(troubleWithSides)),
    finding(
      texts.event,
      first((roll) => troubleWithEvent(roll, seen)),
    ),
    finding(texts.quiet, first(troubleWithStatus)),
  ];
}

/** Returns what is wrong if not each roll that went well has one span. */
function troubleWithNumber(
  pairs: readonly Pair[],
  several: Problem | undefined,
  { sampler }: Seen,
): Problem | undefined {
  const missing = pairs.filter(({ span }) => span === undefined).length;
  if (missing > 0)
    return {
      id: sampler === undefined ? '07-span-methods/no-span' : 'telemetry/sampled',
      found: `no do_roll for ${missing} of ${pairs.length} rolls`,
      hint: sampler ?? 'Start it in each call of doRoll(), and end it: a span that is never ended is never sent.',
    };
  return several;
}

const ONE = {
  id: '07-span-methods/several',
  hint: 'Start one span in each call of doRoll(), and give that one the attributes, the event and the status.',
} as const;

const located = (problem: Omit<Problem, 'traceId'> | undefined, { traceId }: Span): Problem[] =>
  problem ? [{ ...problem, traceId }] : [];

function troubleWithDie(pairs: readonly Pair[]): Problem | undefined {
  const visits = pairs.map(({ visit }) => visit);
  const rolls =
    answeredValues(
      visits,
      pairs.map(({ span }) => span?.attributes['roll.value']),
    ) ?? [];
  const id = '07-span-methods/die';
  if (rolls.length === 0) return { id, found: `the answer ${visits[0]?.answer.body.slice(0, 80)}`, hint: SIDES_HINT };
  if (rolls.every((roll) => roll <= 6))
    return { id, found: `${largeDice(visits, rolls)}: none above 6`, hint: SIDES_HINT };
  const off = rolls.findIndex((roll, index) => !(roll >= 1 && roll <= sidesOf(visits[index] as Visit)));
  if (off < 0) return undefined;
  return {
    id,
    found: `${rolls[off]} as the answer to ${visits[off]?.path}`,
    hint: 'doRoll(sides) gives a whole number from 1 to sides.',
  };
}

const SIDES_HINT =
  'The route takes the number from request.query.sides, and doRoll(sides) rolls a die of that many sides.';

/** Returns the rolls of dice with more than six sides, in words. */
const largeDice = (visits: readonly Visit[], rolls: readonly number[]): string =>
  visits
    .flatMap((visit, index) => (sidesOf(visit) > 6 ? [`${rolls[index]} for sides=${sidesOf(visit)}`] : []))
    .join(', ');

function troubleWithValues(rolled: readonly Rolled[]): Problem | undefined {
  const values = rolled.map(({ span }) => span.attributes['roll.value']);
  const answered =
    answeredValues(
      rolled.map(({ visit }) => visit),
      values,
    ) ?? [];
  const off = values.findIndex((value, index) => typeof value !== 'number' || value !== answered[index]);
  const traceId = rolled[off]?.span.traceId;
  if (off < 0 || traceId === undefined) return undefined;
  const found = values[off] === undefined ? 'no roll.value' : `${typeof values[off]} ${JSON.stringify(values[off])}`;
  const hint = `Keep what the step before asked for: dice answered ${answered[off]}.`;
  return { id: '07-span-methods/value', found, hint, traceId };
}

function troubleWithSides({ visit, span }: Rolled): Problem | undefined {
  const sides = span.attributes['roll.sides'];
  if (sides === sidesOf(visit)) return undefined;
  return {
    id: typeof sides === 'string' ? '07-span-methods/sides-text' : '07-span-methods/no-sides',
    found: `${sides === undefined ? 'no roll.sides' : `${typeof sides} ${JSON.stringify(sides)}`} for ${visit.path}`,
    hint:
      typeof sides === 'string'
        ? 'What a request brings is text: Number(request.query.sides ?? 6) makes it a number.'
        : sidesHint(span),
  };
}

const sidesHint = ({ attributes }: Span): string =>
  renameHint('roll.sides', Object.keys(attributes)) ??
  "Call span.setAttribute('roll.sides', sides), or trace.getActiveSpan()?.setAttribute(…) while the span is active. " +
    NOT_ACTIVE;

function troubleWithEvent({ span: { events } }: Rolled, seen: Seen): Omit<Problem, 'traceId'> | undefined {
  const event = events.find(({ name }) => name === 'rolled');
  if (!event) return withoutEvent(events, seen);
  if (Object.keys(event.attributes).length > 0) return undefined;
  const id = '07-span-methods/event-empty';
  return isRecord(event)
    ? {
        id,
        found: 'the log record, without any attribute',
        hint: "Give it some: emit({ eventName: 'rolled', attributes: { 'roll.value': result } }).",
      }
    : {
        id,
        found: 'the event, without any attribute',
        hint: "Give it a second argument: addEvent('rolled', { 'roll.value': result }).",
      };
}

function withoutEvent(events: Span['events'], seen: Seen): Omit<Problem, 'traceId'> {
  const [elsewhere] = recordElsewhere('rolled', 'do_roll', seen);
  const names = events.map(({ name }) => name);
  const rename = renameHint('rolled', names);
  const id = rename === undefined ? '07-span-methods/no-event' : '07-span-methods/event-name';
  return elsewhere ?? { id, found: eventsIn(events), hint: orRecord(rename ?? EVENT_HINT, seen) };
}

const EVENT_HINT =
  "Call span.addEvent('rolled', { … }) before the span ends, or emit a log record with eventName 'rolled' within it.";

const eventsIn = (events: Span['events']): string => eventsInWords(events) || 'no event on do_roll, and no log record';

const troubleWithStatus = ({ span: { status } }: Rolled): Problem | undefined =>
  status.code === 'error'
    ? {
        id: '07-span-methods/status-always',
        found: 'status error',
        hint: 'Set the status where something fails, and only there.',
      }
    : undefined;

function judgeFailed(pairs: readonly Pair[], { paired, seen, several }: Evidence): Finding[] {
  const { sampler } = seen;
  const answer = finding(texts.answer, troubleWithAnswer(pairs.map(({ visit }) => visit)));
  const spans = pairs.flatMap(({ span }) => (span ? [span] : []));
  if (spans.length < pairs.length) {
    return [
      answer,
      unmet(texts.ended, sampler === undefined ? neverStarted : sampled(sampler)),
      unknown(texts.status),
      unknown(texts.exception),
    ];
  }
  if (several) return [answer, met(texts.ended), unknown(texts.status), unknown(texts.exception)];
  return [
    answer,
    met(texts.ended),
    paired(texts.status, spans.flatMap(troubleWithErrorStatus)[0]),
    paired(texts.exception, spans.flatMap((span) => troubleWithException(span, seen))[0]),
  ];
}

const sampled = (hint: string): Problem => ({ id: 'telemetry/sampled', found: 'no do_roll for such a roll', hint });

const neverStarted: Problem = {
  id: '07-span-methods/no-failed-span',
  found: 'no do_roll for it: it was never started, or never ended',
  hint: 'Let doRoll() throw while its span runs, and end the span also then: finally { span.end(); }.',
};

function troubleWithAnswer(visits: readonly Visit[]): Problem | undefined {
  const off = visits.find(({ answer }) => answer.status !== 400);
  if (!off) return undefined;
  const { status, body, traceId } = off.answer;
  return {
    id: '07-span-methods/answer',
    found: status === 0 ? body : `status ${status}`,
    hint: 'Throw in doRoll() when sides is less than 1, and catch it in the route: response.status(400).send(…).',
    traceId,
  };
}

function troubleWithErrorStatus({ status, attributes, traceId }: Span): Problem[] {
  if (status.code === 'error') return [];
  const set = 'span.setStatus({ code: SpanStatusCode.ERROR, message: … })';
  const hint =
    'error' in attributes
      ? `The status has replaced the deck's attribute error: ${set}.`
      : `Call ${set}: recording an exception does not set it.`;
  return [{ id: '07-span-methods/no-error-status', found: `status ${status.code}`, hint, traceId }];
}

function troubleWithException({ events, traceId }: Span, seen: Seen): Problem[] {
  const exception = events.find(({ name }) => name === EXCEPTION);
  if (!exception) return [{ ...withoutException(events, seen), traceId }];
  if (exception.attributes[ATTR_EXCEPTION_MESSAGE] || exception.attributes[ATTR_EXCEPTION_TYPE]) return [];
  const lacks = 'with neither exception.message nor exception.type';
  const id = '07-span-methods/exception-empty';
  return isRecord(exception)
    ? [{ id, found: `the log record, ${lacks}`, hint: 'Emit it with exception: error, the error itself.', traceId }]
    : [{ id, found: `the event, ${lacks}`, hint: 'Hand recordException the error itself.', traceId }];
}

function withoutException(events: Span['events'], seen: Seen): Omit<Problem, 'traceId'> {
  const [elsewhere] = recordElsewhere(EXCEPTION, 'do_roll', seen);
  const hint = 'Call span.recordException(error) in the catch, or emit a log record with exception: error there.';
  return elsewhere ?? { id: '07-span-methods/no-exception', found: eventsIn(events), hint: orRecord(hint, seen) };
}
