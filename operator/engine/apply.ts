// Applies desired objects with server-side apply. Skips objects that already match, and deletes objects that are no
// longer desired.
import { hash } from 'node:crypto';
import type { Api } from '../../kubernetes/api.ts';
import { Contests } from './contests.ts';
import type { Contest } from './contests.ts';
import { differs } from './differs.ts';
import { kindOf } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import { managedFieldsOf } from './managed-fields.ts';
import type { ManagedFields } from './managed-fields.ts';
import type { Store } from './reconciler.ts';
import type { Inventory } from './store.ts';
import { patchWithout, surplusOf } from './surplus.ts';
import type { IsShared, Surplus } from './surplus.ts';

export { differs } from './differs.ts';

export interface ApplierOptions {
  readonly api: Api;
  /**
   * Name of the annotation that stores a hash of the last applied object. When we no longer set a field, the hash
   * changes. Because of the new hash, the object is applied again, and server-side apply removes the field.
   */
  readonly annotation: string;
  /** Maximum number of concurrent requests per call of `applyAll` or `prune`. Default 16. */
  readonly concurrency?: number;
  /** Whether others may write a field that we do not apply. Default: they may write every field. */
  readonly isShared?: IsShared;
  /** Returns the time in milliseconds. */
  readonly now?: () => number;
}

export interface Failure {
  readonly object: KubeObject;
  readonly error: unknown;
}

/** The result of applying or deleting several objects. */
export interface ApplyResult {
  /** The objects that were changed, as the API server returned them, or the objects that were deleted. */
  readonly written: readonly KubeObject[];
  /** Number of objects that were not written, because they already matched. */
  readonly unchanged: number;
  readonly failed: readonly Failure[];
}

export class Applier {
  readonly #api: Api;
  readonly #annotation: string;
  readonly #concurrency: number;
  /**
   * Remembers the objects whose last apply request changed nothing, although the desired and the live object differed.
   * The key is the object's kind and key. The value is a hash of the desired and the live object. While this hash stays
   * the same, the request is not repeated.
   */
  readonly #ineffective = new Map<string, string>();
  readonly #isShared: IsShared;
  readonly #contests: Contests;

  constructor({ api, annotation, concurrency = 16, isShared = () => true, now = Date.now }: ApplierOptions) {
    this.#api = api;
    this.#annotation = annotation;
    this.#concurrency = concurrency;
    this.#isShared = isShared;
    this.#contests = new Contests(now);
  }

  /** Returns the objects of a namespace that somebody keeps changing, so that their repair waits. */
  contestsIn(namespace: string): readonly Contest[] {
    return this.#contests.in(namespace);
  }

  /**
   * Returns the fields of the live object that somebody has added to what we apply. While somebody keeps adding them,
   * returns none.
   */
  surplus(desired: KubeObject, live: KubeObject, managed: readonly ManagedFields[] | undefined): readonly Surplus[] {
    const surplus = surplusOf({ live, desired }, managed ?? managedFieldsOf(live), this.#isShared);
    return surplus.length > 0 && this.#contests.isContested(desired) ? [] : surplus;
  }

  /** Removes fields that somebody has added to what we apply. */
  async removeSurplus(desired: KubeObject, live: KubeObject, surplus: readonly Surplus[]): Promise<KubeObject> {
    const after = await this.#api.mergePatch<KubeObject>(
      kindOf(desired),
      desired.metadata,
      patchWithout(live, desired, surplus),
    );
    this.#contests.removed(desired, surplus);
    return after;
  }

  /**
   * Applies each object that differs from the live object in the store of its kind. If `lookup` returns no store for a
   * kind, applies all objects of that kind. Never rejects: each failure becomes part of the result, and the other
   * objects are still applied.
   */
  async applyAll(desired: readonly KubeObject[], lookup: (kind: string) => Store | undefined): Promise<ApplyResult> {
    const annotated = desired.map((object) => this.#annotated(object));
    const due = annotated.filter((object) => this.#isDue(object, lookup(object.kind)));
    const { done, failed } = await inParallel(due, this.#concurrency, (object) =>
      this.#apply(object, lookup(object.kind)),
    );
    return { written: done.filter((object) => object !== undefined), unchanged: annotated.length - due.length, failed };
  }

  /**
   * Deletes the objects that have all these labels, were applied by us and are not in `desired`. The labels must say
   * who manages the objects, and what the objects belong to.
   * @returns the deleted objects and the failures
   * @throws Error if `labels` is empty
   */
  async prune(
    stores: readonly Inventory[],
    labels: Readonly<Record<string, string>>,
    desired: readonly KubeObject[],
  ): Promise<ApplyResult> {
    const desiredIds = new Set(desired.map(idOf));
    const due = stores.flatMap((store) => prunable(store, labels, desiredIds));
    const { done, failed } = await inParallel(due, this.#concurrency, async (object) => {
      const { uid } = object.metadata;
      await this.#api.delete(kindOf(object), object.metadata, uid === undefined ? {} : { uid });
      this.#ineffective.delete(idOf(object));
      return object;
    });
    return { written: done, unchanged: desiredIds.size, failed };
  }

  #annotated(object: KubeObject): KubeObject {
    const { metadata } = object;
    const annotations = { ...metadata.annotations, [this.#annotation]: hashOf(JSON.stringify(object)) };
    return { ...object, metadata: { ...metadata, annotations } };
  }

  /**
   * Returns whether the object must be applied. The result of a comparison that found no difference is remembered.
   * While neither the desired nor the live object changes, the live object isn't parsed again.
   */
  #isDue(desired: KubeObject, store: Store | undefined): boolean {
    const key = keyOf(desired);
    const memo = store?.applyMemo?.(key) ?? {};
    const desiredHash = desired.metadata.annotations?.[this.#annotation];
    if (memo.lastEqualHash !== undefined && memo.lastEqualHash === desiredHash) return false;
    const live = store?.get(key);
    if (!live || this.#isDifferent(desired, live, memo.managedFields)) return true;
    memo.lastEqualHash = desiredHash;
    return false;
  }

  #isDifferent(desired: KubeObject, live: KubeObject, managed: readonly ManagedFields[] | undefined): boolean {
    if (differs(desired, live)) return this.#ineffective.get(idOf(desired)) !== pairOf(desired, live);
    return this.surplus(desired, live, managed).length > 0;
  }

  /** Applies one object. @returns the new live object, or undefined if the apply changed nothing */
  async #apply(desired: KubeObject, store: Store | undefined): Promise<KubeObject | undefined> {
    const key = keyOf(desired);
    const before = store?.get(key);
    const after = await this.#write(desired, before, store?.applyMemo?.(key)?.managedFields);
    store?.observe(after);
    const isUnchanged = before !== undefined && before.metadata.resourceVersion === after.metadata.resourceVersion;
    if (isUnchanged) this.#ineffective.set(idOf(desired), pairOf(desired, before));
    else this.#ineffective.delete(idOf(desired));
    return isUnchanged ? undefined : after;
  }

  /** Applies the object if it differs, and removes the fields that somebody has added. */
  async #write(
    desired: KubeObject,
    before: KubeObject | undefined,
    managed: readonly ManagedFields[] | undefined,
  ): Promise<KubeObject> {
    const isSurplusOnly = before !== undefined && !differs(desired, before);
    const live = isSurplusOnly ? before : await this.#api.apply<KubeObject>(desired);
    const surplus = this.surplus(desired, live, isSurplusOnly ? managed : undefined);
    return surplus.length > 0 ? this.removeSurplus(desired, live, surplus) : live;
  }
}

function prunable(
  store: Inventory,
  labels: Readonly<Record<string, string>>,
  desiredIds: ReadonlySet<string>,
): KubeObject[] {
  const [first, ...others] = Object.entries(labels);
  if (!first) throw new Error('Expected labels that identify the objects to prune, found none.');
  const surplus = store
    .keysByLabel(...first)
    .filter((key) => !desiredIds.has(idIn(store.kind, key)) && store.applied(key));
  return surplus
    .flatMap((key) => store.get(key) ?? [])
    .filter(
      ({ metadata: { labels: live, deletionTimestamp } }) =>
        others.every(([name, value]) => live?.[name] === value) && deletionTimestamp === undefined,
    );
}

const idIn = ({ kind }: Pick<KubeObject, 'kind'>, key: string): string => `${kind} ${key}`;
const idOf = (object: KubeObject): string => idIn(object, keyOf(object));
const hashOf = (text: string): string => hash('sha1', text, 'base64url').slice(0, 12);

/** Returns a hash of the desired and the live object together. Ignores the live object's status and resourceVersion. */
function pairOf(desired: KubeObject, live: KubeObject): string {
  const comparable = { ...live, status: undefined, metadata: { ...live.metadata, resourceVersion: undefined } };
  return hashOf(JSON.stringify([desired, comparable]));
}

/** Calls `each` for every object, with at most `limit` calls at a time. Returns the results and the failures. */
async function inParallel<T>(
  objects: readonly KubeObject[],
  limit: number,
  each: (object: KubeObject) => Promise<T>,
): Promise<{ done: T[]; failed: Failure[] }> {
  const done: T[] = [];
  const failed: Failure[] = [];
  const queue = objects.values();
  const work = async (): Promise<void> => {
    for (const object of queue)
      await each(object).then(
        (result) => done.push(result),
        (error: unknown) => failed.push({ object, error }),
      );
  };
  await Promise.all(Array.from({ length: Math.min(limit, objects.length) }, work));
  return { done, failed };
}
