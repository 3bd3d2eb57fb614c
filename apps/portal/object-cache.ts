// A cache of all objects of one kind, which a reflector keeps up to date.
import { keyOf } from '../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Listing, ReflectedStore } from '../../kubernetes/reflector.ts';

/** Called after a change. `before` is undefined for a new object, `after` for a deleted one. */
export type OnChange<T> = (before: T | undefined, after: T | undefined) => void;

export class ObjectCache<T extends KubeObject> implements ReflectedStore<T> {
  readonly kind: Kind;
  readonly #keep: (object: T) => T;
  readonly #objects = new Map<string, T>();
  readonly #listeners = new Set<OnChange<T>>();
  #isListed = false;

  /** @param keep returns the part of an object that the cache holds */
  constructor(kind: Kind, keep: (object: T) => T = (object) => object) {
    this.kind = kind;
    this.#keep = keep;
  }

  /** Whether the cache has had a complete list. */
  get isListed(): boolean {
    return this.#isListed;
  }

  get(key: string): T | undefined {
    return this.#objects.get(key);
  }

  list(): T[] {
    return [...this.#objects.values()];
  }

  /** Calls `listener` after each change, in the order of the changes. @returns a function that ends that */
  onChange(listener: OnChange<T>): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Adds or replaces an object, unless the cache has a newer version. */
  upsert(object: T): void {
    const before = this.#objects.get(keyOf(object));
    if (before && !isNewer(object, versionOf(before))) return;
    const after = this.#keep(object);
    this.#objects.set(keyOf(object), after);
    this.#notify(before, after);
  }

  forget(key: string, uid?: string): void {
    const before = this.#objects.get(key);
    if (!before || (uid !== undefined && before.metadata.uid !== uid)) return;
    this.#objects.delete(key);
    this.#notify(before, undefined);
  }

  beginListing(): Listing<T> {
    const listed = new Set<string>();
    const add = (object: T): void => {
      listed.add(keyOf(object));
      this.upsert(object);
    };
    return { add, end: (version) => this.#endListing(listed, Number(version)) };
  }

  touch(): void {
    // The portal goes on with what it knows while the API server is silent.
  }

  #endListing(listed: ReadonlySet<string>, version: number): void {
    for (const [key, object] of this.#objects) {
      if (!listed.has(key) && !isNewer(object, version)) this.forget(key);
    }
    this.#isListed = true;
  }

  #notify(before: T | undefined, after: T | undefined): void {
    for (const listener of this.#listeners) listener(before, after);
  }
}

/** The resourceVersion of an object as a number. The versions of one API server grow with each write. */
export const versionOf = ({ metadata }: KubeObject): number => Number(metadata.resourceVersion);

const isNewer = (object: KubeObject, version: number): boolean => versionOf(object) > version;
