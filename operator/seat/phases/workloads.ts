// Applies the lab's Deployments, then deletes objects that are no longer part of the lab.
import { KINDS } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import type { ConfigMap, Deployment } from '../../../kubernetes/types.ts';
import { OWN } from '../../../lab/names.ts';
import { NAMES } from '../../api/types.ts';
import type { LabContext } from '../context.ts';
import { namespaceOf, operatorBinding } from '../objects.ts';
import { DONE, inOrder, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { isDeployment } from '../types.ts';
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

/** Milliseconds until a seat is reconciled again whose attendee's files the operator has just read. */
const FILES_MS = 1;

/** Whether the live Deployment's pods started with other files of the attendee than the desired one's. */
function hasOtherFiles(desired: Deployment, live: Deployment | undefined): boolean {
  const [one, other] = [desired, live].map((object) => object?.spec.template.metadata?.annotations);
  return other !== undefined && OWN.some(({ started }) => other[started] !== one?.[started]);
}

/**
 * Reads the attendee's files again if the pods of a Deployment started with others. The guide writes a file, and then
 * restarts the pods. If the store has the new Deployment but still the old file, or got both after this reconcile had
 * computed what it wants, an apply would start the pods twice more.
 */
async function refreshFiles({ options: { api, stores }, seat, desired, memo }: LabContext): Promise<PhaseResult> {
  const live = (one: KubeObject): Deployment | undefined => stores.Deployment.get(keyOf(one)) as Deployment | undefined;
  const deployments: readonly KubeObject[] = desired.deployments;
  if (!deployments.filter(isDeployment).some((one) => hasOtherFiles(one, live(one)))) return DONE;
  const files = await api.get<ConfigMap>(KINDS.ConfigMap, NAMES.dice, namespaceOf(seat));
  const known = [desired.filesVersion, memo.filesWritten];
  if (!files || known.includes(files.metadata.resourceVersion)) return DONE;
  stores.ConfigMap.observe(files);
  return requeueAfter(FILES_MS, 'FilesNotCached');
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
      () => refreshFiles(context),
      () => applyAll(context, context.desired.deployments, context.desired.customized),
      () => pruneObjects(context),
    ),
};
