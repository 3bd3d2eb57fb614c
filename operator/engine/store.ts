// A cache of all objects of one kind. There may be tens of thousands of objects. So the cache saves memory: it keeps
// each object as JSON text, without unused fields. A reflector fills the cache. The API server's answers to our own
// writes also update it.
import { keyOf } from '../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Listing } from '../../kubernetes/reflector.ts';
import { ManagedFieldsPool, entriesOf } from './managed-fields.ts';
import type { ApplyMemo, Store } from './reconciler.ts';
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/**
 * A change of one object in a store. `old` is undefined if the object was added. `new` is undefined if the object was
 * deleted. Each access to `old` parses JSON, so read it only if you need it.
 */
export interface Change<T> {
  readonly key: string;
  readonly old: T | undefined;
  readonly new: T | undefined;
}

/**
 * A store that also knows which objects the operator itself applied. Only these may be deleted when they are no longer
 * desired.
 */
export interface Inventory<T extends KubeObject = KubeObject> extends Store<T> {
  readonly kind: Kind;
  /** Returns whether our field manager applied the object. */
  applied(key: string): boolean;
  /** Returns the keys of all objects whose label `name` has this value. */
  keysByLabel(name: string, value: string): readonly string[];
}

export interface StoreOptions<T> {
  readonly kind: Kind;
  /** Name of our field manager. `applied` returns true for the objects that we applied under this name. */
  readonly fieldManager: string;
  /** Returns the fields to store besides metadata. Must not change its argument. Default: all fields. */
  readonly keep?: (object: T) => Omit<T, 'metadata'>;
  /** Names of the labels for which the store keeps an index, so that `byLabel` is fast. */
  readonly index?: readonly string[];
  /** Stores parsed objects instead of JSON text. Use it for kinds with few objects that are read often. */
  readonly parsed?: boolean;
  /** The store counts as out of date this many milliseconds after the last call of `touch`. Default 150,000. */
  readonly staleAfter?: number;
  readonly timers?: Timers;
}

interface Entry<T> extends ApplyMemo {
  readonly kept: string | T;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly applied: boolean;
  /** The values of the object's indexed labels, in the order of the `index` option. */
  readonly labels: readonly (string | undefined)[];
  /** The number of the latest list request that returned the object. List requests are numbered in order. */
  listing: number;
}

/**
 * How long the store remembers the uid of a deleted object, in milliseconds. This is longer than any write request
 * takes.
 */
const DELETED_MEMORY_MS = 300_000;

/** A value for the `keep` option: stores everything except the status. */
export const withoutStatus = <T extends KubeObject>(object: T): Omit<T, 'metadata'> => ({
  ...object,
  status: undefined,
});

/** Returns a value for the `keep` option: stores everything, but only these fields of the status. */
export function withStatus<T extends KubeObject>(...fields: readonly string[]): (object: T) => Omit<T, 'metadata'> {
  return (object) => {
    const { status = {} } = object as { status?: Record<string, unknown> };
    return {
      ...object,
      status: Object.fromEntries(fields.filter((field) => field in status).map((field) => [field, status[field]])),
    };
  };
}

export class CompactStore<T extends KubeObject = KubeObject> implements Inventory<T> {
  readonly kind: Kind;
  readonly #options: StoreOptions<T>;
  readonly #timers: Timers;
  readonly #entries = new Map<string, Entry<T>>();
  /** One index per indexed label. It maps each value of the label to the keys of the objects with that value. */
  readonly #index: readonly { readonly label: string; readonly keys: Map<string, Set<string>> }[];
  /** Uids of deleted objects, oldest first. Each uid has the time at which the store forgets it, in milliseconds. */
  readonly #deleted = new Map<string, number>();
  readonly #managedFields = new ManagedFieldsPool();
  readonly #listeners = new Set<(change: Change<T>) => void>();
  #listing = 0;
  #listed = false;
  #lastTouch = 0;

  constructor(options: StoreOptions<T>) {
    this.kind = options.kind;
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
    this.#index = (options.index ?? []).map((label) => ({ label, keys: new Map() }));
  }

  get size(): number {
    return this.#entries.size;
  }

  get fresh(): boolean {
    return this.#listed && this.#timers.now() - this.#lastTouch <= (this.#options.staleAfter ?? 150_000);
  }

  keys(): string[] {
    return [...this.#entries.keys()];
  }

  get(key: string): T | undefined {
    const entry = this.#entries.get(key);
    return entry && this.#objectOf(entry);
  }

  list(): T[] {
    return [...this.#entries.values()].map((entry) => this.#objectOf(entry));
  }

  byLabel(name: string, value: string): T[] {
    return this.keysByLabel(name, value).flatMap((key) => this.get(key) ?? []);
  }

  keysByLabel(name: string, value: string): readonly string[] {
    const indexed = this.#index.find(({ label }) => label === name);
    if (indexed) return [...(indexed.keys.get(value) ?? [])];
    return this.list()
      .filter(({ metadata }) => metadata.labels?.[name] === value)
      .map(keyOf);
  }

  applyMemo(key: string): ApplyMemo | undefined {
    return this.#entries.get(key);
  }

  applied(key: string): boolean {
    return this.#entries.get(key)?.applied === true;
  }

  /**
   * Calls `listener` after every change. The listener must not throw.
   * @returns a function that removes the listener
   */
  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  observe(object: T): void {
    // The answer to a write may arrive after the watch has reported that the object was deleted. Don't store the object
    // then.
    if (!this.#deleted.has(object.metadata.uid ?? '')) this.upsert(object);
  }

  forget(key: string, uid: string): void {
    this.#rememberDeleted(uid);
    if (this.#entries.get(key)?.uid === uid) this.#remove(key);
  }

  /** Adds or replaces an object, unless the stored version is the same or newer. */
  upsert(object: T): void {
    const key = keyOf(object);
    const known = this.#entries.get(key);
    if (known && !isNewer(object.metadata.resourceVersion ?? '', known.resourceVersion)) return;
    const kept = this.#keptOf(object);
    const entry = this.#entryOf(object, kept, known?.listing ?? 0);
    this.#entries.set(key, entry);
    this.#reindex(key, known?.labels, entry.labels);
    if (!known || textOf(known.kept) !== textOf(entry.kept)) this.#notify(key, known, kept);
  }

  /**
   * Starts to take in the objects of a list request. If an earlier list was not completed, it no longer counts. At the
   * end, objects that were not in the list are removed, unless they are newer than the list.
   */
  beginListing(): Listing<T> {
    const number = ++this.#listing;
    const add = (object: T): void => {
      this.upsert(object);
      const entry = this.#entries.get(keyOf(object));
      if (entry) entry.listing = number;
    };
    return { add, end: (resourceVersion) => this.#endListing(number, resourceVersion) };
  }

  /** Records that the watch works, so the store counts as up to date for another `staleAfter` milliseconds. */
  touch(): void {
    this.#lastTouch = this.#timers.now();
  }

  #endListing(number: number, resourceVersion: string): void {
    for (const [key, entry] of this.#entries) {
      // We may have written an object while the list request was running. Such an object is newer than the list, so
      // keep it.
      if (entry.listing === number || isNewer(entry.resourceVersion, resourceVersion)) continue;
      this.#rememberDeleted(entry.uid);
      this.#remove(key);
    }
    this.#listed = true;
    this.touch();
  }

  #remove(key: string): void {
    const entry = this.#entries.get(key);
    this.#entries.delete(key);
    this.#reindex(key, entry?.labels, undefined);
    this.#notify(key, entry, undefined);
  }

  #rememberDeleted(uid: string): void {
    const now = this.#timers.now();
    for (const [oldUid, until] of this.#deleted) {
      if (until > now) break;
      this.#deleted.delete(oldUid);
    }
    this.#deleted.delete(uid);
    this.#deleted.set(uid, now + DELETED_MEMORY_MS);
  }

  #keptOf(object: T): T {
    const { keep } = this.#options;
    const metadata = { ...object.metadata, managedFields: undefined };
    // List items and watch events have apiVersion and kind in different positions. Put both fields first, so that equal
    // objects have equal JSON texts.
    const { apiVersion, kind } = this.kind;
    return Object.assign({ apiVersion, kind }, keep ? keep(object) : object, { metadata }) as unknown as T;
  }

  #entryOf(object: T, kept: T, listing: number): Entry<T> {
    const { parsed, fieldManager } = this.#options;
    const { uid = '', resourceVersion = '', labels = {} } = object.metadata;
    return {
      kept: parsed ? kept : textOf(kept),
      uid,
      resourceVersion,
      applied: entriesOf(object).some(
        ({ manager, operation, subresource }) => manager === fieldManager && operation === 'Apply' && !subresource,
      ),
      labels: this.#index.map(({ label }) => labels[label]),
      listing,
      ...(!parsed && { managedFields: this.#managedFields.share(object) }),
    };
  }

  #objectOf({ kept, resourceVersion }: Entry<T>): T {
    if (typeof kept !== 'string') return kept;
    const object = JSON.parse(kept) as T;
    return Object.assign(object, { metadata: { ...object.metadata, resourceVersion } });
  }

  #reindex(key: string, before: Entry<T>['labels'] = [], after: Entry<T>['labels'] = []): void {
    for (const [position, { keys }] of this.#index.entries()) {
      const [from, to] = [before[position], after[position]];
      if (from === to) continue;
      if (from !== undefined) removeFrom(keys, from, key);
      if (to !== undefined) addTo(keys, to, key);
    }
  }

  #notify(key: string, before: Entry<T> | undefined, now: T | undefined): void {
    // `old` is a getter. So the JSON text of the old object is parsed only if a listener reads `old`.
    const old = (): T | undefined => before && this.#objectOf(before);
    const change: Change<T> = {
      key,
      new: now,
      get old() {
        return old();
      },
    };
    for (const listener of this.#listeners) listener(change);
  }
}

/**
 * Returns whether the resource version `version` is newer than `than`. API servers that use etcd have numeric versions
 * that grow. If one of the two is not a number, `version` counts as newer whenever they differ.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version
 */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [Number(version), Number(than)];
  return Number.isNaN(a) || Number.isNaN(b) ? version !== than : a > b;
}

/**
 * Returns the text by which two versions of an object are compared. It leaves out resourceVersion, which changes with
 * every write.
 */
const textOf = (kept: string | KubeObject): string =>
  typeof kept === 'string'
    ? kept
    : JSON.stringify({ ...kept, metadata: { ...kept.metadata, resourceVersion: undefined } });

function addTo(keys: Map<string, Set<string>>, value: string, key: string): void {
  const set = keys.get(value);
  if (set) set.add(key);
  else keys.set(value, new Set([key]));
}

function removeFrom(keys: Map<string, Set<string>>, value: string, key: string): void {
  const set = keys.get(value);
  set?.delete(key);
  if (set?.size === 0) keys.delete(value);
}
