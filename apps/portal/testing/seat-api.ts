// An API server for Seats and the ConfigMaps of polls in memory. It refuses a write to an object that has changed, and
// tells watches of Seats of changes.
import { ApiError } from '../../../kubernetes/api.ts';
import type { HttpApi } from '../../../kubernetes/client.ts';
import type { Kind, KubeObject } from '../../../kubernetes/object.ts';
import { Classes } from '../classes.ts';
import type { ConfigMap } from '../../../kubernetes/types.ts';
import { SEAT } from '../kinds.ts';
import type { Claim, Seat, Workshop } from '../kinds.ts';
import { mergedWith } from './merge-patch.ts';

export class SeatApi implements Pick<HttpApi, 'create' | 'delete' | 'get' | 'mergePatch'> {
  readonly seats = new Map<string, Seat>();
  readonly workshops: Workshop[] = [];
  readonly configMaps = new Map<string, ConfigMap>();
  readonly #watches = new Set<{ classes: Classes; lag: number }>();
  #version = 100;
  /** Called before each request. It may wait or throw. */
  onRequest: (method: 'create' | 'delete' | 'get' | 'patch') => Promise<void> = () => Promise.resolve();
  /** Called after each write, before its answer. It may wait or throw, as if the answer were lost. */
  onWritten: () => Promise<void> = () => Promise.resolve();

  constructor(workshops: readonly Workshop[], seats: readonly Seat[]) {
    this.workshops.push(...workshops);
    for (const seat of seats) this.seats.set(seat.metadata.name, seat);
  }

  /** Returns a view of the classes that sees each change `lag` milliseconds late. */
  watch(lag = 0): Classes {
    const classes = new Classes();
    const [workshops, seats] = [classes.workshops.beginListing(), classes.seats.beginListing()];
    this.workshops.forEach((workshop) => workshops.add(workshop));
    this.seats.forEach((seat) => seats.add(seat));
    workshops.end('100');
    seats.end('100');
    this.#watches.add({ classes, lag });
    return classes;
  }

  async get<T extends KubeObject>(_kind: Kind, name: string): Promise<T | undefined> {
    await this.onRequest('get');
    return this.seats.get(name) as T | undefined;
  }

  async create<T extends KubeObject>(object: T): Promise<T> {
    await this.onRequest('create');
    if (this.configMaps.has(object.metadata.name)) throw new ApiError('POST', 409, { reason: 'AlreadyExists' });
    return this.#putConfigMap(object) as KubeObject as T;
  }

  async mergePatch<T extends KubeObject>(kind: Kind, { name }: { name: string }, patch: object): Promise<T> {
    await this.onRequest('patch');
    const live: KubeObject | undefined = (kind === SEAT ? this.seats : this.configMaps).get(name);
    if (!live) throw new ApiError('PATCH', 404, { reason: 'NotFound' });
    const { resourceVersion = live.metadata.resourceVersion } = (patch as Partial<KubeObject>).metadata ?? {};
    if (live.metadata.resourceVersion !== resourceVersion) throw new ApiError('PATCH', 409, { reason: 'Conflict' });
    const changed = mergedWith(live, patch);
    const written = kind === SEAT ? this.put(changed as Seat) : this.#putConfigMap(changed);
    await this.onWritten();
    return written as T;
  }

  /** Deletes a ConfigMap. */
  async delete(_kind: Kind, { name }: { name: string }): Promise<void> {
    await this.onRequest('delete');
    this.configMaps.delete(name);
  }

  #putConfigMap(object: KubeObject): ConfigMap {
    const resourceVersion = String((this.#version += 1));
    const written = { ...object, metadata: { ...object.metadata, resourceVersion } } as ConfigMap;
    this.configMaps.set(object.metadata.name, written);
    return written;
  }

  /** Writes a Seat as anybody could with kubectl. */
  put(seat: Seat): Seat {
    const metadata = { ...seat.metadata, resourceVersion: String((this.#version += 1)) };
    const written = { ...seat, metadata };
    this.seats.set(metadata.name, written);
    this.#tell(({ seats }) => seats.upsert(written));
    return written;
  }

  deleteSeat(name: string): void {
    this.seats.delete(name);
    this.#tell(({ seats }) => seats.forget(name));
  }

  /** Changes a Seat's spec. */
  change(name: string, spec: Partial<Seat['spec']>): Seat {
    const seat = this.seats.get(name);
    if (!seat) throw new Error(`expected a Seat ${name}, found none`);
    return this.put({ ...seat, spec: { ...seat.spec, ...spec } });
  }

  /** Changes a Workshop's spec. */
  changeClass(name: string, spec: Partial<Workshop['spec']>): void {
    const index = this.workshops.findIndex(({ metadata }) => metadata.name === name);
    const found = this.workshops[index];
    if (!found) throw new Error(`expected a Workshop ${name}, found none`);
    const metadata = { ...found.metadata, resourceVersion: String((this.#version += 1)) };
    const written = { ...found, metadata, spec: { ...found.spec, ...spec } };
    this.workshops[index] = written;
    this.#tell(({ workshops }) => workshops.upsert(written));
  }

  setPhase(name: string, phase: NonNullable<Seat['status']>['phase']): void {
    const seat = this.seats.get(name);
    if (seat) this.put({ ...seat, status: { ...seat.status, phase } } as Seat);
  }

  /** Writes which claims the operator keeps while it makes their seats anew. */
  reserve(workshop: string, reserved: readonly { readonly seat: string; readonly claim: Claim }[]): void {
    const found = this.workshops.find(({ metadata }) => metadata.name === workshop);
    if (!found) throw new Error(`expected a Workshop ${workshop}, found none`);
    const resourceVersion = String((this.#version += 1));
    const status = { ...found.status, reserved: [...reserved] };
    this.#tell(({ workshops }) =>
      workshops.upsert({ ...found, metadata: { ...found.metadata, resourceVersion }, status }),
    );
  }

  #tell(change: (classes: Classes) => void): void {
    for (const { classes, lag } of this.#watches) {
      if (lag === 0) change(classes);
      else setTimeout(change, lag, classes).unref();
    }
  }
}
