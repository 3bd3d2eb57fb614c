// Turns the windows of a check into its finding about the histogram. It is met only if they prove that dice records
// what it rolls.
import { finding, unknown } from '../../engine/findings.ts';
import type { Finding } from '../../engine/findings.ts';
import { fitsOnly, HISTOGRAM, texts, wrongValues } from './metrics.ts';
import type { Comparison } from './metrics.ts';
import type { Evidence } from './windows.ts';

/**
 * Returns the finding about the histogram.
 * @param evidence what the windows say, or undefined if dice sends its numbers only at intervals
 * @param comparison all rolls, in one go
 */
export function proofOf(evidence: Evidence | undefined, comparison: Comparison): Finding {
  if (!evidence) return fitsOnly(comparison) ? finding(texts.histogram, undefined) : undecided(NO_FLUSH);
  const { wrong, isEnough } = evidence;
  if (wrong?.growth) return finding(texts.histogram, wrongValues(wrong.rolls, wrong.growth));
  return isEnough ? finding(texts.histogram, undefined) : undecided(whyNot(evidence));
}

export type Reason = Pick<Finding, 'found' | 'hint'>;

export const undecided = (reason: Reason): Finding => ({ ...unknown(texts.histogram), ...reason });

export const TOO_EARLY: Reason = {
  found: `not all values of ${HISTOGRAM} yet`,
  hint: 'Check again. If it says so again: see on Explore, under Metrics, whether new values arrive.',
};

const NO_FLUSH: Reason = {
  found: `${HISTOGRAM} has a sum that fits the rolls, and fits wrong values as well`,
  hint:
    'Dice does not send its metrics when the check asks for them, so rolls of others are among them. Set ' +
    'OTEL_METRIC_EXPORT_INTERVAL=2000, lower the load, and check again.',
};

/** Returns why the windows are too few. */
function whyNot({ windows, clean }: Evidence): Reason {
  const count = windows.reduce((sum, { growth }) => sum + (growth?.count ?? 0), 0);
  const rolls = windows.reduce((sum, window) => sum + window.rolls.length, 0);
  if (count === 0) return NOTHING;
  if (clean.length > 0)
    return {
      found: `others rolled in ${windows.length - clean.length} of ${windows.length} times in which the check rolled`,
      hint: 'Too few rolls of the check stand alone. Others rolled meanwhile: lower the load, and check again.',
    };
  return {
    found: `${HISTOGRAM} got ${count} values in ${rolls} rolls of the check`,
    hint: 'Does each roll call record(result) once? If so, others rolled each time: lower the load, and check again.',
  };
}

const NOTHING: Reason = {
  found: `no values of ${HISTOGRAM} from the last rolls of the check, after others had arrived`,
  hint: 'Has dice restarted meanwhile? Wait until its pod runs, and check again.',
};
