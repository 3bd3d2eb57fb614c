// A store for reconcilers' unit tests, backed by the fake API server.
import { keyOf } from '../../../kubernetes/object.ts';
import type { Kind, KubeObject } from '../../../kubernetes/object.ts';
import type { Inventory } from '../store.ts';

/** Always shows the current objects of the fake API server. */
export class FakeStore<T extends KubeObject = KubeObject> implements Inventory<T> {
  /** A test may set this to false. */
  fresh = true;
  readonly kind: Kind;
  /** Whether our field manager applied the object. Seeded objects were not. */
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

  /** Does nothing: this store is never behind. */
  observe(): void {}

  /** Does nothing, like observe. */
  forget(): void {}
}
