// What the guide does with Kubernetes' API server, all in its own namespace.
import { HttpApi, pathOf } from '../../../kubernetes/client.ts';
import type { LogOptions } from '../../../kubernetes/client.ts';
import type { ApiConfig } from '../../../kubernetes/in-cluster.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { NodeTransport } from '../../../kubernetes/transport-node.ts';
import type { ConfigMap, Pod } from '../../../kubernetes/types.ts';

/** The longest time for reading a log that is not followed, in milliseconds. */
const LOG_TIMEOUT = 10_000;

export class Kube {
  readonly #api: HttpApi;
  readonly #namespace: string;

  constructor(config: ApiConfig) {
    const transport = new NodeTransport({ config });
    this.#api = new HttpApi({ config, transport, userAgent: 'intro-otel-guide', fieldManager: 'intro-otel-guide' });
    this.#namespace = config.namespace;
  }

  configMap(name: string): Promise<ConfigMap> {
    return this.#api.read(pathOf(KINDS.ConfigMap, this.#namespace, name));
  }

  /**
   * Calls `onChange` now and each time the ConfigMap changes, until the API server ends the watch, which it does from
   * time to time.
   * @param timeoutSeconds the longest duration of the watch. A dead connection ends 10 s later.
   */
  async follow(
    name: string,
    onChange: () => Promise<void>,
    signal: AbortSignal,
    timeoutSeconds = 240 + Math.floor(Math.random() * 120),
  ): Promise<void> {
    const events = await this.#api.watch(KINDS.ConfigMap, {
      namespace: this.#namespace,
      fieldSelector: `metadata.name=${name}`,
      timeoutSeconds,
      silence: (timeoutSeconds + 10) * 1000,
      signal,
    });
    for await (const event of events) if (!isBookmark(event)) await onChange();
  }

  /**
   * Merges `data` into the ConfigMap. A null removes its key.
   * @param resourceVersion the version that may be changed. The patch fails with a conflict when there is a newer one.
   */
  patchConfigMap(name: string, data: Record<string, string | null>, resourceVersion?: string): Promise<ConfigMap> {
    const metadata = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
    return this.#api.mergePatch(KINDS.ConfigMap, this.#key(name), { ...metadata, data });
  }

  /**
   * Restarts a Deployment's pods as `kubectl rollout restart` does, or by other annotations. Annotations that are
   * already set restart nothing.
   */
  async restart(
    deployment: string,
    annotations: Record<string, string> = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() },
  ): Promise<void> {
    const patch = { spec: { template: { metadata: { annotations } } } };
    await this.#api.mergePatch(KINDS.Deployment, this.#key(deployment), patch);
  }

  pods(labels: Record<string, string>): Promise<Pod[]> {
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return this.#api.list(KINDS.Pod, { namespace: this.#namespace, labelSelector });
  }

  /** The last `bytes` of a pod's log. */
  async log(pod: string, bytes: number, options: LogOptions = {}): Promise<string> {
    return endOf(await this.followLog(pod, options, AbortSignal.timeout(LOG_TIMEOUT)), bytes);
  }

  /** A pod's log as a stream. With `follow` it goes on until the container ends or the signal fires. */
  followLog(pod: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    return this.#api.log(this.#key(pod), options, signal);
  }

  #key(name: string): { name: string; namespace: string } {
    return { name, namespace: this.#namespace };
  }
}

const isBookmark = (event: string): boolean => (JSON.parse(event) as { type: string }).type === 'BOOKMARK';

/** The last `bytes` of a stream. Never keeps more than twice as many. */
async function endOf(stream: AsyncIterable<Buffer>, bytes: number): Promise<string> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    kept.push(chunk);
    size += chunk.length;
    if (size < 2 * bytes) continue;
    kept = [Buffer.concat(kept).subarray(-bytes)];
    size = bytes;
  }
  return Buffer.concat(kept).subarray(-bytes).toString('utf8');
}
