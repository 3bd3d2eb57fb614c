// Builds the status of a Workshop that is being deleted. It names what blocks the deletion.
import { conditionOf } from '../../kubernetes/conditions.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { DELETION_BLOCKED } from '../api/types.ts';
import type { Seat, Workshop, WorkshopStatus } from '../api/types.ts';
import { isReady, nameOf } from './seats.ts';
import { MAX_LISTED, completeStatus, conditionSpec, failingSeat, list, plural } from './status.ts';

/** Whether something blocks the deletion of the Seat. Its condition Ready names it. */
const isBlocked = ({ status }: Seat): boolean => conditionOf(status?.conditions, 'Ready')?.reason === DELETION_BLOCKED;

/** Returns why Seats are not gone yet, blocked Seats first. */
function blockersText(owned: readonly Seat[]): string {
  const inOrder = [...owned.filter(isBlocked), ...owned.filter((seat) => !isBlocked(seat))];
  const blockers = inOrder.slice(0, MAX_LISTED).map((seat) => {
    const { name, reason, message } = failingSeat(seat);
    return `${name} (${reason}: ${message})`;
  });
  const more = owned.length > MAX_LISTED ? ` and ${owned.length - MAX_LISTED} more` : '';
  return `${blockers.join(', ')}${more}`;
}

interface Deletion {
  readonly reason: string;
  readonly message: string;
  /** What is left to delete, such as "2 seats". */
  readonly left: string;
  readonly ready: number;
  readonly now: number;
}

const deletionStatus = (workshop: Workshop, { reason, message, left, ready, now }: Deletion): WorkshopStatus =>
  completeStatus(workshop, {
    conditions: [
      conditionSpec('Ready', 'False', reason, message),
      conditionSpec('Progressing', 'True', 'Terminating', `${left} are left to delete.`),
    ],
    counts: { desired: 0, ready, updated: 0, failed: 0 },
    failing: [],
    now,
  });

/** Returns the status of a Workshop that is being deleted. It names what blocks the deletion. */
export function deletingStatus(workshop: Workshop, owned: readonly Seat[], now: number): WorkshopStatus {
  const left = plural(owned.length, 'seat');
  return deletionStatus(workshop, {
    reason: owned.some(isBlocked) ? DELETION_BLOCKED : 'Terminating',
    message: `The Workshop waits until ${left} are deleted: ${blockersText(owned)}.`,
    left,
    ready: owned.filter(isReady).length,
    now,
  });
}

/** Returns the status of a deleted Workshop whose Seats are gone, while some of their namespaces still exist. */
export function namespacesLeftStatus(
  workshop: Workshop,
  namespaces: readonly KubeObject[],
  now: number,
): WorkshopStatus {
  const left = plural(namespaces.length, 'namespace');
  const [first = ''] = namespaces.map(nameOf);
  const message =
    `The Seats are gone, but ${left} of theirs are not: ${list(namespaces.map(nameOf))}. ` +
    `See what blocks the deletion: kubectl get namespace ${first} -o yaml`;
  return deletionStatus(workshop, { reason: DELETION_BLOCKED, message, left, ready: 0, now });
}
