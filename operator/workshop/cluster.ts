// Nodes and what their pods request, listed when they are wanted and not more often than that: a watch on all pods of a cluster
// would cost more than all the rest.
import { isForbidden } from '../../kubernetes/api.ts';
import type { Api, ListOptions } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../../kubernetes/object.ts';
import type { Clock } from '../engine/reconciler.ts';
import { usageOf } from './capacity.ts';
import type { Usage } from './capacity.ts';
import type { Node, Pod } from '../../kubernetes/types.ts';

/** What may not be read is no object but the API server's words. */
export type Read<T> = { readonly found: T } | { readonly refused: string };

interface Kept<T> {
  readonly at: number;
  readonly read: Promise<Read<T>>;
}

export class Cluster {
  readonly #api: Api;
  readonly #clock: Clock;
  #nodes: Kept<readonly Node[]> | undefined;
  #usage: Kept<Usage> | undefined;

  constructor(api: Api, clock: Clock) {
    this.#api = api;
    this.#clock = clock;
  }

  /** As they were at most `maxAge` milliseconds ago. @throws what the list failed with, but for a lack of permission */
  nodes(maxAge: number): Promise<Read<readonly Node[]>> {
    this.#nodes = this.#recent(this.#nodes, maxAge) ?? this.#kept(this.#list<Node>(KINDS.Node));
    return this.#nodes.read;
  }

  /** What pods request, as it was at most `maxAge` milliseconds ago. @throws as nodes */
  usage(maxAge: number): Promise<Read<Usage>> {
    const running = { fieldSelector: 'status.phase!=Succeeded,status.phase!=Failed' };
    const read = async (): Promise<Read<Usage>> => {
      const pods = await this.#list<Pod>(KINDS.Pod, running);
      return 'found' in pods ? { found: usageOf(pods.found) } : pods;
    };
    this.#usage = this.#recent(this.#usage, maxAge) ?? this.#kept(read());
    return this.#usage.read;
  }

  #recent<T>(kept: Kept<T> | undefined, maxAge: number): Kept<T> | undefined {
    return kept && this.#clock.now() - kept.at < maxAge ? kept : undefined;
  }

  #kept<T>(read: Promise<Read<T>>): Kept<T> {
    const forget = (): void => {
      if (this.#nodes?.read === read) this.#nodes = undefined;
      if (this.#usage?.read === read) this.#usage = undefined;
    };
    read.catch(forget);
    return { at: this.#clock.now(), read };
  }

  async #list<T extends KubeObject>(kind: Kind, options?: ListOptions): Promise<Read<T[]>> {
    try {
      return { found: await this.#api.list<T>(kind, options) };
    } catch (error) {
      if (isForbidden(error)) return { refused: error.message };
      throw error;
    }
  }
}
