// Creates, changes and deletes Seats in the API server.
import { json } from '../../cdk8s/canonical-json.ts';
import type { Seat, SeatSpec } from '../api/types.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import type { EventRecorder, Store } from '../engine/reconciler.ts';
import { record } from '../events.ts';
import { seatRestored } from './events.ts';
import { isAsWanted, uidOf, without, writtenSpec } from './seats.ts';

type Tree = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Computes the JSON merge patch that turns `live` into `wanted`. The patch is empty if both are equal.
 * https://www.rfc-editor.org/rfc/rfc7396
 */
export function mergePatchOf(live: Tree, wanted: Tree): Tree {
  const patch = [...new Set([...Object.keys(live), ...Object.keys(wanted)])].flatMap((key): [string, unknown][] => {
    const [before, after] = [live[key], wanted[key]];
    if (after === undefined) return [[key, null]];
    if (!isMap(before) || !isMap(after))
      return before !== undefined && json(before) === json(after) ? [] : [[key, after]];
    const nested = mergePatchOf(before, after);
    return Object.keys(nested).length > 0 ? [[key, nested]] : [];
  });
  return Object.fromEntries(patch);
}

const withoutDisplayName = (seat: Seat): Seat => ({ ...seat, spec: without(seat.spec, ['displayName']) as SeatSpec });

/** Whether the change undoes somebody's edit of a Seat. A rollout step, a new
 * display name and the end of a wait for room do not undo an edit. */
const isRepair = (live: Seat, wanted: Seat): boolean =>
  live.spec.revision === wanted.spec.revision &&
  live.spec.stopped === wanted.spec.stopped &&
  live.spec.held === wanted.spec.held &&
  !isAsWanted(withoutDisplayName(live), withoutDisplayName(wanted));

export interface SeatWriterOptions {
  readonly api: Api;
  readonly seats: Store<Seat>;
  readonly events: EventRecorder;
}

export class SeatWriter {
  readonly #api: Api;
  readonly #seats: Store<Seat>;
  readonly #events: EventRecorder;
  /**
   * For each Seat, by uid: the last write after which the API server stored other values than the written ones. The
   * operator does not repeat this write, because the result would be the same.
   */
  readonly #futile = new Map<string, string>();

  constructor({ api, seats, events }: SeatWriterOptions) {
    this.#api = api;
    this.#seats = seats;
    this.#events = events;
  }

  /**
   * Creates the Seat. The API server refuses the write if another Workshop has just created a Seat of this name,
   * because a Seat can have only one controller. A Seat with a claim is created by a POST: an apply would own the
   * claim, and the next apply without it would remove it.
   */
  async create(wanted: Seat): Promise<void> {
    const { claim } = wanted.spec;
    this.#seats.observe(await (claim ? this.#api.create(wanted) : this.#api.apply<Seat>(wanted)));
  }

  /**
   * Changes the live Seat into the wanted one, but only if the Seat still has the same uid. An apply removes fields
   * that the operator applied earlier. A patch removes fields that somebody else added to the spec.
   */
  async update(live: Seat, wanted: Seat): Promise<void> {
    const uid = uidOf(live);
    const attempt = json([
      live.metadata.generation ?? 0,
      live.metadata.labels ?? {},
      live.metadata.ownerReferences ?? [],
      writtenSpec(wanted),
    ]);
    if (this.#futile.get(uid) === attempt) return;
    const applied = await this.#api.apply<Seat>({ ...wanted, metadata: { ...wanted.metadata, uid } });
    const after = await this.#removeSurplus(applied, wanted);
    this.#seats.observe(after);
    if (isAsWanted(after, wanted)) this.#futile.delete(uid);
    else this.#futile.set(uid, attempt);
    if (isRepair(live, wanted)) record(this.#events, live, seatRestored(live));
  }

  async #removeSurplus(applied: Seat, wanted: Seat): Promise<Seat> {
    const { resourceVersion, name } = applied.metadata;
    const spec = mergePatchOf({ ...writtenSpec(applied) }, { ...writtenSpec(wanted) });
    return Object.keys(spec).length === 0
      ? applied
      : this.#api.mergePatch<Seat>(KINDS.Seat, { name }, { metadata: { resourceVersion }, spec });
  }

  /** Deletes the Seat, but only if it still has the same uid. */
  async remove(live: Seat): Promise<void> {
    const uid = uidOf(live);
    this.#futile.delete(uid);
    await this.#api.delete(KINDS.Seat, { name: live.metadata.name }, { uid });
  }
}
