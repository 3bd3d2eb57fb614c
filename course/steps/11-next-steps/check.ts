// The check of step 11. It sends requests to dice, and passes if each is one trace from the guide through dice to the
// Flask app, which is written in Python.
import { ATTR_TELEMETRY_SDK_LANGUAGE } from '@opentelemetry/semantic-conventions';
import type { Span, Trace } from '../../../otlp/traces.ts';
import { failedVisit } from '../../engine/answers.ts';
import { named, neverEnded, NOT_ACTIVE } from '../../engine/check.ts';
import type { AppAnswer, Check, LabView, Live, Settings } from '../../engine/check.ts';
import { allMet, explained, finding, met, unknown, unmet } from '../../engine/findings.ts';
import type { Explained, Finding, Problem } from '../../engine/findings.ts';
import type { Seen, Visit } from '../../engine/observation.ts';
import { propagatorsHint } from '../../engine/propagation.ts';
import { samplerHint, withSampler } from '../../engine/sampling.ts';

const PATHS = ['two', 'languages'].map((word) => `/server_request?param=${word}`);

const texts = {
  dice: "spans of dice in the caller's trace",
  python: 'a SERVER span of the Python SDK in the same trace',
  below: "Flask's span below one of dice's",
  orphans: "no orphan: each span's parent in the trace",
};
const patience = 3_000; // ms within which the spans of Flask arrive

export const live: Live = { paths: /^\/server_request/ };

export const check: Check = async (lab) => {
  const observation = await lab.observe(PATHS);
  const began = lab.now();
  const [sampler, settings] = await Promise.all([samplerHint(lab), lab.settings()]);
  const look = async () => {
    const seen = await observation.look();
    const findings = judge(seen, settings);
    const isLate = isCertain(findings) || (seen.settled && lab.now() - began > patience);
    const certain = findings.length > 0 && isLate;
    const traceId = seen.visits[0]?.answer.traceId;
    if (!certain || allMet(findings)) return { findings, certain, traceId };
    return { findings: withFlask(findings, await troubleWithFlask(lab)), certain, traceId };
  };
  const nothing = { expected: texts.dice, hint: extract, ...explained('telemetry/sampled', sampler) };
  return withSampler(await lab.settle(look, nothing), sampler);
};

/** Whether the findings say that dice did not answer. */
const isCertain = (findings: readonly Finding[]): boolean => findings.some(({ hop }) => hop === 'pod');

/** Explains what is missing by Flask, if Flask does not answer. A dice that asks it then answers with an error. */
function withFlask(findings: readonly Finding[], problem: Problem | undefined): readonly Finding[] {
  if (!problem) return findings;
  const rest = [texts.below, texts.orphans].map(unknown);
  const dice = findings.find(({ text }) => text === texts.dice) ?? unknown(texts.dice);
  return [unmet(texts.python, problem), dice, ...rest];
}

/** Asks Flask itself. @returns why it can't have a span, or undefined if it answers */
async function troubleWithFlask(lab: LabView): Promise<Problem | undefined> {
  const { status, body }: AppAnswer = await lab.ask('/rolldice', 'flask');
  if (status === 200) return undefined;
  if (status > 0)
    return {
      id: '11-next-steps/error-status',
      found: `Flask answers GET /rolldice with status ${status}: ${body.slice(0, 100)}`,
      hint: 'See its log, by kubectl logs.',
    };
  const id = isOff(body) ? '11-next-steps/off' : '11-next-steps/no-answer';
  return { hop: 'pod', id, found: isOff(body) ? 'Flask is switched off' : `Flask: ${body}`, hint: switchOn };
}

/** Returns whether nothing has the name of Flask's Service, which the chart makes only if Flask is on. */
const isOff = (body: string): boolean => /ENOTFOUND|EAI_AGAIN/.test(body);

const switchOn =
  'It is off by default. If npm run up brought your lab up: npm run up -- --set flask.enabled=true. Otherwise: ' +
  'helm upgrade with --reset-then-reuse-values --set flask.enabled=true. In a class, ask your instructor. ' +
  'Its first start takes some seconds.';

/** Judges each request, and returns the findings about the worst one. */
export function judge(seen: Seen, settings: Settings = {}): readonly Finding[] {
  const broken = failedVisit(seen.visits);
  if (broken) return [broken];
  if (seen.strays.length === 0 && seen.visits.every(({ spans, trace }) => spans.length === 0 && !pythonIn(trace)[0]))
    return [];
  const all = seen.visits.map((visit) => judgeVisit(visit, seen.strays));
  const worst = all.find((findings) => !allMet(findings)) ?? all[0] ?? [];
  return withPropagators(worst, explained('settings/propagators', propagatorsHint(settings)));
}

/** Explains by the propagators what is missing, because no code takes over or hands on a context without them. */
function withPropagators(findings: readonly Finding[], why: Explained | undefined): readonly Finding[] {
  if (!why) return findings;
  const explains = ({ state, text }: Finding) => state === 'unmet' && [texts.dice, texts.python].includes(text);
  return findings.map((one) => (explains(one) ? { ...one, ...why } : one));
}

const pythonIn = (trace: Trace | undefined): Span[] =>
  (trace?.spans ?? []).filter(({ resource }) => resource[ATTR_TELEMETRY_SDK_LANGUAGE] === 'python');

function judgeVisit({ trace, spans }: Visit, strays: readonly Span[]): Finding[] {
  const dice = finding(texts.dice, spans.length > 0 ? undefined : troubleWithDice(strays));
  if (!trace) return [dice, ...[texts.python, texts.below, texts.orphans].map(unknown)];
  const servers = pythonIn(trace).filter(({ kind }) => kind === 'server');
  if (servers.length === 0)
    return [dice, unmet(texts.python, noServerSpan(trace)), unknown(texts.below), unknown(texts.orphans)];
  return [dice, met(texts.python), below(trace, servers, spans), orphansIn(trace)];
}

const extract =
  'Dice has to continue the trace of its caller, as in step 8: ' +
  'propagation.extract(context.active(), request.headers) gives its context.';

function troubleWithDice([stray]: readonly Span[]): Problem {
  if (!stray) return { id: 'telemetry/none', found: 'none', hint: neverEnded };
  return {
    id: '11-next-steps/own-trace',
    found: `${named(stray)} in a trace of its own`,
    hint: extract,
    traceId: stray.traceId,
  };
}

function noServerSpan(trace: Trace): Problem {
  const { services, traceId } = trace;
  const python = pythonIn(trace);
  if (python.length > 0)
    return {
      id: '11-next-steps/no-server-span',
      found: python.map(named).join(', '),
      hint: 'opentelemetry-instrument brings the library for Flask: start the app with it.',
      traceId,
    };
  return {
    id: '11-next-steps/no-spans',
    found: `spans of ${services.join(', ')}`,
    hint:
      'Does dice ask Flask in /server_request? If it does, the request carries no traceparent of this trace: ' +
      `propagation.inject(context.active(), headers) before it is made, within the span. ${NOT_ACTIVE}`,
    traceId,
  };
}

/** Judges where Flask's span is. If its parent is missing, the finding about orphans says so. */
function below(trace: Trace, servers: readonly Span[], dice: readonly Span[]): Finding {
  const ids = new Set(dice.map(({ spanId }) => spanId));
  const parents = new Map(trace.spans.map((span) => [span.spanId, span]));
  const isBelow = (span: Span | undefined, left = trace.spans.length): boolean =>
    span?.parentSpanId !== undefined &&
    left > 0 &&
    (ids.has(span.parentSpanId) || isBelow(parents.get(span.parentSpanId), left - 1));
  if (servers.some((span) => isBelow(span))) return met(texts.below);
  if (ids.size === 0 || servers.every(({ orphan }) => orphan)) return unknown(texts.below);
  return unmet(texts.below, {
    id: '11-next-steps/beside',
    found: "Flask's span beside those of dice",
    hint: "Inject the context of your span, not the caller's: ask within startActiveSpan, and inject context.active().",
    traceId: trace.traceId,
  });
}

function orphansIn({ spans, traceId }: Trace): Finding {
  const orphans = spans.filter(({ orphan }) => orphan);
  if (orphans.length === 0) return met(texts.orphans);
  return unmet(texts.orphans, {
    id: '11-next-steps/orphans',
    found: orphans.map(named).join(', '),
    hint:
      'Is the context that you inject that of a span that ends? End every span that you start. Or some spans are ' +
      'still on their way: wait a moment, and check again.',
    traceId,
  });
}
