// The objects of one kind as last seen. There may be tens of thousands, so the store keeps each as JSON text and drops
// the fields that nobody reads. A reflector feeds it, and so do the answers to our own writes.
import { keyOf } from '../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { ApplyMemo, Store } from './reconciler.ts';
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** An object was added (no `old`), deleted (no `new`), or its kept fields changed. `old` is parsed on first use. */
export interface Change<T> {
  readonly key: string;
  readonly old: T | undefined;
  readonly new: T | undefined;
}

/** A store that knows which objects we may delete. */
export interface Inventory<T extends KubeObject = KubeObject> extends Store<T> {
  readonly kind: Kind;
  /** Whether our field manager applied the object. */
  applied(key: string): boolean;
  /** The keys of the objects that `byLabel` returns. */
  keysByLabel(name: string, value: string): readonly string[];
}

export interface StoreOptions<T> {
  readonly kind: Kind;
  /** The field manager whose objects count as `applied`. */
  readonly fieldManager: string;
  /** Picks the fields to keep besides metadata. Default: all. It must not mutate its argument. */
  readonly keep?: (object: T) => Omit<T, 'metadata'>;
  /** Labels to index for `byLabel`. */
  readonly index?: readonly string[];
  /** Keeps objects parsed instead of as text. For kinds with few objects that are read often. */
  readonly parsed?: boolean;
  /** Milliseconds after the last `touch` until the store is no longer fresh. Default 150,000. */
  readonly staleAfter?: number;
  readonly timers?: Timers;
}

/** A list in progress. Nothing is removed until its end. */
export interface Listing<T> {
  add(object: T): void;
  /** Completes the list. Objects that were not in it are removed, unless they are newer than this version. */
  end(resourceVersion: string): void;
}

interface Entry<T> extends ApplyMemo {
  readonly kept: string | T;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly applied: boolean;
  /** Values of the indexed labels, in index order. */
  readonly labels: readonly (string | undefined)[];
  /** The number of the last list that contained the object. */
  listing: number;
}

interface ManagedMeta {
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly operation?: string;
    readonly subresource?: string;
  }[];
}

/** Milliseconds to remember a deleted object: longer than the answer to any write takes. */
const DELETED_MEMORY_MS = 300_000;

/** For `keep`: drops the status. */
export const withoutStatus = <T extends KubeObject>(object: T): Omit<T, 'metadata'> => ({
  ...object,
  status: undefined,
});

/** For `keep`: keeps only these fields of the status. */
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
  /** For each indexed label, object keys by label value. */
  readonly #index: readonly { readonly label: string; readonly keys: Map<string, Set<string>> }[];
  /** Uids of deleted objects with the time at which to forget each, earliest first. */
  readonly #deleted = new Map<string, number>();
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
   * Calls `listener` after every change from any source. It must not throw. @returns a function that removes the
   * listener
   */
  onChange(listener: (change: Change<T>) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  observe(object: T): void {
    // The answer to a write may arrive after the event that says the object was deleted.
    if (!this.#deleted.has(object.metadata.uid ?? '')) this.upsert(object);
  }

  forget(key: string, uid: string): void {
    this.#rememberDeleted(uid);
    if (this.#entries.get(key)?.uid === uid) this.#remove(key);
  }

  /** Adds or replaces an object, unless the stored one is as new. */
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

  /** Starts a list. An earlier one that was not ended is discarded. */
  beginListing(): Listing<T> {
    const number = ++this.#listing;
    const add = (object: T): void => {
      this.upsert(object);
      const entry = this.#entries.get(keyOf(object));
      if (entry) entry.listing = number;
    };
    return { add, end: (resourceVersion) => this.#endListing(number, resourceVersion) };
  }

  /** Records that the watch is alive. */
  touch(): void {
    this.#lastTouch = this.#timers.now();
  }

  #endListing(number: number, resourceVersion: string): void {
    for (const [key, entry] of this.#entries) {
      // We may have written the object while the list was under way. Then it is newer than the list.
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
    // List items and watch events place apiVersion and kind differently. Put them first, so that the texts compare
    // equal.
    const { apiVersion, kind } = this.kind;
    return Object.assign({ apiVersion, kind }, keep ? keep(object) : object, { metadata }) as unknown as T;
  }

  #entryOf(object: T, kept: T, listing: number): Entry<T> {
    const { parsed, fieldManager } = this.#options;
    const {
      uid = '',
      resourceVersion = '',
      labels = {},
      managedFields = [],
    } = object.metadata as KubeObject['metadata'] & ManagedMeta;
    return {
      kept: parsed ? kept : textOf(kept),
      uid,
      resourceVersion,
      applied: managedFields.some(
        ({ manager, operation, subresource }) => manager === fieldManager && operation === 'Apply' && !subresource,
      ),
      labels: this.#index.map(({ label }) => labels[label]),
      listing,
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
    // A getter, so that the old text is parsed only if a listener reads it.
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
 * Whether `version` is newer. Versions are growing numbers if the API server stores to etcd. Otherwise any other
 * version counts as newer.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version
 */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [Number(version), Number(than)];
  return Number.isNaN(a) || Number.isNaN(b) ? version !== than : a > b;
}

/** The text to compare, without resourceVersion: it changes even if no kept field does. */
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
