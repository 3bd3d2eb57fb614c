// Creates the seat's namespace, and repairs the namespace if somebody edited it. Never changes a namespace that belongs
// to somebody else.
import { LABELS, MANAGED_BY } from '../../api/types.ts';
import type { Seat } from '../../api/types.ts';
import { isAlreadyExists, isForbidden, isTerminating } from '../../../kubernetes/api.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import { differs } from '../../engine/apply.ts';
import { record } from '../../events.ts';
import type { SeatContext } from '../context.ts';
import { listed, removeObstacles } from '../deletion-obstacles.ts';
import { repaired } from '../events.ts';
import { failureResult } from '../failure-result.ts';
import { namespaceObject, namespaceOf, operatorBinding } from '../objects.ts';
import { DONE, permanentProblem, problem, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { wasProvisioned } from '../status.ts';
import type { Namespace } from '../../../kubernetes/types.ts';

/** Milliseconds to wait until the watch reports a namespace that somebody else has just created or deleted. */
const CACHE_MS = 500;

/**
 * Returns who owns a namespace: this seat, a deleted Seat of the same name, or somebody else. The operator may delete
 * the namespace of a deleted Seat, because the garbage collector would delete it anyway.
 */
export function namespaceOwner({ metadata }: Namespace, seat: Seat): 'this seat' | 'deleted seat' | 'somebody else' {
  const { labels = {}, ownerReferences = [] } = metadata;
  const owner = ownerReferences.find(
    ({ apiVersion, kind, name }) => apiVersion === seat.apiVersion && kind === seat.kind && name === seat.metadata.name,
  );
  const isLabelled = labels[LABELS.managedBy] === MANAGED_BY && labels[LABELS.seat] === seat.metadata.name;
  if (!owner || !isLabelled) return 'somebody else';
  return owner.uid === seat.metadata.uid ? 'this seat' : 'deleted seat';
}

/**
 * Returns Kubernetes' own message about what blocks the deletion of a namespace. Returns undefined if Kubernetes
 * reports nothing.
 * https://kubernetes.io/docs/reference/kubernetes-api/cluster-resources/namespace-v1/#NamespaceStatus
 */
export function deletionBlockers({ status }: Namespace): string | undefined {
  const messages = (status?.conditions ?? [])
    .filter((condition) => condition.type.startsWith('Namespace') && condition.status === 'True' && condition.message)
    .map(({ message = '' }) => message.trim().slice(0, 300));
  return messages.length === 0 ? undefined : messages.join('; ');
}

/**
 * Returns the seat's namespace from the store. If the store does not have it, asks the API server with a list request,
 * because the operator has no permission to get a single namespace.
 */
export async function findNamespace({ options: { api, stores }, seat }: SeatContext): Promise<Namespace | undefined> {
  const name = namespaceOf(seat);
  const cached = stores.Namespace.get(name) as Namespace | undefined;
  return cached ?? (await api.list<Namespace>(KINDS.Namespace, { fieldSelector: `metadata.name=${name}` }))[0];
}

async function createNamespace(context: SeatContext): Promise<Namespace | undefined> {
  const { api, stores } = context.options;
  try {
    const created = await api.create<Namespace>(namespaceObject(context.seat));
    stores.Namespace.observe(created);
    return created;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return findNamespace(context);
  }
}

const taken = (name: string): PhaseResult =>
  permanentProblem(
    'NamespaceTaken',
    `Namespace ${name} exists and does not belong to this Seat, so the operator does not touch it. ` +
      'Give the attendee or the Workshop another name, or delete that namespace if nobody needs it.',
  );

/** Reports the old namespace. Removes what keeps it from being deleted, as far as the operator still may. */
async function terminating(context: SeatContext, live: Namespace): Promise<PhaseResult> {
  const { left } = await removeObstacles(context, { all: true });
  const blockers = left.length > 0 ? listed(left) : deletionBlockers(live);
  return problem(
    'NamespaceTerminating',
    `Waiting until the old namespace ${live.metadata.name} is deleted. Then the operator creates the seat. ` +
      (blockers ?? 'Nothing blocks the deletion.'),
  );
}

async function reconcileNamespace(context: SeatContext): Promise<PhaseResult> {
  const { options, seat } = context;
  const name = namespaceOf(seat);
  const live = (options.stores.Namespace.get(name) as Namespace | undefined) ?? (await createNamespace(context));
  if (!live) return requeueAfter(CACHE_MS, 'NamespaceNotCached');
  const owner = namespaceOwner(live, seat);
  if (owner === 'somebody else') return taken(name);
  if (live.metadata.deletionTimestamp !== undefined) return terminating(context, live);
  if (owner === 'deleted seat') return deleteEarlierNamespace(context, live);
  await bindOperator(context);
  await repairNamespace(context, live);
  return DONE;
}

async function deleteEarlierNamespace(context: SeatContext, live: Namespace): Promise<PhaseResult> {
  const deletion = await deleteNamespace(context, live);
  return deletion.type === 'done' ? terminating(context, live) : deletion;
}

/** Restores the namespace's labels if somebody edited them. */
async function repairNamespace(
  { options: { api, stores, events }, seat }: SeatContext,
  live: Namespace,
): Promise<void> {
  const desired = namespaceObject(seat);
  if (!differs(desired, live)) return;
  stores.Namespace.observe(await api.apply(desired));
  if (wasProvisioned(seat)) record(events, seat, repaired(desired.kind, desired.metadata.name));
}

/** Creates the RoleBinding that lets the operator work in the namespace. */
async function bindOperator({ options: { api, stores, operator }, seat }: SeatContext): Promise<void> {
  const binding = operatorBinding(seat, operator);
  if (stores.RoleBinding.get(keyOf(binding))) return;
  try {
    stores.RoleBinding.observe(await api.create(binding));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/**
 * Deletes the namespace `live`, but not a newer namespace of the same name. A RoleBinding in the namespace permits the
 * deletion. If the RoleBinding is missing, creates it again and retries the deletion later.
 */
export async function deleteNamespace(context: SeatContext, live: Namespace): Promise<PhaseResult> {
  const { name, uid } = live.metadata;
  try {
    await context.options.api.delete(KINDS.Namespace, { name }, uid === undefined ? {} : { uid });
    delete context.memo.forbiddenSince;
    return DONE;
  } catch (error) {
    if (!isForbidden(error) || isTerminating(error)) throw error;
    await restoreBinding(context);
    return failureResult({ object: live, error }, context);
  }
}

async function restoreBinding({ options: { api, operator }, seat }: SeatContext): Promise<void> {
  try {
    await api.create(operatorBinding(seat, operator));
  } catch (error) {
    if (!isAlreadyExists(error) && !isTerminating(error)) throw error;
  }
}

export const namespace: Phase = {
  condition: 'Provisioned',
  reconcile: (context) =>
    reconcileNamespace(context).catch((error: unknown) =>
      failureResult({ object: namespaceObject(context.seat), error }, context),
    ),
};
