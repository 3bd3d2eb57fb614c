// The texts that the page shows for the states of steps and the results of checks.
import type { VerdictHop, StepState, Verdict } from '../../contract.ts';

export const stateInWords: Record<StepState, string> = {
  open: 'not started',
  started: 'started',
  passed: 'verified',
  unverified: 'not verified: no check of this lab has recorded it; check it again',
};

/** The sign that the list of steps shows for each state. A text next to the sign says the same in words. */
export const signOf: Record<StepState, string> = { open: '○', started: '◐', passed: '✓', unverified: '?' };

const hops: Record<VerdictHop, string> = {
  pod: 'Nothing leaves the pod.',
  collector: 'Nothing comes to the Collector.',
  jaeger: 'Nothing comes to Jaeger.',
  shape: 'Spans come, but not yet of the shape that is asked for.',
};

export const verdictTitle = (verdict: Verdict): string =>
  verdict.passed ? 'Verified.' : `Not yet. ${hops[verdict.hop]}`;

/**
 * Returns whether a check failed because a hop from dice to Jaeger is broken. Then the page "Why is there no trace?"
 * can help.
 */
export const isBrokenHop = (verdict: Verdict): boolean => !verdict.passed && verdict.hop !== 'shape';
