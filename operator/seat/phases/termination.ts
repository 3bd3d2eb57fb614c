// Deletes a seat: first the attendee's permissions, then the namespace, then the Seat. The Seat stays until its
// namespace is gone. In this way, a later seat of the same name starts with an empty namespace.
import { setConditions } from '../../../kubernetes/conditions.ts';
import { DELETION_BLOCKED, FINALIZER, NAMES } from '../../api/types.ts';
import type { SeatStatus } from '../../api/types.ts';
import { isNotFound } from '../../../kubernetes/api.ts';
import { KINDS } from '../../api/kinds.ts';
import type { SeatContext } from '../context.ts';
import { NO_OBSTACLES, listed, removeObstacles } from '../deletion-obstacles.ts';
import type { Obstacles } from '../deletion-obstacles.ts';
import { namespaceOf } from '../objects.ts';
import { DONE, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { TYPES } from '../status.ts';
import type { Namespace } from '../../../kubernetes/types.ts';
import { writeStatus } from '../write-status.ts';
import { deleteNamespace, deletionBlockers, findNamespace, namespaceOwner } from './namespace.ts';

/** Milliseconds between two looks at what blocks the namespace's deletion. */
const CHECK_MS = 5000;
/** Milliseconds between two looks before the namespace's deletion, while the operator still finds obstacles. */
const CLEAR_MS = 1000;
/**
 * Milliseconds after the Seat's deletion until the status names what blocks it. Most deletions end earlier, and each
 * report costs a write. The namespace's own deletion starts at this time at the latest.
 */
const REPORT_AFTER_MS = 10_000;

/** Milliseconds since somebody deleted the Seat. */
const waited = ({ seat: { metadata }, now }: SeatContext): number =>
  now - Date.parse(metadata.deletionTimestamp ?? new Date(now).toISOString());

/** Returns what blocks the namespace's deletion. If the operator finds nothing, returns what Kubernetes reports. */
function blockersText(namespace: Namespace, { left }: Obstacles): string | undefined {
  return left.length > 0 ? listed(left) : deletionBlockers(namespace);
}

function terminatingStatus({ seat: { metadata, status }, now }: SeatContext, blockers: string | undefined): SeatStatus {
  const { generation } = metadata;
  const waiting = `Waiting until namespace ${metadata.name} is deleted.`;
  const ready = {
    type: TYPES.ready,
    status: 'False',
    reason: blockers === undefined ? 'Terminating' : DELETION_BLOCKED,
    message: blockers === undefined ? waiting : `${waiting} What blocks it: ${blockers}`,
  } as const;
  return {
    ...status,
    observedGeneration: generation ?? 0,
    phase: 'Terminating',
    conditions: setConditions(status?.conditions, [ready], { generation, now }),
  };
}

/** Removes the finalizer, so that Kubernetes deletes the Seat. */
async function removeFinalizer({ options: { api, stores }, seat }: SeatContext): Promise<PhaseResult> {
  const { name, uid = '', resourceVersion = '', finalizers = [] } = seat.metadata;
  const others = finalizers.filter((one) => one !== FINALIZER);
  try {
    await api.mergePatch(KINDS.Seat, { name }, { metadata: { resourceVersion, finalizers: others } });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  stores.Seat.forget(name, uid);
  return DONE;
}

/**
 * Takes away the attendee's permissions, so that no new obstacle appears. The ServiceAccount goes too, which ends its
 * tokens.
 */
async function revokeAttendee({ options: { api, stores }, seat }: SeatContext): Promise<void> {
  const key = { name: NAMES.attendee, namespace: namespaceOf(seat) };
  const kinds = (['RoleBinding', 'ServiceAccount'] as const).filter((kind) =>
    stores[kind].get(`${key.namespace}/${key.name}`),
  );
  await Promise.all(kinds.map((kind) => api.delete(KINDS[kind], key)));
}

/** Removes obstacles before the namespace's deletion, because that deletion also removes the operator's permissions. */
async function clearNamespace(context: SeatContext): Promise<Obstacles> {
  await revokeAttendee(context);
  return removeObstacles(context, { all: false });
}

/** Reports what blocks the deletion, unless the deletion has only just begun. */
async function reportDeletion(context: SeatContext, namespace: Namespace, obstacles: Obstacles): Promise<void> {
  const isDue = waited(context) >= REPORT_AFTER_MS;
  await writeStatus(context, terminatingStatus(context, isDue ? blockersText(namespace, obstacles) : undefined));
}

async function deleteClearedNamespace(context: SeatContext, namespace: Namespace): Promise<PhaseResult> {
  const obstacles = await clearNamespace(context);
  await reportDeletion(context, namespace, obstacles);
  if (obstacles.removed > 0 && waited(context) < REPORT_AFTER_MS) return requeueAfter(CLEAR_MS, 'NamespaceTerminating');
  const deletion = await deleteNamespace(context, namespace);
  return deletion.type === 'done' ? requeueAfter(CHECK_MS, 'NamespaceTerminating') : deletion;
}

/** Waits for the namespace's deletion. Looks at the objects in it only if the deletion takes longer than usual. */
async function awaitDeletion(context: SeatContext, namespace: Namespace): Promise<PhaseResult> {
  const isSlow = waited(context) >= CHECK_MS;
  const obstacles = isSlow ? await removeObstacles(context, { all: true }) : NO_OBSTACLES;
  await reportDeletion(context, namespace, obstacles);
  return requeueAfter(CHECK_MS, 'NamespaceTerminating');
}

/**
 * Deletes the seat's namespace and waits until it is gone. Does not delete a namespace that belongs to somebody else.
 */
async function reconcileTermination(context: SeatContext): Promise<PhaseResult> {
  const { seat } = context;
  if (!seat.metadata.finalizers?.includes(FINALIZER)) return DONE;
  const namespace = await findNamespace(context);
  if (!namespace || namespaceOwner(namespace, seat) !== 'this seat') return removeFinalizer(context);
  return namespace.metadata.deletionTimestamp === undefined
    ? deleteClearedNamespace(context, namespace)
    : awaitDeletion(context, namespace);
}

export const termination: Phase = { condition: 'Ready', reconcile: reconcileTermination };
