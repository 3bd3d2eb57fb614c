// Brings objects to what is wanted of them by server-side apply, and writes nothing where nothing differs.
import { hash } from 'node:crypto';
import type { Api } from '../../kubernetes/api.ts';
import { differs } from './differs.ts';
import { kindOf } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Store } from './reconciler.ts';
import type { Inventory } from './store.ts';

export { differs } from './differs.ts';

export interface ApplierOptions {
  readonly api: Api;
  /**
   * The annotation that tells what was applied last, as a hash. A field that is no longer wanted looks like somebody else's; but then
   * this differs, and the apply that follows removes it.
   */
  readonly annotation: string;
  /** How many writes at a time for one call. Default 16. */
  readonly concurrency?: number;
}

export interface Failure {
  readonly object: KubeObject;
  readonly error: unknown;
}

/** What came of each object. */
export interface Outcome {
  /** As the API server has them now. */
  readonly written: readonly KubeObject[];
  /** How many were as they should be. */
  readonly unchanged: number;
  readonly failed: readonly Failure[];
}

export class Applier {
  private readonly api: Api;
  private readonly annotation: string;
  private readonly concurrency: number;
  /** By kind and key, the difference that an apply did not mend: what was wanted, and what there was. */
  private readonly futile = new Map<string, string>();

  constructor({ api, annotation, concurrency = 16 }: ApplierOptions) {
    this.api = api;
    this.annotation = annotation;
    this.concurrency = concurrency;
  }

  /**
   * Applies what differs from the store that `lookup` has for its kind; where it has none, all. Never rejects: what fails is in the
   * outcome, and the rest is applied all the same.
   */
  async applyAll(desired: readonly KubeObject[], lookup: (kind: string) => Store | undefined): Promise<Outcome> {
    const wanted = desired.map((object) => this.annotated(object));
    const due = wanted.filter((object) => this.isDue(object, lookup(object.kind)));
    const { done, failed } = await inParallel(due, this.concurrency, (object) =>
      this.apply(object, lookup(object.kind)),
    );
    return { written: done.filter((object) => object !== undefined), unchanged: wanted.length - due.length, failed };
  }

  /**
   * Deletes what has all of these labels and was applied by us, but is not among what is wanted. `labels` must say whose it is in full:
   * who manages it and what it belongs to. @returns the objects whose deletion was asked for, and what failed, as applyAll
   * @throws Error where there are no labels
   */
  async prune(
    stores: readonly Inventory[],
    labels: Readonly<Record<string, string>>,
    desired: readonly KubeObject[],
  ): Promise<Outcome> {
    const wanted = new Set(desired.map(idOf));
    const due = stores.flatMap((store) => unwanted(store, labels, wanted));
    const { done, failed } = await inParallel(due, this.concurrency, async (object) => {
      const { uid } = object.metadata;
      await this.api.delete(kindOf(object), object.metadata, uid === undefined ? {} : { uid });
      this.futile.delete(idOf(object));
      return object;
    });
    return { written: done, unchanged: wanted.size, failed };
  }

  private annotated(object: KubeObject): KubeObject {
    const { metadata } = object;
    const annotations = { ...metadata.annotations, [this.annotation]: hashOf(JSON.stringify(object)) };
    return { ...object, metadata: { ...metadata, annotations } };
  }

  /** An object that was as wanted is so until it changes, or what is wanted does: it is not even read then. */
  private isDue(desired: KubeObject, store: Store | undefined): boolean {
    const key = keyOf(desired);
    const findings = store?.findings?.(key) ?? {};
    const wanted = desired.metadata.annotations?.[this.annotation];
    if (findings.found !== undefined && findings.found === wanted) return false;
    const live = store?.get(key);
    if (!live) return true;
    if (differs(desired, live)) return this.futile.get(idOf(desired)) !== pairOf(desired, live);
    findings.found = wanted;
    return false;
  }

  /** @returns the object as it is now, or undefined where the apply has changed nothing */
  private async apply(desired: KubeObject, store: Store | undefined): Promise<KubeObject | undefined> {
    const before = store?.get(keyOf(desired));
    const after = await this.api.apply<KubeObject>(desired);
    store?.observe(after);
    const nothing = before !== undefined && before.metadata.resourceVersion === after.metadata.resourceVersion;
    if (nothing) this.futile.set(idOf(desired), pairOf(desired, before));
    else this.futile.delete(idOf(desired));
    return nothing ? undefined : after;
  }
}

function unwanted(
  store: Inventory,
  labels: Readonly<Record<string, string>>,
  wanted: ReadonlySet<string>,
): KubeObject[] {
  const [first, ...others] = Object.entries(labels);
  if (!first) throw new Error('Expected labels that say whose objects to prune, found none.');
  const surplus = store
    .keysLabelled(...first)
    .filter((key) => !wanted.has(idIn(store.kind, key)) && store.applied(key));
  return surplus
    .flatMap((key) => store.get(key) ?? [])
    .filter(
      ({ metadata: { labels: found, deletionTimestamp } }) =>
        others.every(([name, value]) => found?.[name] === value) && deletionTimestamp === undefined,
    );
}

const idIn = ({ kind }: Pick<KubeObject, 'kind'>, key: string): string => `${kind} ${key}`;
const idOf = (object: KubeObject): string => idIn(object, keyOf(object));
const hashOf = (text: string): string => hash('sha1', text, 'base64url').slice(0, 12);

/** What is wanted with what there is, but for the version, which a status changes too. */
function pairOf(desired: KubeObject, live: KubeObject): string {
  const there = { ...live, status: undefined, metadata: { ...live.metadata, resourceVersion: undefined } };
  return hashOf(JSON.stringify([desired, there]));
}

/** Calls `each` for all, so many at a time, and keeps what failed with what it failed for. */
async function inParallel<T>(
  objects: readonly KubeObject[],
  limit: number,
  each: (object: KubeObject) => Promise<T>,
): Promise<{ done: T[]; failed: Failure[] }> {
  const done: T[] = [];
  const failed: Failure[] = [];
  const rest = objects.values();
  const work = async (): Promise<void> => {
    for (const object of rest)
      await each(object).then(
        (result) => done.push(result),
        (error: unknown) => failed.push({ object, error }),
      );
  };
  await Promise.all(Array.from({ length: Math.min(limit, objects.length) }, work));
  return { done, failed };
}
