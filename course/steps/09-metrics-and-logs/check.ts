// The check of step 9. It makes known rolls, and compares dice's counter and histogram before and after. If all is as
// it should be, it makes a few rolls more that prove it, whoever else rolls. It also looks for the log record of a
// request that belongs to its span, or for a line of dice's log with the ids of that span.
import { randomBytes } from 'node:crypto';
import { refusedValues } from '../../../apps/telemetry/environment.ts';
import { mistakesIn } from '../../../apps/telemetry/mistakes.ts';
import { numberIn } from '../../../apps/telemetry/numbers.ts';
import { gapIn } from '../../../apps/guide/server/lab/delivery.ts';
import { failedVisit } from '../../engine/answers.ts';
import type { Check, LabView, Look } from '../../engine/check.ts';
import { allMet, explained } from '../../engine/findings.ts';
import type { Explained, Finding } from '../../engine/findings.ts';
import { explainedBy, logsGap } from '../../engine/log-events.ts';
import type { Observation, Seen, Visit } from '../../engine/observation.ts';
import { propagatorsHint } from '../../engine/propagation.ts';
import { samplerHint, withSampler } from '../../engine/sampling.ts';
import { judgeLogs } from './logs.ts';
import { judgeMetrics, ofNewestProcess, reportedSince, texts, timeOf } from './metrics.ts';
import type { Comparison, Totals } from './metrics.ts';
import { proofOf, TOO_EARLY, undecided } from './proof.ts';
import { lastEnd, rolledIn, rollsIn } from './rolls.ts';
import { Windows } from './windows.ts';

export { live } from './live.ts';

/**
 * Dice of a million sides add more to a histogram than all rolls of visitors together. The last roll is one of them, so
 * that no small roll can take its place.
 */
const ROLLS = ['?sides=1000000', '', '?sides=1000000', '', '?sides=1000000'].map((query) => `/rolldice${query}`);
/**
 * More rolls, for a dice that sends its numbers only at intervals. They outweigh those of others meanwhile. They are an
 * odd number, so that 7 minus each roll never has their sum.
 */
const MORE = [...Array.from({ length: 20 }, () => '/rolldice'), ...ROLLS];
const longest = 40_000; // ms that a check waits for a metric
const PROOF = { longest: 15_000, end: 45_000 }; // ms for windows, and from the check's start

export const check: Check = async (lab) => {
  const settings = await lab.settings();
  const begun = Date.now();
  const interval = Math.min(numberIn(settings, 'OTEL_METRIC_EXPORT_INTERVAL', 60_000), longest);
  const start = { ...(await numbersBefore(lab)), lostBefore: lab.lostPoints() };
  const words = [0, 1].map(() => `find-me-${randomBytes(4).toString('hex')}`);
  const rolls = start.isFlushed ? ROLLS : MORE;
  const observation = await lab.observe([...rolls, ...words.map((word) => `/server_request?param=${word}`)]);
  const slow = (await lab.flush()) ? 0 : interval;
  const { within, reason } = await lab.arrival();
  const every = `metrics leave every ${slow / 1_000} s (OTEL_METRIC_EXPORT_INTERVAL: set it to 2000)`;
  const yaml = (await lab.files().catch(() => undefined))?.['collector.yaml'] ?? '';
  const gap = gapIn(settings, yaml, 'metrics');
  const sampler = await samplerHint(lab);
  const about = {
    reasons: [slow > 0 && every, reason],
    gap: gap && explainedBy(gap),
    doubtful: doubtfulSetting(settings),
    sampler,
    logsGap: await logsGap(lab),
    propagators: propagatorsHint(settings),
  };
  const patience = slow + within + 2_000;
  const test = new SignalTest(lab, { begun, observation, ...start, patience, ...about });
  const hint = 'Is the new code running? Press Run, and wait until the new pod runs.';
  const nothing = { expected: 'a trace of a request', hint, ...explained('telemetry/sampled', sampler) };
  return withSampler(await lab.settle(() => test.look(), nothing, patience + 1_000), sampler);
};

/**
 * Makes dice send its numbers, and returns them once they have arrived.
 * @returns `isExact` if dice has no numbers from before the rolls that are still on their way
 */
async function numbersBefore(lab: LabView): Promise<Pick<TestOptions, 'before' | 'isExact' | 'isFlushed'>> {
  const earlier = await lab.totals();
  const flushed = await lab.flush();
  const times = JSON.stringify(ofNewestProcess(earlier).map(({ time }) => time));
  const newer = async () => {
    const totals = await lab.totals();
    return JSON.stringify(ofNewestProcess(totals).map(({ time }) => time)) === times ? undefined : totals;
  };
  const arrived = flushed ? await lab.eventually(newer, 1_000) : undefined;
  // With delta temporality nothing arrives if nothing was measured.
  const hasNothing = ofNewestProcess(earlier).every(({ temporality }) => temporality === 'delta');
  const isExact = flushed && (arrived !== undefined || hasNothing);
  return { before: arrived ?? (await lab.totals()), isExact, isFlushed: flushed };
}

type Settings = Readonly<Record<string, string | undefined>>;

/** Returns a sentence on a setting of metrics that makes no sense, or an empty text. */
function doubtfulSetting(settings: Settings): string {
  const mistakes = [...refusedValues(settings), ...mistakesIn(settings)];
  const mistake = mistakes.find(({ names: [name] }) => /^OTEL_(EXPORTER_OTLP_)?METRIC/.test(name ?? ''));
  return mistake ? `${mistake.says}. ${mistake.todo} ` : '';
}

interface TestOptions {
  /** When the check began, in milliseconds since the epoch. */
  readonly begun: number;
  readonly observation: Pick<Observation, 'look'>;
  /** What the guide had of dice's instruments before the rolls. */
  readonly before: readonly Totals[];
  /** Whether dice had sent all its numbers before the rolls. */
  readonly isExact: boolean;
  /** Whether dice sent its numbers when the check asked for them. */
  readonly isFlushed: boolean;
  /** How many data points the guide had had no room for before the rolls. */
  readonly lostBefore: number;
  /** Milliseconds from the rolls after which all metrics have arrived. */
  readonly patience: number;
  /** What keeps metrics from the guide, and what to do about it, if the learner's files say so. */
  readonly gap: Explained | undefined;
  /** The same for log records. */
  readonly logsGap: Explained | undefined;
  /** What a setting of metrics has that makes no sense, as a sentence with a blank behind it. */
  readonly doubtful: string;
  /** What delays metrics, in words. */
  readonly reasons: readonly (string | false)[];
  /** What to do about propagators that ignore the caller's context. */
  readonly propagators: string | undefined;
  /** What to do about the samplers that drop traces, if there are any. */
  readonly sampler: string | undefined;
}

class SignalTest {
  readonly #lab: LabView;
  readonly #options: TestOptions;
  readonly #rolledAt = Date.now();
  /** What has been reported since the rolls, as text: at the look before, and all that differed. */
  #last = '';
  readonly #seen = new Set<string>();

  constructor(lab: LabView, options: TestOptions) {
    this.#lab = lab;
    this.#options = options;
  }

  async look(): Promise<Look> {
    const { observation, sampler, logsGap: gap, propagators, before, isExact, lostBefore } = this.#options;
    const seen = { ...(await observation.look({ needsRecords: true })), sampler, logsGap: gap, propagators };
    const broken = failedVisit(seen.visits.filter(({ path }) => !path.includes('sides')));
    if (broken) return { findings: [broken], certain: true };
    const after = reportedSince(before, await this.#lab.totals());
    const isFinal = this.#isFinal(after, seen);
    const lost = this.#lab.lostPoints() - lostBefore;
    const log = await this.#lab.podLog('dice');
    const comparison = { rolls: rollsIn(seen.visits), before, after, isExact, lost, log };
    const metrics = judgeMetrics(comparison);
    const explained = after.length > 0 ? metrics : metrics.map((one) => this.#explained(one));
    const findings = [...explained, ...judgeLogs(seen, log)];
    const traceId = seen.visits.at(-1)?.answer.traceId;
    const certain = isFinal && (seen.settled || allMet(findings));
    if (!findings.some(isOpen)) return { findings, certain, traceId };
    const proof = certain ? await this.#proof(comparison, seen.visits) : undecided(TOO_EARLY);
    return { findings: findings.map((one) => (isOpen(one) ? proof : one)), certain, traceId };
  }

  async #proof(comparison: Comparison, visits: readonly Visit[]): Promise<Finding> {
    const windows = new Windows(this.#lab, rolledIn(visits));
    return proofOf(await windows.evidence(PROOF.longest, this.#options.begun + PROOF.end), comparison);
  }

  /**
   * Returns whether dice reported these numbers after the rolls, so that they are final. Dice's clock says so, in the
   * numbers and in the spans of the rolls. Otherwise it is the second report, or time is up. Numbers that two looks
   * find the same are complete. Nothing comes if the learner's files say so.
   */
  #isFinal(after: readonly Totals[], seen: Seen): boolean {
    if (this.#options.gap || Date.now() - this.#rolledAt > this.#options.patience) return true;
    if (after.length === 0) return false;
    const numbers = JSON.stringify(after.map(({ name, time, count, sum }) => [name, time, count, sum]));
    const isComplete = numbers === this.#last;
    this.#last = numbers;
    this.#seen.add(numbers);
    const [rolled, collected] = [lastEnd(seen), timeOf(after)];
    const isLater = rolled !== undefined && collected !== undefined ? collected > rolled : this.#seen.size > 1;
    return isComplete && isLater;
  }

  /** Adds what may keep all metrics from the guide. */
  #explained(metric: Finding): Finding {
    const reasons = this.#options.reasons.filter(Boolean);
    const slow = reasons.length === 0 ? '' : `Or is it too early: ${reasons.join(', and ')}? `;
    const { gap, doubtful } = this.#options;
    return { ...metric, ...(gap ?? { hint: `${doubtful}${slow}${metric.hint ?? ''}` }) };
  }
}

/** Whether the histogram may be right, which is not proven yet. */
const isOpen = ({ text, state }: Finding): boolean => text === texts.histogram && state === 'met';
