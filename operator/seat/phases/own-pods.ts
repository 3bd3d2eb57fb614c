// Ends the attendee's own pods when the seat stops. The attendee's account is already gone then, so nobody creates new
// ones.
import { keyOf } from '../../../kubernetes/object.ts';
import type { Deployment } from '../../../kubernetes/types.ts';
import { isStopped } from '../context.ts';
import type { LabContext } from '../context.ts';
import { endPods } from '../deletion-obstacles.ts';
import { DONE } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';

/** Milliseconds after which a last look finds pods that were created while the attendee's permissions ended. */
const LAST_LOOK_MS = 5000;

/** Whether the Deployments of the lab have no pods, so that all other pods are the attendee's own. */
const hasLabEnded = ({ options: { stores }, desired }: LabContext): boolean =>
  desired.deployments.every((one) => !(stores.Deployment.get(keyOf(one)) as Deployment | undefined)?.status?.replicas);

async function endOwnPods(context: LabContext): Promise<PhaseResult> {
  const { seat, memo, now } = context;
  if (!isStopped(seat)) delete memo.pods;
  if (!isStopped(seat) || memo.pods?.isOver === true || !hasLabEnded(context)) return DONE;
  const arePodsLeft = (await endPods(context)) > 0;
  const goneSince = arePodsLeft ? now : (memo.pods?.goneSince ?? now);
  memo.pods = { goneSince, isOver: now - goneSince >= LAST_LOOK_MS };
  return { type: 'done', findings: { arePodsLeft } };
}

export const ownPods: Phase<LabContext> = { condition: 'Provisioned', reconcile: endOwnPods };
