// Declares what triggers a controller, as controller-runtime's builder does.
// https://pkg.go.dev/sigs.k8s.io/controller-runtime/pkg/builder
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Controller } from './controller.ts';
import type { Reconciler } from './reconciler.ts';
import type { CompactStore } from './store.ts';

/** Anything that reports changes: a store, for example. */
export interface Source<C> {
  onChange(listener: (change: C) => void): unknown;
}

export interface WatchOptions {
  /** Milliseconds between a change and its reconcile. Changes in between share that reconcile. Default 0. */
  readonly delay?: number;
}

/** Creates a controller. `keys` lists everything that it has to reconcile. */
type CreateController = (reconciler: Reconciler, keys: () => Iterable<string>) => Controller;

export class ControllerBuilder {
  readonly #create: CreateController;
  readonly #triggers: ((controller: Controller) => void)[] = [];
  readonly #keys: (() => Iterable<string>)[] = [];

  constructor(create: CreateController) {
    this.#create = create;
  }

  /** Reconciles every object of this store: when it changes, when this process is elected, and at every resync. */
  for<T extends KubeObject>(store: CompactStore<T>): this {
    this.#keys.push(() => store.keys());
    return this.watches(store, ({ key }) => [key]);
  }

  /** Reconciles the keys that `keysOf` returns for a change. */
  watches<C>(source: Source<C>, keysOf: (change: C) => Iterable<string>, { delay = 0 }: WatchOptions = {}): this {
    this.#triggers.push((controller) =>
      source.onChange((change) => {
        for (const key of keysOf(change)) controller.enqueueAfter(key, delay);
      }),
    );
    return this;
  }

  /** Creates the controller and connects its sources. */
  complete(reconciler: Reconciler): void {
    const controller = this.#create(reconciler, () => this.#keys.flatMap((keys) => [...keys()]));
    for (const connect of this.#triggers) connect(controller);
  }
}
