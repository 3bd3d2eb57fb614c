// The end of a seat: its namespace goes first, and the Seat only then, so that a seat of the same name begins with nothing.
import { setConditions } from '../../kubernetes/conditions.ts';
import { FINALIZER } from '../api/types.ts';
import type { Seat, SeatStatus } from '../api/types.ts';
import { isNotFound } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Result } from '../engine/reconciler.ts';
import { released } from './events.ts';
import { blockersOf, deleteNamespace, findNamespace, whoseIs } from './namespace.ts';
import { namespaceOf } from './objects.ts';
import type { SeatContext } from './options.ts';
import type { Namespace } from './types.ts';
import { SOON_MS, TYPES, duration } from './status.ts';
import { writeStatus } from './write-status.ts';

/** A namespace's deletion is watched; this is for what Kubernetes says of it, which takes a while to change. */
const LOOK_MS = 15_000;

/** Nothing is said of what blocks in the first half minute: most is over by then, and each word of it would be a write. */
function statusOf({ metadata, status }: Seat, namespace: Namespace, { now }: SeatContext): SeatStatus {
  const since = Date.parse(namespace.metadata.deletionTimestamp ?? new Date(now).toISOString());
  const blockers = now - since < SOON_MS ? undefined : blockersOf(namespace);
  const saying = {
    type: TYPES.ready,
    status: 'False',
    reason: 'Terminating',
    message: `Waiting for namespace ${namespace.metadata.name} to go.${blockers === undefined ? '' : ` It is kept by: ${blockers}`}`,
  } as const;
  return {
    ...status,
    observedGeneration: metadata.generation ?? 0,
    phase: 'Terminating',
    conditions: setConditions(status?.conditions, [saying], { generation: metadata.generation, now }),
  };
}

/** Takes the finalizer off, which ends the Seat. */
async function release({ options: { api, stores }, seat }: SeatContext): Promise<void> {
  const { name, uid = '', resourceVersion = '', finalizers = [] } = seat.metadata;
  try {
    await api.mergePatch(
      KINDS.Seat,
      { name },
      { metadata: { resourceVersion, finalizers: finalizers.filter((one) => one !== FINALIZER) } },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  stores.Seat.forget(name, uid);
}

/** What keeps the namespace is told where it can still be read once the Seat is gone: on the Workshop as well. */
async function giveUp(pass: SeatContext, namespace: Namespace): Promise<void> {
  const {
    options: { events, stores },
    seat,
    deadlines,
  } = pass;
  const workshop = stores.Workshop.get(seat.spec.workshop);
  const telling = released(
    namespaceOf(seat),
    duration(deadlines.gone),
    blockersOf(namespace) ?? 'nothing says what keeps it.',
  );
  for (const about of [seat, ...(workshop ? [workshop] : [])]) events.event(about, ...telling);
  await release(pass);
}

/**
 * Has the seat's own namespace deleted and waits until it is gone, but not for ever: its deletion is then Kubernetes' to finish.
 * A namespace that isn't the seat's own is left alone.
 */
export async function finalize(pass: SeatContext): Promise<Result | undefined> {
  const { seat, now, deadlines } = pass;
  if (!seat.metadata.finalizers?.includes(FINALIZER)) return undefined;
  const namespace = await findNamespace(pass);
  if (!namespace || whoseIs(namespace, seat) !== 'own') return void (await release(pass));
  const { deletionTimestamp } = namespace.metadata;
  if (deletionTimestamp === undefined) await deleteNamespace(pass, namespace);
  const left = deletionTimestamp === undefined ? deadlines.gone : Date.parse(deletionTimestamp) + deadlines.gone - now;
  if (left <= 0) return void (await giveUp(pass, namespace));
  await writeStatus(pass, statusOf(seat, namespace, pass));
  return { requeueAfter: Math.min(left, LOOK_MS) };
}
