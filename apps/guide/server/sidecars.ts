// Finds containers in the guide's own pod that the lab doesn't define, such as the proxy of a service mesh. Requests
// from outside reach the guide through such a proxy, so all of them seem to come from the pod itself.
import type { Pod } from '../../../kubernetes/types.ts';
import { messageOf } from '../../../support/errors.ts';
import type { createLogger } from '../../telemetry/logger.ts';
import type { Kube } from './kube.ts';
import { suppressTracing } from './suppress-tracing.ts';

export interface SidecarOptions {
  /** The Kubernetes client. Outside a cluster there is none, and there are no sidecars. */
  readonly kube: Kube | undefined;
  readonly release: string;
  /** Name of the guide's pod. */
  readonly pod: string;
  readonly log: Pick<ReturnType<typeof createLogger>, 'warn'>;
}

/**
 * Returns the names of the containers that run beside the guide. An init container with `restartPolicy: Always` is one.
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
 */
export function sidecarsOf({ spec: { containers, initContainers = [] } }: Pod): string[] {
  const native = initContainers.filter(({ restartPolicy }) => restartPolicy === 'Always');
  return [...containers.filter(({ name }) => name !== 'guide'), ...native].map(({ name }) => name);
}

export class Sidecars {
  readonly #options: SidecarOptions;
  #isAlone: Promise<boolean> | undefined;

  constructor(options: SidecarOptions) {
    this.#options = options;
  }

  /**
   * Whether the guide has its pod for itself. The containers of a pod never change, so one answer is enough. While the
   * pod can't be read, the answer is no.
   */
  async isAlone(): Promise<boolean> {
    this.#isAlone ??= suppressTracing(() => this.#look());
    try {
      return await this.#isAlone;
    } catch (error) {
      this.#isAlone = undefined;
      this.#options.log.warn(
        { problem: messageOf(error) },
        "the guide can't read its own pod, so everyone must log in",
      );
      return false;
    }
  }

  async #look(): Promise<boolean> {
    const { kube, pod, log } = this.#options;
    if (!kube) return true;
    const sidecars = sidecarsOf(await kube.pod(pod));
    await this.#report(kube, sidecars).catch((error: unknown) =>
      log.warn({ problem: messageOf(error) }, "the operator can't be told about the containers of this pod"),
    );
    if (sidecars.length > 0)
      log.warn({ sidecars }, 'other containers run in the pod of the guide, so everyone must log in');
    return sidecars.length === 0;
  }

  /** Writes the names for the operator, and removes the names that an earlier pod has written. */
  async #report(kube: Kube, sidecars: readonly string[]): Promise<void> {
    const name = `${this.#options.release}-progress`;
    const names = sidecars.join(',');
    const { data = {} } = await kube.configMap(name);
    if ((data['sidecars'] ?? '') !== names) await kube.patchConfigMap(name, { sidecars: names || null });
  }
}
