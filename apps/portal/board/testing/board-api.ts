// An API server in memory for the board: Workshops, Seats and Events. Seats are those of SeatApi.
import { ApiError } from '../../../../kubernetes/api.ts';
import type { DeleteOptions } from '../../../../kubernetes/api.ts';
import type { Kind, KubeObject } from '../../../../kubernetes/object.ts';
import { KINDS } from '../../../../kubernetes/kinds.ts';
import type { ConfigMap } from '../../../../kubernetes/types.ts';
import { SEAT, WORKSHOP } from '../../kinds.ts';
import type { Seat, Workshop } from '../../kinds.ts';
import { mergedWith } from '../../testing/merge-patch.ts';
import { SeatApi } from '../../testing/seat-api.ts';
import type { BoardOptions } from '../parts.ts';

interface Event extends KubeObject {
  readonly involvedObject: { readonly name: string };
  readonly reason: string;
  readonly message: string;
}

/** The ConfigMap with the sessions that were logged out. */
export const SESSIONS = { name: 'room-board-sessions', namespace: 'portal' } as const;

export class BoardApi implements Pick<BoardOptions, 'api'> {
  readonly seats: SeatApi;
  readonly events: Event[] = [];
  readonly deleted: { readonly name: string; readonly uid?: string }[] = [];
  /** The writes so far, as JSON. */
  readonly patches: object[] = [];
  readonly classes;
  /** Called before each write of a ConfigMap. It may throw. */
  onWriteSessions: () => void = () => undefined;
  readonly #watchers: ((configMap: ConfigMap) => void)[] = [];
  #sessions: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...SESSIONS, resourceVersion: '1' } };

  constructor(workshops: readonly Workshop[], seats: readonly Seat[]) {
    this.seats = new SeatApi(workshops, seats);
    this.classes = this.seats.watch();
  }

  readonly api: BoardOptions['api'] = {
    get: <T extends KubeObject>(kind: Kind, name: string): Promise<T | undefined> =>
      kind === SEAT ? this.seats.get<T>(kind, name) : Promise.resolve(this.#object(kind, name) as T),
    mergePatch: <T extends KubeObject>(kind: Kind, key: { readonly name: string }, patch: object): Promise<T> => {
      if (kind === KINDS.ConfigMap) return this.#patchSessions<T>(patch);
      this.patches.push(patch);
      return kind === WORKSHOP ? this.#patchClass<T>(key.name, patch) : this.seats.mergePatch<T>(kind, key, patch);
    },
    create: <T extends KubeObject>(object: T): Promise<T> => {
      this.events.push(object as KubeObject as Event);
      return Promise.resolve(object);
    },
    delete: (_kind: Kind, { name }: { readonly name: string }, { uid }: DeleteOptions = {}): Promise<void> => {
      this.deleted.push({ name, ...(uid !== undefined && { uid }) });
      this.seats.deleteSeat(name);
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

  /** Calls the listener with the sessions that were logged out, now and after each change. */
  onSessions(listener: (configMap: ConfigMap) => void): void {
    this.#watchers.push(listener);
    listener(this.#sessions);
  }

  get sessions(): ConfigMap {
    return this.#sessions;
  }

  #object = (kind: Kind, name: string): KubeObject => (kind === WORKSHOP ? this.workshop(name) : this.#sessions);

  async #patchSessions<T extends KubeObject>(patch: object): Promise<T> {
    this.onWriteSessions();
    const { resourceVersion } = this.#sessions.metadata;
    if ((patch as KubeObject).metadata.resourceVersion !== resourceVersion)
      throw new ApiError('PATCH', 409, { reason: 'Conflict' });
    const changed = mergedWith(this.#sessions, patch);
    const metadata = { ...changed.metadata, resourceVersion: String(Number(resourceVersion) + 1) };
    this.#sessions = { ...changed, metadata };
    this.#watchers.forEach((listener) => listener(this.#sessions));
    return Promise.resolve(this.#sessions as KubeObject as T);
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
