// A store for unit tests of reconcilers. It reads from the fake API server.
import { keyOf } from '../../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../../kubernetes/object.ts';
import type { Inventory } from '../store.ts';

/** A store that always returns the current objects of the fake API server. */
export class FakeStore<T extends KubeObject = KubeObject> implements Inventory<T> {
  /** Whether the store claims to be up to date. A test can set it to false. */
  fresh = true;
  readonly kind: Kind;
  /** Returns whether our field manager applied the object. Returns false for objects from `FakeApi.seed`. */
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

  byLabel(name: string, value: string): T[] {
    return this.list().filter((object) => object.metadata.labels?.[name] === value);
  }

  keysByLabel(name: string, value: string): string[] {
    return this.byLabel(name, value).map(keyOf);
  }

  /** Does nothing, because this store always returns the current objects. */
  observe(): void {}

  /** Does nothing, because this store always returns the current objects. */
  forget(): void {}
}
