// The words for states and verdicts.
import type { VerdictHop, StepState, Verdict } from '../../contract.ts';

export const stateInWords: Record<StepState, string> = {
  open: 'not started',
  started: 'started',
  passed: 'verified',
  unverified: 'not verified: no check of this lab has recorded it; check it again',
};

/** The sign of a step. The list also says its meaning in words. */
export const signOf: Record<StepState, string> = { open: '○', started: '◐', passed: '✓', unverified: '?' };

const hops: Record<VerdictHop, string> = {
  pod: 'Nothing leaves the pod.',
  collector: 'Nothing comes to the Collector.',
  jaeger: 'Nothing comes to Jaeger.',
  shape: 'Spans come, but not yet of the shape that is asked for.',
};

export const verdictTitle = (verdict: Verdict): string =>
  verdict.passed ? 'Verified.' : `Not yet. ${hops[verdict.hop]}`;

/** Whether the page "Why is there no trace?" can help. */
export const isBrokenHop = (verdict: Verdict): boolean => !verdict.passed && verdict.hop !== 'shape';
