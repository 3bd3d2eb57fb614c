// Deletes a seat: first its namespace, then the Seat. In this way, a later seat of the same name starts with an empty
// namespace.
import { setConditions } from '../../../kubernetes/conditions.ts';
import { FINALIZER } from '../../api/types.ts';
import type { Seat, SeatStatus } from '../../api/types.ts';
import { isNotFound } from '../../../kubernetes/api.ts';
import { KINDS } from '../../api/kinds.ts';
import { record } from '../../events.ts';
import type { SeatContext } from '../context.ts';
import { namespaceLeftBehind } from '../events.ts';
import { namespaceOf } from '../objects.ts';
import { DONE, requeueAfter } from '../phase-result.ts';
import type { PhaseResult } from '../phase-result.ts';
import type { Phase } from '../phase.ts';
import { QUIET_MS, TYPES, duration } from '../status.ts';
import type { Namespace } from '../../../kubernetes/types.ts';
import { writeStatus } from '../write-status.ts';
import { deleteNamespace, deletionBlockers, findNamespace, namespaceOwner } from './namespace.ts';

/** Milliseconds between two status updates about what blocks the namespace's deletion. */
const CHECK_MS = 15_000;

/**
 * Returns what blocks the namespace's deletion, but only after half a minute. Most deletions end earlier, and each
 * report costs a write.
 */
function blockersText(namespace: Namespace, now: number): string {
  const { deletionTimestamp = new Date(now).toISOString() } = namespace.metadata;
  const blockers = now - Date.parse(deletionTimestamp) < QUIET_MS ? undefined : deletionBlockers(namespace);
  return blockers === undefined ? '' : ` What blocks it: ${blockers}`;
}

function terminatingStatus({ metadata, status }: Seat, namespace: Namespace, now: number): SeatStatus {
  const { generation } = metadata;
  const ready = {
    type: TYPES.ready,
    status: 'False',
    reason: 'Terminating',
    message: `Waiting until namespace ${namespace.metadata.name} is deleted.${blockersText(namespace, now)}`,
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
 * Stops waiting for the namespace's deletion. Records an Event on the Seat and on the Workshop, because the Seat is
 * about to disappear.
 */
async function stopWaiting(context: SeatContext, namespace: Namespace): Promise<PhaseResult> {
  const { options, seat, deadlines } = context;
  const workshop = options.stores.Workshop.get(seat.spec.workshop);
  const event = namespaceLeftBehind(namespaceOf(seat), duration(deadlines.gone), deletionBlockers(namespace));
  for (const about of [seat, ...(workshop ? [workshop] : [])]) record(options.events, about, event);
  return removeFinalizer(context);
}

async function awaitDeletion(context: SeatContext, namespace: Namespace, left: number): Promise<PhaseResult> {
  if (left <= 0) return stopWaiting(context, namespace);
  await writeStatus(context, terminatingStatus(context.seat, namespace, context.now));
  return requeueAfter(Math.min(left, CHECK_MS), 'NamespaceTerminating');
}

/**
 * Deletes the seat's namespace and waits until it is gone. After the deadline, it removes the Seat anyway, and
 * Kubernetes finishes the deletion of the namespace. Does not delete a namespace that belongs to somebody else.
 */
async function reconcileTermination(context: SeatContext): Promise<PhaseResult> {
  const { seat, now, deadlines } = context;
  if (!seat.metadata.finalizers?.includes(FINALIZER)) return DONE;
  const namespace = await findNamespace(context);
  if (!namespace || namespaceOwner(namespace, seat) !== 'this seat') return removeFinalizer(context);
  const { deletionTimestamp } = namespace.metadata;
  if (deletionTimestamp !== undefined)
    return awaitDeletion(context, namespace, Date.parse(deletionTimestamp) + deadlines.gone - now);
  const deletion = await deleteNamespace(context, namespace);
  return deletion.type === 'done' ? awaitDeletion(context, namespace, deadlines.gone) : deletion;
}

export const termination: Phase = { condition: 'Ready', reconcile: reconcileTermination };
