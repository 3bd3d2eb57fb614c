// Writes a seat's objects. It applies those that differ, replaces those that can't be changed, and deletes those that
// the lab no longer has.
import { LABELS, MANAGED_BY } from '../api/types.ts';
import { isInvalid } from '../../kubernetes/api.ts';
import { kindOf } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Failure } from '../engine/apply.ts';
import type { Inventory } from '../engine/store.ts';
import { record } from '../events.ts';
import type { EventSpec } from '../events.ts';
import { NAMESPACED_KINDS } from './context.ts';
import type { SeatContext, SeatStores } from './context.ts';
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
 * Returns the Event for an object that the operator had to apply again. If a Deployment runs the attendee's own files,
 * the reason is a new edit by the attendee.
 */
function eventFor(object: KubeObject, customized: readonly string[]): EventSpec {
  const { kind, metadata } = object;
  const { name } = metadata;
  if (isFaults(object)) return faultsSwitched;
  return kind === 'Deployment' && customized.includes(name) ? codeStarted(name) : repaired(kind, name);
}

/** Applies the objects that differ. `customized` names the Deployments that run the attendee's own files. */
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
 * Error messages, by kind, that mean an apply can't fix the object, so the operator replaces it. None of these objects
 * holds data of the attendee. Either a field is immutable, or somebody changed a Service's port number. In the second
 * case the API server sees two ports with the same name.
 */
const NEEDS_REPLACEMENT: Readonly<Record<string, RegExp>> = {
  RoleBinding: /cannot change/,
  Deployment: /immutable/,
  Service: /Duplicate value/,
};

/**
 * Deletes an object that an apply can't fix, so that the next reconcile creates it again. Reports any other failure.
 */
async function replaceOrReport(context: SeatContext, failure: Failure): Promise<PhaseResult> {
  const { api, stores } = context.options;
  const { object, error } = failure;
  const uid = storeOf(stores, object.kind)?.get(keyOf(object))?.metadata.uid;
  if (uid === undefined || !isInvalid(error) || NEEDS_REPLACEMENT[object.kind]?.test(error.message) !== true)
    return failureResult(failure, context);
  return api
    .delete(kindOf(object), object.metadata, { uid })
    .then(() => requeueAfter(REPLACED_MS, 'ObjectReplaced'), unexpected);
}

/**
 * Returns a view of the store that finds by label only the objects in one namespace. Labels alone are not enough,
 * because an attendee could edit them to name another seat.
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
 * Deletes objects that carry the seat's labels, were applied by the operator and are no longer desired. Copies that the
 * attendee made are kept.
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
