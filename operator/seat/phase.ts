// A phase is one step in the reconcile of a seat. The controller runs all phases in order.
import type { SeatContext } from './context.ts';
import type { PhaseResult } from './phase-result.ts';

export interface Phase<Context extends SeatContext = SeatContext> {
  /** Type of the condition that reports a problem of this phase. */
  readonly condition: 'Provisioned' | 'Access' | 'Ready';
  /** True if this phase runs even after an earlier phase had a problem. The context then contains the problem. */
  readonly runsAfterProblem?: true;
  /**
   * Runs the phase. If it fails with an error for which the phase has no condition reason, the promise rejects with
   * this error.
   */
  reconcile(context: Context): Promise<PhaseResult>;
}
