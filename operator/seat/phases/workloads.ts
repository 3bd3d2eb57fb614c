// Applies the lab's Deployments, then deletes objects that are no longer part of the lab.
import { keyOf } from '../../../kubernetes/object.ts';
import type { LabContext } from '../context.ts';
import { operatorBinding } from '../objects.ts';
import { DONE, inOrder, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { applyAll, prune } from '../write-objects.ts';

/**
 * Milliseconds until a seat that yields is reconciled again, as short as possible. The seat goes to the end of the work
 * queue.
 */
const YIELD_MS = 1;

/**
 * Lets the operator reconcile other seats once before a new seat creates its first pod. When a class starts, all seats
 * then get their other objects before the first pod starts. Writing these objects is several times as fast while no
 * pods load the API server, and the pods become ready no later.
 */
function yieldToOtherSeats({ memo, options: { stores }, desired }: LabContext): PhaseResult {
  const isNew = !desired.deployments.some((deployment) => stores.Deployment.get(keyOf(deployment)));
  if (memo.hasYielded === true || !isNew) return DONE;
  memo.hasYielded = true;
  return requeueAfter(YIELD_MS, 'YieldToOtherSeats');
}

function pruneObjects(context: LabContext): Promise<PhaseResult> {
  const { seat, options, desired } = context;
  const { quota, limits, guardrails, services, deployments, dice } = desired;
  const binding = operatorBinding(seat, options.operator);
  const all = [binding, quota, limits, ...guardrails, ...services, ...deployments, ...(dice ? [dice] : [])];
  return prune(context, all);
}

export const workloads: Phase<LabContext> = {
  condition: 'Provisioned',
  reconcile: (context) =>
    inOrder(
      () => Promise.resolve(yieldToOtherSeats(context)),
      () => applyAll(context, context.desired.deployments, context.desired.customized),
      () => pruneObjects(context),
    ),
};
