// A phase of a seat: one step of its reconcile. The controller runs the phases in order.
import type { SeatContext } from './context.ts';
import type { PhaseResult } from './phase-result.ts';

export interface Phase<Context extends SeatContext = SeatContext> {
  /** The condition that reports a problem of this phase. */
  readonly condition: 'Provisioned' | 'Access' | 'Ready';
  /** Set if the phase runs even after an earlier phase had a problem. The context then contains that problem. */
  readonly runsAfterProblem?: true;
  /** Runs the phase. The promise rejects for an error that has no specific reason. */
  reconcile(context: Context): Promise<PhaseResult>;
}
