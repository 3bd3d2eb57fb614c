// A builder that declares which changes trigger a controller. It is modelled on controller-runtime's builder.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/builder
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Controller } from './controller.ts';
import type { Reconciler } from './reconciler.ts';
import type { CompactStore } from './store.ts';

/** A source of changes that can trigger a controller, for example a store. */
export interface Source<C> {
  onChange(listener: (change: C) => void): unknown;
}

export interface WatchOptions {
  /**
   * Delay in milliseconds between a change and its reconcile. Changes during the delay share one reconcile. Default 0.
   */
  readonly delay?: number;
}

/** The objects that a controller reconciles. */
export interface Objects {
  /** Returns the key of every object. */
  readonly keys: () => Iterable<string>;
  /** Returns the uid of the object with this key. */
  readonly uidOf: (key: string) => string | undefined;
}

/** Creates a controller for `reconciler`. */
type CreateController = (reconciler: Reconciler, objects: Objects) => Controller;

export class ControllerBuilder {
  readonly #create: CreateController;
  readonly #triggers: ((controller: Controller) => void)[] = [];
  readonly #objects: Objects[] = [];

  constructor(create: CreateController) {
    this.#create = create;
  }

  /**
   * Makes the controller reconcile each object of this store when the object changes. The controller also reconciles
   * all objects when this process becomes the leader, and at every resync.
   */
  for<T extends KubeObject>(store: CompactStore<T>): this {
    this.#objects.push({ keys: () => store.keys(), uidOf: (key) => store.get(key)?.metadata.uid });
    return this.watches(store, ({ key }) => [key]);
  }

  /** Makes the controller reconcile the keys that `keysOf` returns for each change of `source`. */
  watches<C>(source: Source<C>, keysOf: (change: C) => Iterable<string>, { delay = 0 }: WatchOptions = {}): this {
    this.#triggers.push((controller) =>
      source.onChange((change) => {
        for (const key of keysOf(change)) controller.enqueueAfter(key, delay);
      }),
    );
    return this;
  }

  /** Creates the controller and subscribes it to its sources. */
  complete(reconciler: Reconciler): void {
    const controller = this.#create(reconciler, {
      keys: () => this.#objects.flatMap(({ keys }) => [...keys()]),
      uidOf: (key) => this.#objects.map(({ uidOf }) => uidOf(key)).find((uid) => uid !== undefined),
    });
    for (const connect of this.#triggers) connect(controller);
  }
}
