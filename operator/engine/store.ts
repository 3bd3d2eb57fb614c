// The objects of one kind as last seen. There may be tens of thousands, so each is kept as text without what nobody reads;
// a watch feeds it, and so do the answers to our own writes.
import { keyOf } from '../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Findings, Store } from './reconciler.ts';
import { systemTimers } from '../../support/timers.ts';
import type { Timers } from '../../support/timers.ts';

/** An object has come (no `old`), has gone (no `new`) or is different in what is kept of it. `old` is parsed when it is looked at. */
export interface Change<T> {
  readonly key: string;
  readonly old: T | undefined;
  readonly new: T | undefined;
}

/** A store that can tell which objects are ours to delete. */
export interface Inventory<T extends KubeObject = KubeObject> extends Store<T> {
  readonly kind: Kind;
  /** Whether our field manager has applied the object. */
  applied(key: string): boolean;
  /** The keys of what `labelled` gives. */
  keysLabelled(name: string, value: string): readonly string[];
}

export interface StoreOptions<T> {
  readonly kind: Kind;
  /** Whose objects are `applied`. */
  readonly fieldManager: string;
  /** What to keep of an object beside its metadata; all, unless told. It must not change what it is given. */
  readonly keep?: (object: T) => Omit<T, 'metadata'>;
  /** Labels that objects are looked up by. */
  readonly index?: readonly string[];
  /** Keeps objects as they are rather than as text: for kinds with few objects that are read often. Never mutate what it gives. */
  readonly parsed?: boolean;
  /** Milliseconds without a sign of life after which it is no longer fresh. Default 150,000. */
  readonly staleAfter?: number;
  readonly timers?: Timers;
}

/** One run through a list. Nothing is removed until its end. */
export interface Listing<T> {
  add(object: T): void;
  /** The list was complete, and of this version: what was not in it is gone, unless it is newer. */
  end(resourceVersion: string): void;
}

interface Entry<T> {
  readonly kept: string | T;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly applied: boolean;
  /** Values of the indexed labels, in the order of the index. */
  readonly labels: readonly (string | undefined)[];
  /** The number of the listing that it was last in. */
  listing: number;
  found?: string | undefined;
}

interface Received {
  readonly managedFields?: readonly {
    readonly manager?: string;
    readonly operation?: string;
    readonly subresource?: string;
  }[];
}

/** Milliseconds for which a deleted object is remembered: longer than the answer to any write takes. */
const REMEMBERED = 300_000;

/** Without its status. For `keep`. */
export const withoutStatus = <T extends KubeObject>(object: T): Omit<T, 'metadata'> => ({
  ...object,
  status: undefined,
});

/** With these fields of its status and no others. For `keep`. */
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
  private readonly options: StoreOptions<T>;
  private readonly timers: Timers;
  private readonly entries = new Map<string, Entry<T>>();
  /** For each indexed label, the keys by its value. */
  private readonly index: readonly { readonly label: string; readonly keys: Map<string, Set<string>> }[];
  /** Uids of deleted objects, each with the time until which it is remembered; in the order of that time. */
  private readonly deleted = new Map<string, number>();
  private readonly listeners = new Set<(change: Change<T>) => void>();
  private listing = 0;
  private listed = false;
  private lastSign = 0;

  constructor(options: StoreOptions<T>) {
    this.kind = options.kind;
    this.options = options;
    this.timers = options.timers ?? systemTimers;
    this.index = (options.index ?? []).map((label) => ({ label, keys: new Map() }));
  }

  get size(): number {
    return this.entries.size;
  }

  get fresh(): boolean {
    return this.listed && this.timers.now() - this.lastSign <= (this.options.staleAfter ?? 150_000);
  }

  get(key: string): T | undefined {
    const entry = this.entries.get(key);
    return entry && this.objectOf(entry);
  }

  list(): T[] {
    return [...this.entries.values()].map((entry) => this.objectOf(entry));
  }

  labelled(name: string, value: string): T[] {
    return this.keysLabelled(name, value).flatMap((key) => this.get(key) ?? []);
  }

  keysLabelled(name: string, value: string): readonly string[] {
    const indexed = this.index.find(({ label }) => label === name);
    if (indexed) return [...(indexed.keys.get(value) ?? [])];
    return this.list()
      .filter(({ metadata }) => metadata.labels?.[name] === value)
      .map(keyOf);
  }

  findings(key: string): Findings | undefined {
    return this.entries.get(key);
  }

  applied(key: string): boolean {
    return this.entries.get(key)?.applied === true;
  }

  /** Calls `listener`, which must not throw, upon every change, whichever way it came. @returns what ends that */
  onChange(listener: (change: Change<T>) => void): () => void {
    this.listeners.add(listener);
    return () => void this.listeners.delete(listener);
  }

  observe(object: T): void {
    // The answer to a write may come later than the news that the object is gone.
    if (!this.deleted.has(object.metadata.uid ?? '')) this.upsert(object);
  }

  forget(key: string, uid: string): void {
    this.rememberDeleted(uid);
    if (this.entries.get(key)?.uid === uid) this.remove(key);
  }

  /** Takes in an object that has come or has changed, unless what is known is as new. */
  upsert(object: T): void {
    const key = keyOf(object);
    const known = this.entries.get(key);
    if (known && !isNewer(object.metadata.resourceVersion ?? '', known.resourceVersion)) return;
    const kept = this.keptOf(object);
    const entry = this.entryOf(object, kept, known?.listing ?? 0);
    this.entries.set(key, entry);
    this.reindex(key, known?.labels, entry.labels);
    if (!known || textOf(known.kept) !== textOf(entry.kept)) this.notify(key, known, kept);
  }

  /** Begins a list; another that was not ended no longer counts. */
  beginListing(): Listing<T> {
    const number = ++this.listing;
    const add = (object: T): void => {
      this.upsert(object);
      const entry = this.entries.get(keyOf(object));
      if (entry) entry.listing = number;
    };
    return { add, end: (resourceVersion) => this.endListing(number, resourceVersion) };
  }

  /** There was a sign of life from whoever feeds this. */
  alive(): void {
    this.lastSign = this.timers.now();
  }

  private endListing(number: number, resourceVersion: string): void {
    for (const [key, entry] of this.entries) {
      // An object that we made while the list was on its way is newer than the list.
      if (entry.listing === number || isNewer(entry.resourceVersion, resourceVersion)) continue;
      this.rememberDeleted(entry.uid);
      this.remove(key);
    }
    this.listed = true;
    this.alive();
  }

  private remove(key: string): void {
    const entry = this.entries.get(key);
    this.entries.delete(key);
    this.reindex(key, entry?.labels, undefined);
    this.notify(key, entry, undefined);
  }

  private rememberDeleted(uid: string): void {
    const now = this.timers.now();
    for (const [one, until] of this.deleted) {
      if (until > now) break;
      this.deleted.delete(one);
    }
    this.deleted.delete(uid);
    this.deleted.set(uid, now + REMEMBERED);
  }

  private keptOf(object: T): T {
    const { keep } = this.options;
    const metadata = { ...object.metadata, managedFields: undefined };
    // The items of a list have their kind elsewhere than a watch's objects; the text must not differ by that.
    const { apiVersion, kind } = this.kind;
    return Object.assign({ apiVersion, kind }, keep ? keep(object) : object, { metadata }) as unknown as T;
  }

  private entryOf(object: T, kept: T, listing: number): Entry<T> {
    const { parsed, fieldManager } = this.options;
    const {
      uid = '',
      resourceVersion = '',
      labels = {},
      managedFields = [],
    } = object.metadata as KubeObject['metadata'] & Received;
    return {
      kept: parsed ? kept : textOf(kept),
      uid,
      resourceVersion,
      applied: managedFields.some(
        ({ manager, operation, subresource }) => manager === fieldManager && operation === 'Apply' && !subresource,
      ),
      labels: this.index.map(({ label }) => labels[label]),
      listing,
    };
  }

  private objectOf({ kept, resourceVersion }: Entry<T>): T {
    if (typeof kept !== 'string') return kept;
    const object = JSON.parse(kept) as T;
    return Object.assign(object, { metadata: { ...object.metadata, resourceVersion } });
  }

  private reindex(key: string, before: Entry<T>['labels'] = [], after: Entry<T>['labels'] = []): void {
    for (const [position, { keys }] of this.index.entries()) {
      const [from, to] = [before[position], after[position]];
      if (from === to) continue;
      if (from !== undefined) removeFrom(keys, from, key);
      if (to !== undefined) addTo(keys, to, key);
    }
  }

  private notify(key: string, before: Entry<T> | undefined, now: T | undefined): void {
    // Parsed only for who looks.
    const old = (): T | undefined => before && this.objectOf(before);
    const change: Change<T> = {
      key,
      new: now,
      get old() {
        return old();
      },
    };
    for (const listener of this.listeners) listener(change);
  }
}

/**
 * Versions grow, and are numbers wherever the API server's storage is etcd; where they are not, any other one is newer.
 * https://github.com/kubernetes/enhancements/tree/master/keps/sig-api-machinery/5504-comparable-resource-version
 */
function isNewer(version: string, than: string): boolean {
  const [a, b] = [Number(version), Number(than)];
  return Number.isNaN(a) || Number.isNaN(b) ? version !== than : a > b;
}

/** Without the version, which changes though nothing else that is kept does. */
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
