// The guide's Kubernetes client. It reads and changes objects in the guide's own namespace only.
import { HttpApi } from '../../../kubernetes/client.ts';
import type { LogOptions } from '../../../kubernetes/client.ts';
import { openExec } from '../../../kubernetes/exec.ts';
import type { ExecConnection, ExecRequest } from '../../../kubernetes/exec.ts';
import type { ApiConfig } from '../../../kubernetes/in-cluster.ts';
import { KINDS, pathOf } from '../../../kubernetes/kinds.ts';
import { NodeTransport } from '../../../kubernetes/transport-node.ts';
import type { ConfigMap, Deployment, Pod } from '../../../kubernetes/types.ts';

/** Time limit in milliseconds for reading a pod's log up to its present end. */
const LOG_TIMEOUT = 10_000;

/** Entries of a ConfigMap to set, or to remove with `null`. */
type Entries = Readonly<Record<string, string | null>>;

export class Kube {
  readonly #api: HttpApi;
  readonly #config: ApiConfig;
  readonly #namespace: string;

  constructor(config: ApiConfig) {
    this.#config = config;
    const transport = new NodeTransport({ config });
    this.#api = new HttpApi({ config, transport, userAgent: 'intro-otel-guide', fieldManager: 'intro-otel-guide' });
    this.#namespace = config.namespace;
  }

  configMap(name: string): Promise<ConfigMap> {
    return this.#api.read(pathOf(KINDS.ConfigMap, this.#namespace, name));
  }

  /**
   * Calls `onChange` now and after each change of the ConfigMap. It returns when the API server ends the watch, which
   * it does from time to time.
   * @param timeoutSeconds the longest duration of the watch. A connection without data is closed 10 s after that.
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
   * @param resourceVersion the version to change. The patch fails with a conflict if the ConfigMap has a newer version.
   */
  patchConfigMap(name: string, data: Entries, resourceVersion?: string, binaryData?: Entries): Promise<ConfigMap> {
    const metadata = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
    return this.#api.mergePatch(KINDS.ConfigMap, this.#key(name), {
      ...metadata,
      data,
      ...(binaryData && { binaryData }),
    });
  }

  /**
   * Restarts a Deployment's pods by setting annotations on its pod template. The default annotation is that of `kubectl
   * rollout restart`. If the annotations already have these values, nothing restarts.
   */
  async restart(
    deployment: string,
    annotations: Record<string, string> = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() },
  ): Promise<void> {
    const patch = { spec: { template: { metadata: { annotations } } } };
    await this.#api.mergePatch(KINDS.Deployment, this.#key(deployment), patch);
  }

  deployment(name: string): Promise<Deployment> {
    return this.#api.read(pathOf(KINDS.Deployment, this.#namespace, name));
  }

  pod(name: string): Promise<Pod> {
    return this.#api.read(pathOf(KINDS.Pod, this.#namespace, name));
  }

  /** Creates a pod in the guide's own namespace. */
  async createPod(pod: Pod): Promise<void> {
    await this.#api.create({ ...pod, metadata: { ...pod.metadata, namespace: this.#namespace } });
  }

  /** Deletes a pod. Does nothing if it doesn't exist. */
  deletePod(name: string): Promise<void> {
    return this.#api.delete(KINDS.Pod, this.#key(name));
  }

  /** Starts a program with a terminal in a pod. @throws ApiError if refused, or the connection's error */
  exec(request: Omit<ExecRequest, 'namespace'>): Promise<ExecConnection> {
    return openExec(this.#config, { ...request, namespace: this.#namespace });
  }

  pods(labels: Record<string, string>): Promise<Pod[]> {
    const labelSelector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    return this.#api.list(KINDS.Pod, { namespace: this.#namespace, labelSelector });
  }

  /** Reads the last `bytes` bytes of a pod's log. */
  async log(pod: string, bytes: number, options: LogOptions = {}): Promise<string> {
    return endOf(await this.followLog(pod, options, AbortSignal.timeout(LOG_TIMEOUT)), bytes);
  }

  /**
   * Returns a pod's log as a stream. With `follow` the stream continues until the container ends or the signal aborts.
   */
  followLog(pod: string, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    return this.#api.log(this.#key(pod), options, signal);
  }

  #key(name: string): { name: string; namespace: string } {
    return { name, namespace: this.#namespace };
  }
}

const isBookmark = (event: string): boolean => (JSON.parse(event) as { type: string }).type === 'BOOKMARK';

/**
 * Reads a stream to its end and returns the last `bytes` bytes. It never holds more than twice that amount in memory.
 */
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
