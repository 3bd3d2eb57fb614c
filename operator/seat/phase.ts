// A phase of a seat: one step of its reconcile, which the controller runs in order.
import type { SeatContext } from './context.ts';
import type { PhaseResult } from './phase-result.ts';

export interface Phase<Context extends SeatContext = SeatContext> {
  /** The condition that reports a problem of this phase. */
  readonly condition: 'Provisioned' | 'Access' | 'Ready';
  /** Set for a phase that runs even if an earlier one has a problem, which is then in the context. */
  readonly runsAfterProblem?: true;
  /** Rejects with an error that has no specific reason. */
  reconcile(context: Context): Promise<PhaseResult>;
}
