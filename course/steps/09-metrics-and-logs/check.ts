// The check of step 9. It makes known rolls, and compares dice's counter and histogram before and after. It also looks
// for a line of dice's log with the ids of its trace and span.
import { randomBytes } from 'node:crypto';
import { refusedValues } from '../../../apps/telemetry/environment.ts';
import { mistakesIn } from '../../../apps/telemetry/mistakes.ts';
import { numberIn } from '../../../apps/telemetry/numbers.ts';
import { answeredValues, failedVisit } from '../../engine/answers.ts';
import type { Check, LabView, Look } from '../../engine/check.ts';
import { finding, unknown, unmet } from '../../engine/findings.ts';
import type { Finding, Problem } from '../../engine/findings.ts';
import type { Observation, Seen, Visit } from '../../engine/observation.ts';
import { propagatorsHint } from '../../engine/propagation.ts';
import { samplerHint, withSampler } from '../../engine/sampling.ts';
import { comparisonOf, exportsIn, judgeMetrics, ofNewestProcess } from './metrics.ts';
import type { Export } from './metrics.ts';
import { verbosityHint } from './verbosity.ts';

/**
 * Dice of a million sides add more to a histogram than all rolls of visitors together. The last roll is one of them, so
 * that no small roll can take its place.
 */
const ROLLS = ['?sides=1000000', '', '?sides=1000000', '', '?sides=1000000'].map((query) => `/rolldice${query}`);
const longest = 40_000; // ms that a check waits for a metric

const texts = {
  line: "the parameter of /server_request in dice's log",
  ids: 'trace_id and span_id in that line',
  span: "the line's span, in the trace of the request",
};

export const check: Check = async (lab) => {
  const settings = await lab.settings();
  const interval = Math.min(numberIn(settings, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000), longest);
  const back = interval + 10_000;
  const before = exportsIn(await lab.collectorLog(back));
  const words = [0, 1].map(() => `find-me-${randomBytes(4).toString('hex')}`);
  const observation = await lab.observe([...ROLLS, ...words.map((word) => `/server_request?param=${word}`)]);
  const slow = (await lab.flush()) ? 0 : interval;
  const { within, reason } = await lab.arrival();
  const every = `metrics leave every ${slow / 1_000} s (OTEL_METRIC_EXPORT_INTERVAL: set it to 2000)`;
  const reasons = [slow > 0 && every, reason];
  const prefersDelta = /^(delta|lowmemory)$/i.test(settings['OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE'] ?? '');
  const [notSent, doubtful] = [exporterHint(settings), doubtfulSetting(settings)];
  const patience = slow + within + 2_000;
  const sampler = await samplerHint(lab);
  const unprinted = verbosityHint((await lab.files().catch(() => undefined))?.['collector.yaml'] ?? '');
  const about = { reasons, unprinted, notSent, doubtful, sampler, propagators: propagatorsHint(settings) };
  const options = { observation, before, back, patience, prefersDelta, ...about };
  const test = new SignalTest(lab, options);
  const hint = sampler ?? 'Is the new code running? Press Run, and wait until the new pod runs.';
  const nothing = { expected: 'a trace of a request', hint };
  return withSampler(await lab.settle(() => test.look(), nothing, patience + 1_000), sampler);
};

type Settings = Readonly<Record<string, string | undefined>>;

/** Returns the hint for metrics that the settings keep from the Collector, or undefined if they send them. */
function exporterHint({ OTEL_METRICS_EXPORTER: names = 'otlp' }: Settings): string | undefined {
  if (names.split(',').some((name) => name.trim() === 'otlp')) return undefined;
  return `OTEL_METRICS_EXPORTER is ${names}: name otlp in settings.env, so that metrics leave dice. Then Run.`;
}

/** Returns a sentence on a setting of metrics that makes no sense, or an empty text. */
function doubtfulSetting(settings: Settings): string {
  const mistakes = [...refusedValues(settings), ...mistakesIn(settings)];
  const mistake = mistakes.find(({ names: [name] }) => /^OTEL_(EXPORTER_OTLP_)?METRIC/.test(name ?? ''));
  return mistake ? `${mistake.says}. ${mistake.todo} ` : '';
}

interface TestOptions {
  readonly observation: Observation;
  /** The exports in the Collector's log before the rolls. */
  readonly before: readonly Export[];
  /** Milliseconds from the rolls after which all metrics have arrived. */
  readonly patience: number;
  /** Whether the settings ask for delta temporality. */
  readonly prefersDelta: boolean;
  /** Why no metrics leave dice, if the settings say so. */
  readonly notSent: string | undefined;
  /** Why the Collector prints no metrics, by collector.yaml, as a sentence with a blank behind it. */
  readonly unprinted: string;
  /** What a setting of metrics has that makes no sense, as a sentence with a blank behind it. */
  readonly doubtful: string;
  /** What delays metrics, in words. */
  readonly reasons: readonly (string | false)[];
  /** How far back before the check to read the Collector's log, in milliseconds. */
  readonly back: number;
  /** What to do about propagators that ignore the caller's context. */
  readonly propagators: string | undefined;
  /** What to do about the samplers that drop traces, if there are any. */
  readonly sampler: string | undefined;
}

class SignalTest {
  readonly #lab: LabView;
  readonly #options: TestOptions;
  readonly #rolledAt = Date.now();
  /** The exports from before the rolls, and those since then, by their keys. */
  readonly #known: Set<string>;
  readonly #newer = new Set<string>();
  /** The key of the newest export at the look before. */
  #newest: string | undefined;

  constructor(lab: LabView, options: TestOptions) {
    this.#lab = lab;
    this.#options = options;
    this.#known = new Set(options.before.map(({ key }) => key));
  }

  async look(): Promise<Look> {
    const seen = { ...(await this.#options.observation.look()), sampler: this.#options.sampler };
    const broken = failedVisit(seen.visits.filter(({ path }) => !path.includes('sides')));
    if (broken) return { findings: [broken], certain: true };
    const now = this.#options.notSent
      ? []
      : ofNewestProcess(exportsIn(await this.#lab.collectorLog(this.#options.back)));
    const isFinal = this.#isFinal(now.at(-1), seen);
    const comparison = comparisonOf(rollsIn(seen.visits), { ...this.#options, now });
    const metrics = judgeMetrics(comparison).map((one) => (comparison.after ? one : this.#explained(one)));
    const log = await this.#lab.podLog('dice');
    const findings = [...metrics, ...judgeLog({ ...seen, propagators: this.#options.propagators }, log)];
    return { findings, certain: isFinal && seen.settled, traceId: seen.visits.at(-1)?.answer.traceId };
  }

  /**
   * Returns whether dice made this export after the rolls, so that its numbers are final. Dice's clock says so, in the
   * export and in the spans of the rolls. Otherwise it is the second new export, or time is up. An export that two
   * looks find the same is in the log as a whole. Nothing comes if the settings say so.
   */
  #isFinal(after: Export | undefined, seen: Seen): boolean {
    if (this.#options.notSent || Date.now() - this.#rolledAt > this.#options.patience) return true;
    if (!after) return false;
    const isWhole = after.key === this.#newest;
    this.#newest = after.key;
    if (!this.#known.has(after.key)) this.#newer.add(after.key);
    const rolled = lastEnd(seen);
    const isLater = rolled !== undefined && after.at !== undefined ? after.at > rolled : this.#newer.size > 1;
    return isWhole && isLater;
  }

  /** Adds what may keep all metrics from the Collector's log. */
  #explained(metric: Finding): Finding {
    const reasons = this.#options.reasons.filter(Boolean);
    const slow = reasons.length === 0 ? '' : `Or is it too early: ${reasons.join(', and ')}? `;
    const { notSent, doubtful, unprinted } = this.#options;
    const hint = notSent ?? `${doubtful}${unprinted}${slow}${metric.hint ?? ''}`;
    return { ...metric, hint };
  }
}

/**
 * Returns when the last span of the requests ended, by dice's clock. It is unknown while the spans of the last request
 * are missing.
 */
function lastEnd({ visits, strays }: Seen): number | undefined {
  const own = visits.at(-1)?.spans ?? [];
  const last = own.length > 0 || strays.length < visits.length ? own : strays;
  const ends = last.map(({ start, duration }) => start + duration);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

function rollsIn(visits: readonly Visit[]): number[] {
  const rolled = visits.filter(({ path, answer }) => path.startsWith('/rolldice') && answer.status === 200);
  return answeredValues(rolled, []) ?? [];
}

/** What the requests left, and what the settings say of it. */
interface Evidence extends Seen {
  /** What to do about propagators that ignore the caller's context. */
  readonly propagators?: string | undefined;
}

/** Judges the lines that dice logged for the requests. */
export function judgeLog(seen: Evidence, log: string): Finding[] {
  const asked = seen.visits.filter(({ path }) => path.includes('param='));
  const lines = asked.map((visit) => ({ visit, line: lineOf(visit, log) }));
  if (lines.some(({ line }) => line === undefined))
    return [unmet(texts.line, noLine), unknown(texts.ids), unknown(texts.span)];
  const ids = lines.map(({ visit, line = '' }) => ({ visit, line, ids: idsIn(line) }));
  const bare = ids.find((one) => one.ids === undefined);
  if (bare)
    return [finding(texts.line, undefined), unmet(texts.ids, noIds(bare.line, bare.visit, log)), unknown(texts.span)];
  const trouble = ids.map(({ visit, ids: found }) => found && troubleWithIds(visit, found, seen)).find(Boolean);
  return [finding(texts.line, undefined), finding(texts.ids, undefined), finding(texts.span, trouble)];
}

const lineOf = ({ path }: Visit, log: string): string | undefined =>
  log.split('\n').find((text) => text.includes(path.split('param=')[1] ?? path));

const noLine: Problem = {
  found: 'no such line',
  hint: "Call log.info(request.query.param), as the deck's print does.",
};

const noIds = (line: string, { answer }: Visit, log: string): Problem => ({
  found: line.slice(0, 200),
  traceId: answer.traceId,
  hint: namesHint(line) ?? (hasIds(log) ? outside : noMixin),
});

/** Returns whether any line of the log has ids. Then the logger adds them to each line within a span. */
const hasIds = (log: string): boolean => log.split('\n').some((line) => idsIn(line) !== undefined);

const MOVE = 'move log.info(…) into the function that startActiveSpan calls, because outside of it no span is active.';

const outside =
  'Other lines have both ids, so your mixin works, and this line is not written within your span: ' + MOVE;

/**
 * Names the likelier of two causes first: the code of the step before writes the line within its span, and has no
 * mixin. The log does not tell them apart.
 */
const noMixin =
  'Does your logger have a mixin? pino({ mixin }) calls it for each line: let it return the ids of ' +
  'trace.getActiveSpan()?.spanContext(). If it does already, the line is not written within your span: ' +
  MOVE;

/** Returns what to do about a line that has ids in fields of other names, or only one of them. */
function namesHint(line: string): string | undefined {
  const names = [...line.matchAll(/"([\w.-]+)"\s*:\s*"(?:[0-9a-f]{16}){1,2}"/gi)].map(([, name]) => name);
  if (names.length === 0) return undefined;
  return (
    `The line has ${names.join(' and ')}, and it needs two fields, called trace_id and span_id. ` +
    'Let mixin return { trace_id: traceId, span_id: spanId }.'
  );
}

interface Ids {
  readonly trace: string;
  readonly span: string;
}

function troubleWithIds(
  { answer, spans }: Visit,
  { trace, span }: Ids,
  { strays, sampler, propagators }: Evidence,
): Problem | undefined {
  const { traceId } = answer;
  if (trace !== traceId && strays.some(({ spanId }) => spanId === span))
    return {
      found: "the line's span in a trace of its own",
      hint: propagators ?? "The step before: extract the caller's context from the headers.",
      traceId: trace,
    };
  if (trace === traceId && spans.some(({ spanId }) => spanId === span)) return undefined;
  return {
    found: `no span ${span} of dice in trace ${trace}`,
    hint:
      (spans.length === 0 ? sampler : undefined) ??
      'Take both ids from the span that is active while the line is written, and end that span.',
    traceId,
  };
}

/** Finds the trace id and the span id in a line of the log, which is JSON. */
function idsIn(line: string): Ids | undefined {
  const trace = /"trace_id"\s*:\s*"([0-9a-f]{32})"/i.exec(line)?.[1];
  const span = /"span_id"\s*:\s*"([0-9a-f]{16})"/i.exec(line)?.[1];
  return trace && span ? { trace, span } : undefined;
}
