// A fake API server in memory, for unit tests of reconcilers. It behaves like the real one only as far as these tests
// need. Integration tests use a real API server.
import type { Api, DeleteOptions, ListOptions } from '../../../kubernetes/api.ts';
import { KINDS, kindOf } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { Kind, KubeObject, ObjectMeta } from '../../../kubernetes/object.ts';
import type { Clock, EventRecorder, EventType } from '../reconciler.ts';
import {
  apiError,
  canonical,
  checkPreconditions,
  fieldAt,
  frozen,
  json,
  keyText,
  named,
  notFound,
  ownerId,
  pick,
  request,
  specOf,
  withoutUndefined,
  writable,
} from './fake-objects.ts';
import type { FakeRequest, Named } from './fake-objects.ts';
import { FakeStore } from './fake-store.ts';
import { applied, mergePatched, selects, stillOwned } from './merge.ts';
import type { JsonMap } from './merge.ts';

export { apiError } from './fake-objects.ts';
export type { FakeRequest } from './fake-objects.ts';

/** Selects requests by their fields. A field that is undefined matches every request. */
export type Matching = Partial<Pick<FakeRequest, 'verb' | 'kind' | 'name' | 'namespace' | 'subresource'>>;

export class FakeApi implements Api {
  /** Every write request in order, including those that failed or changed nothing. */
  readonly writes: FakeRequest[] = [];
  /** Every get and list request in order. */
  readonly reads: FakeRequest[] = [];
  readonly #clock: Clock;
  /** The live objects, by kind and key. They are frozen, so nobody can change them. */
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  /** The fields that our field manager owns, by kind, key and subresource. */
  readonly #owned = new Map<string, JsonMap>();
  readonly #stores = new Map<string, FakeStore>();
  readonly #failures: { matching: Matching; error: Error; times: number }[] = [];
  #counter = 100;

  constructor(clock: Clock = manualClock()) {
    this.#clock = clock;
  }

  /**
   * Returns the store of a kind. The store always contains the current objects. All calls for a kind return the same
   * store.
   */
  store<T extends KubeObject>(kind: Kind): FakeStore<T> {
    const applied = (key: string): boolean => this.#owned.has(`${kind.kind} ${key} `);
    const store = this.#stores.get(kind.kind) ?? new FakeStore(kind, this.#objectsOf(kind.kind), applied);
    this.#stores.set(kind.kind, store);
    return store as unknown as FakeStore<T>;
  }

  /** Adds an object with its status, as if somebody else had created it. `writes` doesn't include it. */
  seed<T extends KubeObject>(object: T): T {
    const metadata = {
      ...this.#serverMetadata(),
      ...object.metadata,
      ...(kindOf(object).namespaced ? {} : { namespace: undefined }),
    };
    return this.#put({ ...object, metadata: withoutUndefined(metadata) }) as T;
  }

  /**
   * Changes an object with a JSON merge patch, as if somebody else had done it. The patch may contain the status. Our
   * field manager loses the fields that the patch changes.
   */
  edit<T extends KubeObject>(kind: Kind, key: Named, patch: object): T {
    const live = this.#mustGet(kind, key);
    for (const subresource of ['', 'status']) {
      const id = ownerId(kind, key, subresource);
      const owned = this.#owned.get(id);
      if (owned) this.#owned.set(id, stillOwned(owned, json(live), json(patch)));
    }
    return this.#change(live, mergePatched(json(live), json(patch))) as T;
  }

  /** Removes an object at once, even if it has finalizers. If it is a namespace, also removes every object in it. */
  remove(kind: Kind, key: Named): void {
    this.#objectsOf(kind.kind).delete(keyText(key));
    for (const subresource of ['', 'status']) this.#owned.delete(ownerId(kind, key, subresource));
    if (kind.kind !== 'Namespace') return;
    for (const objects of this.#objects.values()) {
      for (const [inside, object] of objects) if (object.metadata.namespace === key.name) objects.delete(inside);
    }
  }

  /** Makes the next `times` matching requests fail with `error`. */
  fail(matching: Matching, error: Error, times = 1): void {
    this.#failures.push({ matching, error, times });
  }

  async get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined> {
    await this.#receive(this.reads, { verb: 'get', kind: kind.kind, ...named(name, namespace) });
    return this.#objectsOf(kind.kind).get(keyText(named(name, namespace))) as T | undefined;
  }

  async list<T extends KubeObject>(
    kind: Kind,
    { namespace, labelSelector = '', fieldSelector = '' }: ListOptions = {},
  ): Promise<T[]> {
    await this.#receive(this.reads, {
      verb: 'list',
      kind: kind.kind,
      ...(namespace === undefined ? {} : { namespace }),
    });
    const fields = fieldSelector
      .split(',')
      .filter((part) => part !== '')
      .map((part) => part.split(/==?/));
    const fits = (object: KubeObject): boolean =>
      (namespace === undefined || object.metadata.namespace === namespace) &&
      selects(labelSelector, object.metadata.labels ?? {}) &&
      fields.every(([path = '', value]) => fieldAt(object, path) === value);
    return [...this.#objectsOf(kind.kind).values()].filter(fits) as T[];
  }

  async create<T extends KubeObject>(object: T): Promise<T> {
    await this.#receive(this.writes, request('create', object));
    if (this.#objectsOf(object.kind).has(keyOf(object)))
      throw apiError(409, 'AlreadyExists', `${object.kind} "${object.metadata.name}" already exists`);
    return this.#make(object) as T;
  }

  async apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T> {
    await this.#receive(this.writes, { ...request('apply', object), ...(subresource && { subresource }) });
    const live = this.#objectsOf(object.kind).get(keyOf(object));
    if (live) checkPreconditions(live, object.metadata);
    else if (subresource) throw notFound(object.kind, object.metadata.name);
    else if (object.metadata.uid !== undefined)
      throw apiError(409, 'Conflict', 'uid mismatch: the provided object specified a uid, and there is no object');
    const id = ownerId(kindOf(object), object.metadata, subresource ?? '');
    const desired = subresource ? pick(json(object), 'status') : writable(json(object));
    const former = this.#owned.get(id) ?? {};
    this.#owned.set(id, desired);
    return (live ? this.#change(live, applied(json(live), former, desired)) : this.#make(object)) as T;
  }

  async mergePatch<T extends KubeObject>(kind: Kind, key: Named, patch: object): Promise<T> {
    await this.#receive(this.writes, { verb: 'mergePatch', kind: kind.kind, ...key, body: patch });
    const live = this.#mustGet(kind, key);
    checkPreconditions(live, (patch as { metadata?: Partial<ObjectMeta> }).metadata ?? {});
    return this.#change(live, mergePatched(json(live), writable(json(patch)))) as T;
  }

  async delete(kind: Kind, key: Named, options: DeleteOptions = {}): Promise<void> {
    await this.#receive(this.writes, { verb: 'delete', kind: kind.kind, ...key, body: options });
    const live = this.#objectsOf(kind.kind).get(keyText(key));
    if (!live) return;
    checkPreconditions(live, options.uid === undefined ? {} : { uid: options.uid });
    // A real API server removes a namespace once it is empty. Here, the test removes it by calling remove().
    if (kind.kind !== 'Namespace' && (live.metadata.finalizers ?? []).length === 0) return this.remove(kind, key);
    const deletionTimestamp = live.metadata.deletionTimestamp ?? this.#time();
    this.#change(live, mergePatched(json(live), { metadata: { deletionTimestamp } }));
  }

  async token(
    account: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ token: string; expiresAt: string }> {
    await this.#receive(this.writes, { verb: 'token', kind: 'ServiceAccount', ...account, body: { seconds } });
    this.#mustGet(KINDS.ServiceAccount, account);
    return { token: `token-${this.#counter++}`, expiresAt: this.#time(seconds * 1000) };
  }

  #receive(log: FakeRequest[], received: FakeRequest): Promise<void> {
    log.push(received);
    const matches = ({ matching }: { matching: Matching }): boolean =>
      Object.entries(matching).every(([field, value]) => received[field as keyof FakeRequest] === value);
    const failure = this.#failures.find(matches);
    if (!failure) return Promise.resolve();
    if (--failure.times === 0) this.#failures.splice(this.#failures.indexOf(failure), 1);
    return Promise.reject(failure.error);
  }

  #make(object: KubeObject): KubeObject {
    const { namespace } = object.metadata;
    if (namespace !== undefined) this.#checkNamespace(namespace);
    const written = writable(json(object));
    return this.#put({
      ...written,
      metadata: { ...(written['metadata'] as JsonMap), ...this.#serverMetadata() },
    } as unknown as KubeObject);
  }

  #checkNamespace(name: string): void {
    const namespace = this.#objectsOf('Namespace').get(name);
    if (!namespace) throw notFound('namespaces', name);
    if (namespace.metadata.deletionTimestamp === undefined) return;
    const causes = [
      { reason: 'NamespaceTerminating', message: `namespace ${name} is being terminated`, field: 'metadata.namespace' },
    ];
    throw apiError(
      403,
      'Forbidden',
      `unable to create new content in namespace ${name} because it is being terminated`,
      { causes },
    );
  }

  /** Replaces `live` with `next` if they differ. Removes an object that is being deleted and has no finalizer left. */
  #change(live: KubeObject, next: JsonMap): KubeObject {
    const [before, after] = [json(live), withoutUndefined(next)];
    if (canonical(before) === canonical(after)) return live;
    const specChanged = canonical(specOf(before)) !== canonical(specOf(after));
    const changed = after as unknown as KubeObject;
    const metadata = {
      ...changed.metadata,
      resourceVersion: String(++this.#counter),
      generation: (live.metadata.generation ?? 1) + (specChanged ? 1 : 0),
    };
    const ended =
      changed.kind !== 'Namespace' &&
      metadata.deletionTimestamp !== undefined &&
      (metadata.finalizers ?? []).length === 0;
    if (ended) this.remove(kindOf(live), live.metadata);
    return ended ? changed : this.#put({ ...changed, metadata });
  }

  #put(object: KubeObject): KubeObject {
    const kept = frozen(structuredClone(object));
    this.#objectsOf(object.kind).set(keyOf(object), kept);
    return kept;
  }

  #serverMetadata(): Pick<ObjectMeta, 'uid' | 'resourceVersion' | 'generation' | 'creationTimestamp'> {
    const number = ++this.#counter;
    return { uid: `uid-${number}`, resourceVersion: String(number), generation: 1, creationTimestamp: this.#time() };
  }

  #mustGet(kind: Kind, key: Named): KubeObject {
    const live = this.#objectsOf(kind.kind).get(keyText(key));
    if (live) return live;
    throw notFound(kind.plural, key.name);
  }

  #objectsOf(kind: string): Map<string, KubeObject> {
    const objects = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    this.#objects.set(kind, objects);
    return objects;
  }

  #time(later = 0): string {
    return new Date(this.#clock.now() + later).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

/** Returns a clock that stands still until `advance` is called. `start` is RFC 3339 or milliseconds since 1970. */
export function manualClock(
  start: string | number = '2026-01-01T00:00:00Z',
): Clock & { advance(milliseconds: number): void } {
  let now = new Date(start).getTime();
  return { now: () => now, advance: (milliseconds) => void (now += milliseconds) };
}

export interface RecordedEvent {
  /** Kind and key of the object that the Event is about, for example `Seat ada`. */
  readonly about: string;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** Returns an Event recorder that keeps every Event, so that a test can check them. */
export function recordedEvents(): EventRecorder & { readonly events: RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  return {
    events,
    event: (about, type, reason, message) =>
      void events.push({ about: `${about.kind} ${keyOf(about)}`, type, reason, message }),
  };
}
