// Writes a seat's objects. Applies objects that differ, replaces objects that an apply can't change, and deletes
// objects that are no longer part of the lab.
import { LABELS, MANAGED_BY } from '../api/types.ts';
import { isInvalid } from '../../kubernetes/api.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Failure } from '../engine/apply.ts';
import type { Inventory } from '../engine/store.ts';
import { record } from '../events.ts';
import type { EventSpec } from '../events.ts';
import { NAMESPACED_KINDS } from './context.ts';
import type { SeatContext, SeatStores } from './context.ts';
import { deleteForGood } from './deletion-obstacles.ts';
import { codeStarted, faultsSwitched, removed, repaired } from './events.ts';
import { failureResult } from './failure-result.ts';
import { isFaults } from './faults.ts';
import { namespaceOf } from './objects.ts';
import { requeueAfter, unexpected, worstOf } from './phase-result.ts';
import type { PhaseResult } from './phase-result.ts';
import { wasProvisioned } from './status.ts';
import type { LabObject } from './types.ts';

const REPLACED_MS = 100;

function storeOf(stores: SeatStores, kind: string): Inventory | undefined {
  const known = NAMESPACED_KINDS.find((one) => one === kind);
  return known && stores[known];
}

/**
 * Returns the Event for an object that the operator applied to a seat again. For a Deployment that runs the attendee's
 * files, the Event says that the attendee edited a file.
 */
function eventFor(object: KubeObject, customized: readonly string[]): EventSpec {
  const { kind, metadata } = object;
  const { name } = metadata;
  if (isFaults(object)) return faultsSwitched;
  return kind === 'Deployment' && customized.includes(name) ? codeStarted(name) : repaired(kind, name);
}

/**
 * Applies the desired objects that differ from the live ones. `customized` names the Deployments that run files edited
 * by the attendee.
 */
export async function applyAll(
  context: SeatContext,
  desired: readonly LabObject[],
  customized: readonly string[] = [],
): Promise<PhaseResult> {
  const { options, seat, signal } = context;
  signal.throwIfAborted();
  const { written, failed } = await options.applier.applyAll(desired, (kind) => storeOf(options.stores, kind));
  if (wasProvisioned(seat)) for (const object of written) record(options.events, seat, eventFor(object, customized));
  return worstOf(await Promise.all(failed.map((failure) => replaceOrReport(context, failure))));
}

/**
 * Error messages, by kind, after which the operator deletes an object and creates it again. The messages mean that a
 * field is immutable. The message for a Service means that somebody changed a port number, so that the apply would add
 * a second port of the same name. No object of these kinds holds data of the attendee, except the ConfigMap of the
 * dice, which phases/lab.ts writes.
 */
const NEEDS_REPLACEMENT: Readonly<Record<string, RegExp>> = {
  RoleBinding: /cannot change/,
  Deployment: /immutable/,
  ConfigMap: /immutable/,
  Service: /Duplicate value/,
};

/**
 * Handles a failed apply. If an apply can't change the object, deletes it, so that the next reconcile creates it again.
 * Returns the failure as a phase result in all other cases.
 */
async function replaceOrReport(context: SeatContext, failure: Failure): Promise<PhaseResult> {
  const { api, stores } = context.options;
  const { object, error } = failure;
  const live = storeOf(stores, object.kind)?.get(keyOf(object));
  if (live === undefined || !isInvalid(error) || NEEDS_REPLACEMENT[object.kind]?.test(error.message) !== true)
    return failureResult(failure, context);
  return deleteForGood(api, live).then(() => requeueAfter(REPLACED_MS, 'ObjectReplaced'), unexpected);
}

/**
 * Returns a view of the store that searches by label in one namespace only. A search in all namespaces would be unsafe,
 * because an attendee could label an object as part of another seat.
 */
const withinNamespace = (store: Inventory, namespace: string): Inventory => ({
  kind: store.kind,
  fresh: store.fresh,
  get: (key) => store.get(key),
  list: () => store.list(),
  byLabel: (name, value) => store.byLabel(name, value).filter(({ metadata }) => metadata.namespace === namespace),
  keysByLabel: (name, value) => store.keysByLabel(name, value).filter((key) => key.startsWith(`${namespace}/`)),
  applied: (key) => store.applied(key),
  observe: (object) => store.observe(object),
  forget: (key, uid) => store.forget(key, uid),
});

/**
 * Deletes objects that the operator applied for this seat and that are no longer desired. Keeps the attendee's own
 * copies of such objects, even if a copy carries the same labels.
 */
export async function prune(context: SeatContext, desired: readonly KubeObject[]): Promise<PhaseResult> {
  const {
    options: { applier, stores, events },
    seat,
  } = context;
  const { written, failed } = await applier.prune(
    NAMESPACED_KINDS.map((kind) => withinNamespace(stores[kind], namespaceOf(seat))),
    { [LABELS.seat]: seat.metadata.name, [LABELS.managedBy]: MANAGED_BY },
    desired,
  );
  for (const { kind, metadata } of written) record(events, seat, removed(kind, metadata.name));
  return worstOf(failed.map((failure) => failureResult(failure, context)));
}
