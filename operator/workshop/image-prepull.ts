// The requests that have images pulled: pods made for new nodes and new images, and those for old ones removed.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import { isAlreadyExists, isForbidden } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { Clock, Store } from '../engine/reconciler.ts';
import type { Cluster } from './cluster.ts';
import {
  COMPONENT,
  imagesRefused,
  imagesCondition,
  imagesUnknown,
  pullPods,
  wasRefused,
} from './image-prepull-pods.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { isLeaving, uidOf } from './seats.ts';

/** How often nodes that have come or gone are looked for, and a pod that a node refused is tried again. */
export const LOOK_MS = 300_000;

export interface ImagePrepullOptions {
  readonly api: Api;
  readonly cluster: Cluster;
  readonly clock: Clock;
  /** Pods of the operator's own namespace with the label app.kubernetes.io/component: image-pull, with their status. */
  readonly pods: Store<Pod>;
  /** The operator's own. */
  readonly namespace: string;
}

export class ImagePrepull {
  readonly #options: ImagePrepullOptions;

  constructor(options: ImagePrepullOptions) {
    this.#options = options;
  }

  /** Has the images pulled wherever they are not yet, and says how far that is. Lists nodes every LOOK_MS, and asks no more where nothing is to be done. */
  async look(workshop: Workshop): Promise<ConditionSpec> {
    const { cluster, namespace, pods } = this.#options;
    const nodes = await cluster.nodes(LOOK_MS);
    if ('refused' in nodes) return imagesUnknown(nodes.refused);
    const wanted = pullPods(workshop, nodes.found, namespace);
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    const live = (name: string): Pod | undefined => pods.get(`${namespace}/${name}`);
    await this.#remove(this.#podsOf(workshop).filter((pod) => !names.has(pod.metadata.name) || this.#isStale(pod)));
    try {
      await Promise.all(
        wanted.filter(({ metadata }) => live(metadata.name) === undefined).map((pod) => this.#create(pod)),
      );
    } catch (error) {
      // By a quota or an admission policy of the operator's namespace: the class can do without.
      if (isForbidden(error)) return imagesRefused(error.message);
      throw error;
    }
    return imagesCondition(wanted, live);
  }

  /** Removes all that pulled for the Workshop. */
  async clear(workshop: Workshop): Promise<void> {
    await this.#remove(this.#podsOf(workshop));
  }

  #podsOf(workshop: Workshop): Pod[] {
    return this.#options.pods
      .byLabel(LABELS.workshop, workshop.metadata.name)
      .filter(({ metadata }) => metadata.labels?.[LABELS.component] === COMPONENT);
  }

  #isStale(pod: Pod): boolean {
    return wasRefused(pod) && this.#options.clock.now() - Date.parse(pod.metadata.creationTimestamp ?? '') >= LOOK_MS;
  }

  async #create(pod: Pod): Promise<void> {
    const { api, pods } = this.#options;
    try {
      pods.observe(await api.create(pod));
    } catch (error) {
      // Made a moment ago, by this process or the leader before.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #remove(pods: readonly Pod[]): Promise<void> {
    const { api } = this.#options;
    await Promise.all(
      pods
        .filter((pod) => !isLeaving(pod))
        .map(async (pod) => {
          const { name, namespace = '' } = pod.metadata;
          await api.delete(KINDS.Pod, { name, namespace }, { uid: uidOf(pod) });
          this.#options.pods.forget(keyOf(pod), uidOf(pod));
        }),
    );
  }
}
