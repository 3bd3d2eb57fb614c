// Pulls images onto the nodes before a class needs the images. It creates a pod per node for the current images, and
// deletes the pods of earlier images.
import type { ConditionSpec } from '../../kubernetes/conditions.ts';
import { LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import { isAlreadyExists, isForbidden } from '../../kubernetes/api.ts';
import type { Api } from '../../kubernetes/api.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { keyOf } from '../../kubernetes/object.ts';
import type { Clock, Store } from '../engine/reconciler.ts';
import type { ClusterReader } from './cluster-reader.ts';
import {
  COMPONENT,
  imagesDenied,
  imagesCondition,
  imagesUnknown,
  pullPods,
  wasRejected,
} from './image-prepull-pods.ts';
import type { Pod } from '../../kubernetes/types.ts';
import { isDeleting, uidOf } from './seats.ts';

/** Milliseconds between two lists of the nodes. A pod that its node rejected is replaced after the same time. */
export const NODES_MS = 300_000;

export interface ImagePrepullOptions {
  readonly api: Api;
  readonly cluster: ClusterReader;
  readonly clock: Clock;
  /**
   * Store of the pods in the operator's namespace with the label app.kubernetes.io/component: image-pull. The store
   * must keep the status of these pods.
   */
  readonly pods: Store<Pod>;
  /** Name of the namespace that the operator runs in. */
  readonly namespace: string;
}

export class ImagePrepull {
  readonly #options: ImagePrepullOptions;

  constructor(options: ImagePrepullOptions) {
    this.#options = options;
  }

  /**
   * Starts to pull missing images, and returns the condition ImagesReady. Lists the nodes every NODES_MS. Sends no
   * other request if all images are present.
   */
  async ensure(workshop: Workshop): Promise<ConditionSpec> {
    const { cluster, namespace, pods } = this.#options;
    const nodes = await cluster.nodes(NODES_MS);
    if ('denied' in nodes) return imagesUnknown(nodes.denied);
    const wanted = pullPods(workshop, nodes.value, namespace);
    const names = new Set(wanted.map(({ metadata }) => metadata.name));
    const live = (name: string): Pod | undefined => pods.get(`${namespace}/${name}`);
    await this.#remove(this.#podsOf(workshop).filter((pod) => !names.has(pod.metadata.name) || this.#isStale(pod)));
    try {
      await Promise.all(
        wanted.filter(({ metadata }) => live(metadata.name) === undefined).map((pod) => this.#create(pod)),
      );
    } catch (error) {
      // A quota or an admission policy in the operator's namespace refuses the pods. The class works without these
      // pods.
      if (isForbidden(error)) return imagesDenied(error.message);
      throw error;
    }
    return imagesCondition(wanted, live);
  }

  /** Deletes all pods that pull images for the Workshop. */
  async clear(workshop: Workshop): Promise<void> {
    await this.#remove(this.#podsOf(workshop));
  }

  #podsOf(workshop: Workshop): Pod[] {
    return this.#options.pods
      .byLabel(LABELS.workshop, workshop.metadata.name)
      .filter(({ metadata }) => metadata.labels?.[LABELS.component] === COMPONENT);
  }

  #isStale(pod: Pod): boolean {
    return wasRejected(pod) && this.#options.clock.now() - Date.parse(pod.metadata.creationTimestamp ?? '') >= NODES_MS;
  }

  async #create(pod: Pod): Promise<void> {
    const { api, pods } = this.#options;
    try {
      pods.observe(await api.create(pod));
    } catch (error) {
      // This operator process or the earlier leader has just created the pod, but the store does not have it yet.
      if (!isAlreadyExists(error)) throw error;
    }
  }

  async #remove(pods: readonly Pod[]): Promise<void> {
    const { api } = this.#options;
    await Promise.all(
      pods
        .filter((pod) => !isDeleting(pod))
        .map(async (pod) => {
          const { name, namespace = '' } = pod.metadata;
          await api.delete(KINDS.Pod, { name, namespace }, { uid: uidOf(pod) });
          this.#options.pods.forget(keyOf(pod), uidOf(pod));
        }),
    );
  }
}
