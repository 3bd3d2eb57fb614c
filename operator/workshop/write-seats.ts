// The requests that make, restore and remove Seats.
import { json } from '../../cdk8s/plain.ts';
import type { Seat, SeatSpec } from '../api/types.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import type { EventRecorder, Store } from '../engine/reconciler.ts';
import { restored } from './events.ts';
import { isAsWanted, uidOf, without, writtenSpec } from './seats.ts';

type Tree = Readonly<Record<string, unknown>>;

const isMap = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);

/** The JSON merge patch that makes `live` into `wanted`; empty where they are alike. https://www.rfc-editor.org/rfc/rfc7396 */
export function mergePatchOf(live: Tree, wanted: Tree): Tree {
  const patch = [...new Set([...Object.keys(live), ...Object.keys(wanted)])].flatMap((key): [string, unknown][] => {
    const [before, after] = [live[key], wanted[key]];
    if (after === undefined) return [[key, null]];
    if (!isMap(before) || !isMap(after))
      return before !== undefined && json(before) === json(after) ? [] : [[key, after]];
    const inside = mergePatchOf(before, after);
    return Object.keys(inside).length > 0 ? [[key, inside]] : [];
  });
  return Object.fromEntries(patch);
}

const withoutName = (seat: Seat): Seat => ({ ...seat, spec: without(seat.spec, ['displayName']) as SeatSpec });

/** Whether what is put right is somebody's edit: no step of a rollout, nor only how the attendee is called. */
const isRepair = (live: Seat, wanted: Seat): boolean =>
  live.spec.revision === wanted.spec.revision &&
  live.spec.stopped === wanted.spec.stopped &&
  !isAsWanted(withoutName(live), withoutName(wanted));

export class SeatWriter {
  readonly #api: Api;
  readonly #seats: Store<Seat>;
  readonly #events: EventRecorder;
  /** By uid, what was tried and is not to be had: the API server makes something else of it. */
  readonly #futile = new Map<string, string>();

  constructor({
    api,
    seats,
    events,
  }: {
    readonly api: Api;
    readonly seats: Store<Seat>;
    readonly events: EventRecorder;
  }) {
    this.#api = api;
    this.#seats = seats;
    this.#events = events;
  }

  /**
   * Makes the Seat. Should another Workshop have made one by that name a moment ago, the API server refuses it, as an object has one
   * controller at most.
   */
  async create(wanted: Seat): Promise<void> {
    this.#seats.observe(await this.#api.apply<Seat>(wanted));
  }

  /**
   * Changes a Seat into the wanted one: that very object, not one that has come in its place. Applying takes away what was applied
   * before; what others have put into the spec takes a patch.
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
    if (isRepair(live, wanted)) this.#tell(live);
  }

  #tell(live: Seat): void {
    const { type, reason, message } = restored(live);
    this.#events.event(live, type, reason, message);
  }

  async #removeSurplus(applied: Seat, wanted: Seat): Promise<Seat> {
    const { resourceVersion, name } = applied.metadata;
    const spec = mergePatchOf({ ...writtenSpec(applied) }, { ...writtenSpec(wanted) });
    return Object.keys(spec).length === 0
      ? applied
      : this.#api.mergePatch<Seat>(KINDS.Seat, { name }, { metadata: { resourceVersion }, spec });
  }

  /** Asks for the deletion of that very Seat. */
  async remove(live: Seat): Promise<void> {
    const uid = uidOf(live);
    this.#futile.delete(uid);
    await this.#api.delete(KINDS.Seat, { name: live.metadata.name }, { uid });
  }
}
