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

/** Headlines say where the problem is, and no more: the lines below them say what was found. */
const hops: Record<VerdictHop, string> = {
  pod: 'The problem is in dice.',
  collector: 'The problem is at the Collector.',
  jaeger: 'The problem is at Jaeger.',
  shape: 'One thing is still different.',
};

/** @param isQuiz whether the step asks questions, so that the verdict is about the answers to them */
export function verdictTitle(verdict: Verdict, isQuiz: boolean): string {
  if (verdict.passed) return 'Verified.';
  return `Not yet. ${isQuiz && verdict.hop === 'shape' ? 'An answer is missing or different.' : hops[verdict.hop]}`;
}

/**
 * Returns whether a check failed because a hop from dice on is broken. Then the page "Why is there no telemetry?" can
 * help.
 */
export const isBrokenHop = (verdict: Verdict): boolean => !verdict.passed && verdict.hop !== 'shape';
