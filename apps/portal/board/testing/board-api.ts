// An API server in memory for the board: Workshops, Seats and Events. Seats are those of SeatApi.
import { ApiError } from '../../../../kubernetes/api.ts';
import type { DeleteOptions } from '../../../../kubernetes/api.ts';
import type { Kind, KubeObject } from '../../../../kubernetes/object.ts';
import { WORKSHOP } from '../../kinds.ts';
import type { Seat, Workshop } from '../../kinds.ts';
import { mergedWith } from '../../testing/merge-patch.ts';
import { SeatApi } from '../../testing/seat-api.ts';
import type { BoardOptions } from '../parts.ts';

interface Event extends KubeObject {
  readonly involvedObject: { readonly name: string };
  readonly reason: string;
  readonly message: string;
}

export class BoardApi implements Pick<BoardOptions, 'api'> {
  readonly seats: SeatApi;
  readonly events: Event[] = [];
  readonly deleted: { readonly name: string; readonly uid?: string }[] = [];
  /** The writes so far, as JSON. */
  readonly patches: object[] = [];
  readonly classes;

  constructor(workshops: readonly Workshop[], seats: readonly Seat[]) {
    this.seats = new SeatApi(workshops, seats);
    this.classes = this.seats.watch();
  }

  readonly api: BoardOptions['api'] = {
    get: <T extends KubeObject>(kind: Kind, name: string): Promise<T | undefined> =>
      kind === WORKSHOP ? Promise.resolve(this.workshop(name) as KubeObject as T) : this.seats.get<T>(kind, name),
    mergePatch: <T extends KubeObject>(kind: Kind, key: { readonly name: string }, patch: object): Promise<T> => {
      this.patches.push(patch);
      return kind === WORKSHOP ? this.#patchClass<T>(key.name, patch) : this.seats.mergePatch<T>(kind, key, patch);
    },
    create: <T extends KubeObject>(object: T): Promise<T> => {
      this.events.push(object as KubeObject as Event);
      return Promise.resolve(object);
    },
    delete: (_kind: Kind, { name }: { readonly name: string }, { uid }: DeleteOptions = {}): Promise<void> => {
      this.deleted.push({ name, ...(uid !== undefined && { uid }) });
      this.seats.delete(name);
      return Promise.resolve();
    },
  };

  workshop(name = 'otel'): Workshop {
    const found = this.classes.workshops.get(name);
    if (!found) throw new Error(`expected a Workshop ${name}, found none`);
    return found;
  }

  seat(name: string): Seat {
    const found = this.seats.seats.get(name);
    if (!found) throw new Error(`expected a Seat ${name}, found none`);
    return found;
  }

  /** What the Events say, as `reason on object: message`. */
  get deeds(): string[] {
    return this.events.map(({ reason, involvedObject, message }) => `${reason} on ${involvedObject.name}: ${message}`);
  }

  #patchClass<T extends KubeObject>(name: string, patch: object): Promise<T> {
    const live = this.workshop(name);
    const { resourceVersion } = (patch as KubeObject).metadata;
    if (live.metadata.resourceVersion !== resourceVersion)
      return Promise.reject(new ApiError('PATCH', 409, { reason: 'Conflict' }));
    const changed = mergedWith(live, patch);
    const metadata = { ...changed.metadata, resourceVersion: String(Number(resourceVersion) + 1000) };
    const written = { ...changed, metadata };
    this.classes.workshops.upsert(written);
    return Promise.resolve(written as KubeObject as T);
  }
}
