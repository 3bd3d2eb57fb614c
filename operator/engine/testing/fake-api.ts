// An API server in memory, for reconcilers' unit tests: what it does is near enough to the real one to tell a right write from a
// wrong one, and no more. What matters is proven on a real API server.
import { ApiError } from '../../../kubernetes/api.ts';
import type { Api, DeleteOptions, ListOptions, Status } from '../../../kubernetes/api.ts';
import { KINDS, kindOf } from '../../../kubernetes/kinds.ts';
import { keyOf } from '../../../kubernetes/object.ts';
import type { Kind, KubeObject, ObjectMeta } from '../../../kubernetes/object.ts';
import type { Clock, EventRecorder, EventType } from '../reconciler.ts';
import type { Inventory } from '../store.ts';
import { applied, mergePatched, selects, stillOwned } from './merge.ts';
import type { JsonMap } from './merge.ts';

type Named = { readonly name: string; readonly namespace?: string };

/** A request that came in. */
export interface FakeRequest {
  readonly verb: 'get' | 'list' | 'create' | 'apply' | 'mergePatch' | 'delete' | 'token';
  readonly kind: string;
  /** Left out for a list. */
  readonly name?: string;
  readonly namespace?: string;
  readonly subresource?: 'status';
  /** What was sent. */
  readonly body?: unknown;
}

/** Which requests fail; what is left out fits all. */
export type Matching = Partial<Pick<FakeRequest, 'verb' | 'kind' | 'name' | 'namespace' | 'subresource'>>;

/** An answer that is no success. */
export const apiError = (code: number, reason: string, message = reason, details: Status['details'] = {}): ApiError =>
  new ApiError('The request', code, { reason, message, details });

export class FakeApi implements Api {
  /** Every write that came in, also those that changed nothing or failed, in order. */
  readonly writes: FakeRequest[] = [];
  readonly reads: FakeRequest[] = [];
  readonly #clock: Clock;
  /** Live objects, by kind and key; frozen. */
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  /** What our field manager owns, by kind, key and subresource. */
  readonly #owned = new Map<string, JsonMap>();
  readonly #stores = new Map<string, FakeStore>();
  readonly #failures: { matching: Matching; error: Error; times: number }[] = [];
  #counter = 100;

  constructor(clock: Clock = manualClock()) {
    this.#clock = clock;
  }

  /** A store that always shows what is there now. The same one for the same kind. */
  store<T extends KubeObject>(kind: Kind): FakeStore<T> {
    const applied = (key: string): boolean => this.#owned.has(`${kind.kind} ${key} `);
    const store = this.#stores.get(kind.kind) ?? new FakeStore(kind, this.#of(kind.kind), applied);
    this.#stores.set(kind.kind, store);
    return store as unknown as FakeStore<T>;
  }

  /** Puts objects there as they are, status and all, as if somebody else had made them; not among the writes. */
  seed<T extends KubeObject>(object: T): T {
    const metadata = {
      ...this.#born(),
      ...object.metadata,
      ...(kindOf(object).namespaced ? {} : { namespace: undefined }),
    };
    return this.#put({ ...object, metadata: withoutUndefined(metadata) }) as T;
  }

  /** A JSON merge patch by somebody else, status and all; what it changes is then no longer ours. Not among the writes. */
  edit<T extends KubeObject>(kind: Kind, key: Named, patch: object): T {
    const live = this.#found(kind, key);
    for (const subresource of ['', 'status']) {
      const id = ownerId(kind, key, subresource);
      const owned = this.#owned.get(id);
      if (owned) this.#owned.set(id, stillOwned(owned, json(live), json(patch)));
    }
    return this.#change(live, mergePatched(json(live), json(patch))) as T;
  }

  /** Removes an object at once, finalizers or not, and all that is in it if it is a namespace. */
  remove(kind: Kind, key: Named): void {
    this.#of(kind.kind).delete(keyText(key));
    for (const subresource of ['', 'status']) this.#owned.delete(ownerId(kind, key, subresource));
    if (kind.kind !== 'Namespace') return;
    for (const objects of this.#objects.values()) {
      for (const [inside, object] of objects) if (object.metadata.namespace === key.name) objects.delete(inside);
    }
  }

  /** The next `times` requests that match fail with `error`. */
  fail(matching: Matching, error: Error, times = 1): void {
    this.#failures.push({ matching, error, times });
  }

  async get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined> {
    await this.#receive(this.reads, { verb: 'get', kind: kind.kind, ...named(name, namespace) });
    return this.#of(kind.kind).get(keyText(named(name, namespace))) as T | undefined;
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
    return [...this.#of(kind.kind).values()].filter(fits) as T[];
  }

  async create<T extends KubeObject>(object: T): Promise<T> {
    await this.#receive(this.writes, request('create', object));
    if (this.#of(object.kind).has(keyOf(object)))
      throw apiError(409, 'AlreadyExists', `${object.kind} "${object.metadata.name}" already exists`);
    return this.#make(object) as T;
  }

  async apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T> {
    await this.#receive(this.writes, { ...request('apply', object), ...(subresource && { subresource }) });
    const live = this.#of(object.kind).get(keyOf(object));
    if (live) checkPreconditions(live, object.metadata);
    else if (subresource) throw notFound(object.kind, object.metadata.name);
    else if (object.metadata.uid !== undefined)
      throw apiError(409, 'Conflict', 'uid mismatch: the provided object specified a uid, and there is no object');
    const id = ownerId(kindOf(object), object.metadata, subresource ?? '');
    const wanted = subresource ? pick(json(object), 'status') : writable(json(object));
    const former = this.#owned.get(id) ?? {};
    this.#owned.set(id, wanted);
    return (live ? this.#change(live, applied(json(live), former, wanted)) : this.#make(object)) as T;
  }

  async mergePatch<T extends KubeObject>(kind: Kind, key: Named, patch: object): Promise<T> {
    await this.#receive(this.writes, { verb: 'mergePatch', kind: kind.kind, ...key, body: patch });
    const live = this.#found(kind, key);
    checkPreconditions(live, (patch as { metadata?: Partial<ObjectMeta> }).metadata ?? {});
    return this.#change(live, mergePatched(json(live), writable(json(patch)))) as T;
  }

  async delete(kind: Kind, key: Named, options: DeleteOptions = {}): Promise<void> {
    await this.#receive(this.writes, { verb: 'delete', kind: kind.kind, ...key, body: options });
    const live = this.#of(kind.kind).get(keyText(key));
    if (!live) return;
    checkPreconditions(live, options.uid === undefined ? {} : { uid: options.uid });
    // A namespace stays until all in it is gone, which takes a real API server a while: a test says when, with remove().
    if (kind.kind !== 'Namespace' && (live.metadata.finalizers ?? []).length === 0) return this.remove(kind, key);
    const deletionTimestamp = live.metadata.deletionTimestamp ?? this.#time();
    this.#change(live, mergePatched(json(live), { metadata: { deletionTimestamp } }));
  }

  async token(
    account: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ token: string; expiresAt: string }> {
    await this.#receive(this.writes, { verb: 'token', kind: 'ServiceAccount', ...account, body: { seconds } });
    this.#found(KINDS.ServiceAccount, account);
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
      metadata: { ...(written['metadata'] as JsonMap), ...this.#born() },
    } as unknown as KubeObject);
  }

  #checkNamespace(name: string): void {
    const namespace = this.#of('Namespace').get(name);
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

  /** Puts `next` in the place of `live`, unless it is the same; and removes it when the last finalizer of a deleted one is gone. */
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
    this.#of(object.kind).set(keyOf(object), kept);
    return kept;
  }

  #born(): Pick<ObjectMeta, 'uid' | 'resourceVersion' | 'generation' | 'creationTimestamp'> {
    const number = ++this.#counter;
    return { uid: `uid-${number}`, resourceVersion: String(number), generation: 1, creationTimestamp: this.#time() };
  }

  #found(kind: Kind, key: Named): KubeObject {
    const live = this.#of(kind.kind).get(keyText(key));
    if (live) return live;
    throw notFound(kind.plural, key.name);
  }

  #of(kind: string): Map<string, KubeObject> {
    const objects = this.#objects.get(kind) ?? new Map<string, KubeObject>();
    this.#objects.set(kind, objects);
    return objects;
  }

  #time(later = 0): string {
    return new Date(this.#clock.now() + later).toISOString().replace(/\.\d+Z$/, 'Z');
  }
}

/** Shows what the fake API server has at this moment. */
export class FakeStore<T extends KubeObject = KubeObject> implements Inventory<T> {
  /** A test may set it to false. */
  fresh = true;
  readonly kind: Kind;
  /** Whether it was applied by us. What a test has seeded was not. */
  readonly applied: (key: string) => boolean;
  readonly #objects: Map<string, KubeObject>;

  constructor(kind: Kind, objects: Map<string, KubeObject>, applied: (key: string) => boolean) {
    this.kind = kind;
    this.applied = applied;
    this.#objects = objects;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key) as T | undefined;
  }

  list(): T[] {
    return [...this.#objects.values()] as T[];
  }

  labelled(name: string, value: string): T[] {
    return this.list().filter((object) => object.metadata.labels?.[name] === value);
  }

  keysLabelled(name: string, value: string): string[] {
    return this.labelled(name, value).map(keyOf);
  }

  /** There is nothing to take in: it is never behind. */
  observe(): void {}

  /** As observe. */
  forget(): void {}
}

/** A clock that stands still until it is moved; from 2026-01-01T00:00:00Z unless told otherwise (RFC 3339 or milliseconds since 1970). */
export function manualClock(
  start: string | number = '2026-01-01T00:00:00Z',
): Clock & { advance(milliseconds: number): void } {
  let now = new Date(start).getTime();
  return { now: () => now, advance: (milliseconds) => void (now += milliseconds) };
}

export interface RecordedEvent {
  /** `Kind key`. */
  readonly about: string;
  readonly type: EventType;
  readonly reason: string;
  readonly message: string;
}

/** Keeps the events, each time it is told. */
export function recordedEvents(): EventRecorder & { readonly events: RecordedEvent[] } {
  const events: RecordedEvent[] = [];
  return {
    events,
    event: (about, type, reason, message) =>
      void events.push({ about: `${about.kind} ${keyOf(about)}`, type, reason, message }),
  };
}

const json = (value: object): JsonMap => structuredClone(value) as JsonMap;
const named = (name: string, namespace?: string): Named => (namespace === undefined ? { name } : { name, namespace });
const keyText = ({ name, namespace }: Named): string => (namespace === undefined ? name : `${namespace}/${name}`);
const ownerId = (kind: Kind, key: Named, subresource: string): string => `${kind.kind} ${keyText(key)} ${subresource}`;
const request = (verb: FakeRequest['verb'], object: KubeObject): FakeRequest => ({
  verb,
  kind: object.kind,
  ...named(object.metadata.name, object.metadata.namespace),
  body: object,
});
const notFound = (what: string, name: string): ApiError => apiError(404, 'NotFound', `${what} "${name}" not found`);
const pick = (object: JsonMap, field: string): JsonMap =>
  object[field] === undefined ? {} : { [field]: object[field] };
const without = (object: JsonMap, ...keys: string[]): JsonMap =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !keys.includes(key)));
const specOf = (object: JsonMap): JsonMap => without(object, 'metadata', 'status');

/** What a write that is not of the status can change: neither the status nor what the server itself keeps. */
function writable(object: JsonMap): JsonMap {
  const metadata = without(
    (object['metadata'] ?? {}) as JsonMap,
    'uid',
    'resourceVersion',
    'generation',
    'creationTimestamp',
    'deletionTimestamp',
  );
  return withoutUndefined({ ...without(object, 'status'), metadata });
}

function checkPreconditions(live: KubeObject, { uid, resourceVersion }: Partial<ObjectMeta>): void {
  if (uid !== undefined && uid !== live.metadata.uid)
    throw apiError(
      409,
      'Conflict',
      `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${live.metadata.uid}`,
    );
  if (resourceVersion === undefined || resourceVersion === live.metadata.resourceVersion) return;
  throw apiError(
    409,
    'Conflict',
    'the object has been modified; please apply your changes to the latest version and try again',
  );
}

/** As JSON has it: no key whose value is undefined. */
const withoutUndefined = <T extends object>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The same text for the same content, in whatever order its keys are. */
const canonical = (value: object): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );

const fieldAt = (object: KubeObject, path: string): unknown =>
  path.split('.').reduce<unknown>((value, part) => (value as Record<string, unknown> | undefined)?.[part], object);

/** So that a reconciler that mutates what a store gave it fails its test. */
function frozen<T extends object>(value: T): T {
  for (const part of Object.values(value)) if (typeof part === 'object' && part !== null) frozen(part as object);
  return Object.freeze(value);
}
