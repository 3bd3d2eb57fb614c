// A small client of Kubernetes' API server: what the guide may do, and no more. The official client would be 15 MB for
// six requests. https://kubernetes.io/docs/reference/using-api/api-concepts/
import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { join } from 'node:path';

/** The API server refused: `status` is HTTP's, `reason` Kubernetes' own word (Conflict, Forbidden, NotFound). */
export class ApiError extends Error {
  override name = 'ApiError';
  readonly status: number;
  readonly reason: string;

  constructor(what: string, status: number, reason: string, message: string) {
    super(`expected the API server to ${what}, found ${status} ${reason}: ${message}`);
    this.status = status;
    this.reason = reason;
  }
}

export interface ConfigMap {
  metadata: {
    name: string;
    resourceVersion: string;
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  data?: Record<string, string>;
}

export interface ContainerState {
  waiting?: { reason?: string; message?: string };
  running?: { startedAt?: string };
  terminated?: { exitCode: number; reason?: string; message?: string; signal?: number; finishedAt?: string };
}

export interface ContainerStatus {
  name: string;
  ready: boolean;
  restartCount: number;
  containerID?: string;
  state?: ContainerState;
  lastState?: ContainerState;
}

export interface Pod {
  metadata: { name: string; creationTimestamp: string; deletionTimestamp?: string; labels?: Record<string, string> };
  spec?: { containers: { resources?: { limits?: Record<string, string> } }[] };
  status: {
    phase: string;
    podIP?: string;
    containerStatuses?: ContainerStatus[];
    conditions?: { type: string; status: string; reason?: string; message?: string }[];
  };
}

export interface LogOptions {
  follow?: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  limitBytes?: number;
  previous?: boolean;
}

export interface Place {
  url: string;
  namespace: string;
  token: () => string;
  ca?: string;
}

const patience = 10_000; // ms for an answer, other than a log that is followed
const folder = '/var/run/secrets/kubernetes.io/serviceaccount';

/** Where the API server is and who we are, as every pod with a token is told; undefined outside of a cluster. */
export function placeFromPod(
  env: NodeJS.ProcessEnv = process.env,
  account = env['SERVICE_ACCOUNT_DIR'] ?? folder,
): Place | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port = '443', POD_NAMESPACE: namespace } = env;
  if (!host || !namespace) return undefined;
  // Read anew each time: the kubelet replaces a token well before it expires.
  const token = () => readFileSync(join(account, 'token'), 'utf8').trim();
  try {
    token();
    const ca = readFileSync(join(account, 'ca.crt'), 'utf8');
    return { url: `https://${host.includes(':') ? `[${host}]` : host}:${port}`, namespace, token, ca };
  } catch {
    return undefined;
  }
}

interface Ask {
  what: string;
  method?: string;
  path: string;
  body?: object;
  signal?: AbortSignal;
}

export class Kube {
  readonly #place: Place;

  constructor(place: Place) {
    this.#place = place;
  }

  get namespace(): string {
    return this.#place.namespace;
  }

  configMap(name: string): Promise<ConfigMap> {
    return this.#json({ what: `give ConfigMap ${name}`, path: this.#core(`configmaps/${name}`) });
  }

  /**
   * Calls `onChange` each time that the ConfigMap is another, and at first as it is there. Until the API server ends it, as it does now and then.
   * @param seconds how long at most; a connection that is silently gone ends too
   */
  async follow(
    name: string,
    onChange: () => Promise<void>,
    stopped: AbortSignal,
    seconds = 240 + Math.floor(Math.random() * 120),
  ): Promise<void> {
    const what = `watch ConfigMap ${name}`;
    const query = new URLSearchParams({
      watch: 'true',
      fieldSelector: `metadata.name=${name}`,
      timeoutSeconds: String(seconds),
    });
    const signal = AbortSignal.any([stopped, AbortSignal.timeout((seconds + 10) * 1000)]);
    const response = await this.#send({ what, path: `${this.#core('configmaps')}?${query.toString()}`, signal });
    if (response.statusCode !== 200) throw await refusal(what, response);
    // An event is a line; what it says does not matter, as the ConfigMap is read anew.
    for await (const chunk of response) if ((chunk as Buffer).includes('\n')) await onChange();
  }

  /**
   * Merges `data` into the ConfigMap; a key whose value is null is removed.
   * @param resourceVersion when given, the patch is refused (409) if somebody else has changed the ConfigMap since
   */
  patchConfigMap(name: string, data: Record<string, string | null>, resourceVersion?: string): Promise<ConfigMap> {
    const metadata = resourceVersion === undefined ? {} : { metadata: { resourceVersion } };
    return this.#json({
      what: `change ConfigMap ${name}`,
      method: 'PATCH',
      path: this.#core(`configmaps/${name}`),
      body: { ...metadata, data },
    });
  }

  /** Starts a Deployment's pods anew as `kubectl rollout restart` does, or by other annotations of theirs; those that they have already start none. */
  async restart(
    deployment: string,
    annotations: Record<string, string> = { 'kubectl.kubernetes.io/restartedAt': new Date().toISOString() },
  ): Promise<void> {
    const path = `/apis/apps/v1/namespaces/${this.#place.namespace}/deployments/${deployment}`;
    await this.#json({
      what: `restart Deployment ${deployment}`,
      method: 'PATCH',
      path,
      body: { spec: { template: { metadata: { annotations } } } },
    });
  }

  async pods(labels: Record<string, string>): Promise<Pod[]> {
    const selector = Object.entries(labels)
      .map(([name, value]) => `${name}=${value}`)
      .join(',');
    const path = `${this.#core('pods')}?labelSelector=${encodeURIComponent(selector)}`;
    return (await this.#json<{ items: Pod[] }>({ what: 'list pods', path })).items;
  }

  /** The end of a pod's log: at most `bytes` of it, however much there is. */
  async log(pod: string, bytes: number, options: LogOptions = {}): Promise<string> {
    const stream = await this.followLog(pod, options, AbortSignal.timeout(patience));
    return endOf(stream, bytes);
  }

  /** A pod's log as a stream, which goes on with `follow: true` until the container ends or the signal fires. */
  async followLog(pod: string, options: LogOptions, signal: AbortSignal): Promise<IncomingMessage> {
    const query = new URLSearchParams(
      Object.entries(options).map(([name, value]): [string, string] => [name, String(value)]),
    );
    const what = `give the log of pod ${pod}`;
    const response = await this.#send({ what, path: `${this.#core(`pods/${pod}/log`)}?${query.toString()}`, signal });
    if (response.statusCode !== 200) throw await refusal(what, response);
    return response;
  }

  #core(path: string): string {
    return `/api/v1/namespaces/${this.#place.namespace}/${path}`;
  }

  async #json<T>(ask: Ask): Promise<T> {
    const response = await this.#send({ signal: AbortSignal.timeout(patience), ...ask });
    if (response.statusCode !== 200) throw await refusal(ask.what, response);
    return JSON.parse(await textOf(response)) as T;
  }

  #send({ what, method = 'GET', path, body, signal }: Ask): Promise<IncomingMessage> {
    const { url, token, ca } = this.#place;
    const headers: Record<string, string> = { authorization: `Bearer ${token()}`, accept: 'application/json, */*' };
    if (body) headers['content-type'] = 'application/merge-patch+json';
    const send = url.startsWith('https:') ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const fail = (error: Error) =>
        reject(
          new Error(
            `expected the API server to ${what}, found: ${signal?.aborted ? 'no answer in time' : error.message}`,
            { cause: error },
          ),
        );
      const request = send(
        url + path,
        { method, headers, agent: false, ...(ca ? { ca } : {}), ...(signal ? { signal } : {}) },
        resolve,
      );
      request.on('error', fail);
      request.end(body ? JSON.stringify(body) : undefined);
    });
  }
}

async function textOf(stream: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

/** The last `bytes`; at no time are more than twice as many kept. */
async function endOf(stream: IncomingMessage, bytes: number): Promise<string> {
  let kept: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    kept.push(chunk as Buffer);
    size += (chunk as Buffer).length;
    if (size < 2 * bytes) continue;
    kept = [Buffer.concat(kept).subarray(-bytes)];
    size = bytes;
  }
  return Buffer.concat(kept).subarray(-bytes).toString('utf8');
}

/** Kubernetes says what is wrong as a Status object. */
async function refusal(what: string, response: IncomingMessage): Promise<ApiError> {
  const body = await textOf(response);
  const status = response.statusCode ?? 0;
  try {
    const { reason = '', message = '' } = JSON.parse(body) as { reason?: string; message?: string };
    return new ApiError(what, status, reason, message);
  } catch {
    return new ApiError(what, status, '', body.slice(0, 200));
  }
}
