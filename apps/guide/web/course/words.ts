// The course's states and verdicts in words.
import type { Hop, StepState, Verdict } from '../../contract.ts';

export const stateInWords: Record<StepState, string> = {
  open: 'not started',
  started: 'started',
  passed: 'verified',
  unverified: 'not verified: no check of this lab has recorded it; check it again',
};

/** The sign before a step; its meaning is said in words as well. */
export const signOf: Record<StepState, string> = { open: '○', started: '◐', passed: '✓', unverified: '?' };

const hops: Record<Hop, string> = {
  pod: 'Nothing leaves the pod.',
  collector: 'Nothing comes to the Collector.',
  jaeger: 'Nothing comes to Jaeger.',
  shape: 'Spans come, but not yet of the shape that is asked for.',
};

export function verdictTitle({ passed, hop }: Verdict): string {
  if (passed) return 'Verified.';
  return `Not yet. ${hop ? hops[hop] : ''}`.trim();
}

/** Whether the page that walks the hops can help. */
export function isBrokenHop({ passed, hop }: Verdict): boolean {
  return !passed && hop !== undefined && hop !== 'shape';
}
