// The seat's namespace: made if there is none, and never one that isn't the seat's own.
import { LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { isAlreadyExists, isForbidden, isTerminating } from '../../kubernetes/api.ts';
import { differs } from '../engine/apply.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { repaired } from './events.ts';
import { namespaceObject, namespaceOf, operatorBinding } from './objects.ts';
import type { SeatContext } from './options.ts';
import { LookAgain, SeatProblem, meaningOf } from './problem.ts';
import type { Namespace } from './types.ts';
import { wasProvisioned } from './status.ts';

/** Until a watch has told of what another has just made or removed. */
const SOON_MS = 500;

/**
 * Whose a namespace is: the seat's own; that of a former Seat of the same name, which the garbage collector would remove by itself; or
 * somebody else's, with which the operator has no business.
 */
export function whoseIs(namespace: Namespace, seat: Seat): 'own' | 'former' | 'foreign' {
  const { labels = {}, ownerReferences = [] } = namespace.metadata;
  const owner = ownerReferences.find(
    ({ apiVersion, kind, name }) => apiVersion === seat.apiVersion && kind === seat.kind && name === seat.metadata.name,
  );
  if (labels[LABELS.managedBy] !== MANAGED_BY || labels[LABELS.seat] !== seat.metadata.name || !owner) return 'foreign';
  return owner.uid === seat.metadata.uid ? 'own' : 'former';
}

/**
 * What keeps a namespace that is being deleted from going, as Kubernetes says.
 * https://kubernetes.io/docs/concepts/overview/working-with-objects/namespaces/#automatic-labelling and the like
 */
export function blockersOf({ status }: Namespace): string | undefined {
  const found = (status?.conditions ?? []).filter(
    ({ type, status: is, message }) => type.startsWith('Namespace') && is === 'True' && message,
  );
  return found.length === 0 ? undefined : found.map(({ message = '' }) => message.trim().slice(0, 300)).join('; ');
}

/** As the store has it; where it has none, as the API server does. A namespace may be read by its name only in a list of all. */
export async function findNamespace({ options: { api, stores }, seat }: SeatContext): Promise<Namespace | undefined> {
  const name = namespaceOf(seat);
  const known = stores.Namespace.get(name);
  return known ?? (await api.list<Namespace>(KINDS.Namespace, { fieldSelector: `metadata.name=${name}` }))[0];
}

async function make(pass: SeatContext): Promise<Namespace | undefined> {
  const { api, stores } = pass.options;
  try {
    const made = await api.create<Namespace>(namespaceObject(pass.seat));
    stores.Namespace.observe(made);
    return made;
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
    return findNamespace(pass);
  }
}

/**
 * The seat's own namespace, made if there was none.
 * @throws SeatProblem where it is another's or is being deleted
 */
export async function ensureNamespace(pass: SeatContext): Promise<Namespace> {
  const name = namespaceOf(pass.seat);
  const there = pass.options.stores.Namespace.get(name) ?? (await make(pass));
  if (!there) throw new LookAgain(SOON_MS);
  const whose = whoseIs(there, pass.seat);
  if (whose === 'foreign') throw taken(name);
  if (there.metadata.deletionTimestamp === undefined && whose === 'former') await deleteNamespace(pass, there);
  if (there.metadata.deletionTimestamp !== undefined || whose === 'former') throw terminating(name, there);
  return there;
}

const taken = (name: string): SeatProblem =>
  new SeatProblem(
    {
      reason: 'NamespaceTaken',
      message:
        `Expected no namespace ${name}, or this Seat's own, found one that is not: it was left as it is. Give the attendee or the Workshop another name, ` +
        'or delete that namespace if nobody needs it.',
    },
    { permanent: true },
  );

const terminating = (name: string, there: Namespace): SeatProblem =>
  new SeatProblem({
    reason: 'NamespaceTerminating',
    message: `The former namespace ${name} is being deleted, the seat is made once it is gone. ${blockersOf(there) ?? 'Nothing is known to keep it.'}`,
  });

/** Restores labels that were edited. */
export async function restoreNamespace(
  { options: { api, stores, events }, seat }: SeatContext,
  live: Namespace,
): Promise<void> {
  const desired = namespaceObject(seat);
  if (!differs(desired, live)) return;
  stores.Namespace.observe(await api.apply(desired));
  if (wasProvisioned(seat)) events.event(seat, ...repaired(desired.kind, desired.metadata.name));
}

/** Gives the operator its rights in the namespace, if nothing has yet. */
export async function ensureRights({ options: { api, stores, operator }, seat }: SeatContext): Promise<void> {
  const binding = operatorBinding(seat, operator);
  if (stores.RoleBinding.get(keyOf(binding))) return;
  try {
    stores.RoleBinding.observe(await api.create(binding));
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
}

/**
 * Asks for the deletion of that very namespace; rights to do so come from inside of it.
 * @throws LookAgain where these have only just been given, SeatProblem where they don't suffice
 */
export async function deleteNamespace(pass: SeatContext, there: Namespace): Promise<void> {
  const { uid } = there.metadata;
  try {
    await pass.options.api.delete(KINDS.Namespace, { name: there.metadata.name }, uid === undefined ? {} : { uid });
    delete pass.note.forbiddenSince;
  } catch (error) {
    if (!isForbidden(error) || isTerminating(error)) throw error;
    await giveRights(pass);
    throw meaningOf({ object: there, error }, pass.note, pass.now);
  }
}

async function giveRights({ options: { api, operator }, seat }: SeatContext): Promise<void> {
  try {
    await api.create(operatorBinding(seat, operator));
  } catch (error) {
    if (!isAlreadyExists(error) && !isTerminating(error)) throw error;
  }
}
