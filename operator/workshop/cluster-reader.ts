// Lists the nodes, adds up what their pods request, and caches both results. The operator does not watch all pods of
// the cluster, because this would cost more than all its other work.
import { isForbidden } from '../../kubernetes/api.ts';
import type { Api, ListOptions } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Clock } from '../engine/reconciler.ts';
import { usageOf } from './capacity.ts';
import type { Usage } from './capacity.ts';
import type { Node, Pod } from '../../kubernetes/types.ts';

/** The result of a read: the value, or the API server's message if it answered 403 Forbidden. */
export type ReadResult<T> = { readonly value: T } | { readonly denied: string };

interface CachedRead<T> {
  readonly at: number;
  readonly result: Promise<ReadResult<T>>;
}

export class ClusterReader {
  readonly #api: Api;
  readonly #clock: Clock;
  #nodes: CachedRead<readonly Node[]> | undefined;
  #usage: CachedRead<Usage> | undefined;

  constructor(api: Api, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /**
   * Returns the nodes, from a list that is at most `maxAge` milliseconds old.
   * @throws the error of a failed list, except 403 Forbidden
   */
  nodes(maxAge: number): Promise<ReadResult<readonly Node[]>> {
    this.#nodes = this.#fresh(this.#nodes, maxAge) ?? this.#cache(this.#list<Node>(KINDS.Node));
    return this.#nodes.result;
  }

  /**
   * Returns what all pods request, from a list that is at most `maxAge` milliseconds old.
   * @throws the error of a failed list, except 403 Forbidden
   */
  usage(maxAge: number): Promise<ReadResult<Usage>> {
    this.#usage = this.#fresh(this.#usage, maxAge) ?? this.#cache(this.#readUsage());
    return this.#usage.result;
  }

  async #readUsage(): Promise<ReadResult<Usage>> {
    const unfinished = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
    const pods = await this.#list<Pod>(KINDS.Pod, unfinished);
    return 'value' in pods ? { value: usageOf(pods.value) } : pods;
  }

  #fresh<T>(cached: CachedRead<T> | undefined, maxAge: number): CachedRead<T> | undefined {
    return cached && this.#clock.now() - cached.at < maxAge ? cached : undefined;
  }

  /**
   * Caches the promise of a read as soon as the read starts, so that simultaneous callers share one request. Removes a
   * failed read from the cache.
   */
  #cache<T>(result: Promise<ReadResult<T>>): CachedRead<T> {
    const forget = (): void => {
      if (this.#nodes?.result === result) this.#nodes = undefined;
      if (this.#usage?.result === result) this.#usage = undefined;
    };
    result.catch(forget);
    return { at: this.#clock.now(), result };
  }

  async #list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<ReadResult<T[]>> {
    try {
      return { value: await this.#api.list<T>(kind, options) };
    } catch (error) {
      if (isForbidden(error)) return { denied: error.message };
      throw error;
    }
  }
}
