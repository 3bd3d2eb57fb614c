// A fake API server with the features that the guide uses: ConfigMaps with resource versions, restarts of Deployments,
// pods, and logs that can be followed. A test decides what happens after a restart.
import { createServer } from 'node:http';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { ApiConfig } from '../../kubernetes/in-cluster.ts';
import type { ConfigMap, ContainerStatus, Pod } from '../../kubernetes/types.ts';
import { ExecPeer } from './exec-peer.ts';

type Data = Record<string, string>;

/** The metadata that a test may give a ConfigMap. Our object types leave out the managers of fields. */
type Metadata = Pick<ConfigMap['metadata'], 'labels' | 'annotations'> & { readonly managedFields?: readonly object[] };

export class ApiServer {
  readonly #server: Server;
  readonly #secure: boolean;
  #version = 1;
  readonly configMaps = new Map<string, ConfigMap & { data: Data }>();
  readonly pods = new Map<string, Pod>();
  /** For each pod, by name: the text of its log so far, and the open responses that follow the log. */
  readonly #logs = new Map<string, { text: string; listeners: Set<ServerResponse> }>();
  /** The open watches of ConfigMaps. */
  readonly #watchers = new Set<{ name: string; response: ServerResponse }>();
  readonly requests: string[] = [];
  /** The programs that run in pods by exec. */
  readonly execs: ExecPeer[] = [];
  /** Returns why a pod may not be created, as the message of an answer with status 403. */
  refusalOf: (pod: Pod) => string | undefined = () => undefined;
  /** What becomes of a new pod. By default its container runs at once. */
  onCreate: (pod: Pod) => Pod['status'] = () => running;
  readonly restarts: string[] = [];
  /** For each Deployment, by name: the annotations that its last restart set. */
  readonly annotations = new Map<string, Record<string, string>>();
  token = 'a-token';
  /**
   * Requests that the server refuses with 403 Forbidden: a method and the start of a path, such as `PATCH /api/…`.
   */
  forbidden: string[] = [];
  onRestart: (deployment: string) => void | Promise<void> = () => undefined;

  static async start(tls?: { key: string; cert: string }): Promise<ApiServer> {
    const api = new ApiServer(tls);
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  private constructor(tls?: { key: string; cert: string }) {
    const listener: RequestListener = (request, response) => void this.#answer(request, response);
    this.#secure = tls !== undefined;
    this.#server = tls ? createSecureServer(tls, listener) : createServer(listener);
    this.#server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      this.requests.push(`${request.method} ${request.url?.split('?')[0]}`);
      if (request.headers.authorization !== `Bearer ${this.token}`) return void socket.end(UNAUTHORIZED);
      this.execs.push(new ExecPeer(request, socket));
    });
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `${this.#secure ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  /** The client configuration that connects to this server. It doesn't contain the server's certificate. */
  get config(): ApiConfig {
    return { server: this.url, tls: {}, namespace: 'ns', authorization: () => Promise.resolve('Bearer a-token') };
  }

  stop(): void {
    this.#server.close();
    for (const { listeners } of this.#logs.values()) listeners.forEach((listener) => listener.destroy());
    for (const { response } of this.#watchers) response.destroy();
    if ('closeAllConnections' in this.#server)
      (this.#server as { closeAllConnections: () => void }).closeAllConnections();
  }

  put(
    name: string,
    data: Data,
    { labels, annotations, managedFields }: Metadata = this.configMaps.get(name)?.metadata ?? {},
  ): void {
    this.configMaps.set(name, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: {
        name,
        resourceVersion: String((this.#version += 1)),
        ...(labels && { labels }),
        ...(annotations && { annotations }),
        ...(managedFields && { managedFields }),
      },
      data,
    });
    for (const watcher of this.#watchers) if (watcher.name === name) this.#sendEvent(watcher, 'MODIFIED');
  }

  data(name: string): Data {
    return this.configMaps.get(name)?.data ?? {};
  }

  log(pod: string, text: string): void {
    const log = this.#logOf(pod);
    log.text += text;
    log.listeners.forEach((listener) => listener.write(text));
  }

  /** Ends the responses that follow the pod's log, as if the container had ended. */
  endLog(pod: string): void {
    this.#logOf(pod).listeners.forEach((listener) => listener.end());
  }

  #logOf(pod: string) {
    const log = this.#logs.get(pod) ?? { text: '', listeners: new Set<ServerResponse>() };
    this.#logs.set(pod, log);
    return log;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://api');
    const target = `${request.method} ${pathname}`;
    this.requests.push(target);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.headers.authorization !== `Bearer ${this.token}`)
      return refuse(response, 401, 'Unauthorized', 'expected a valid token');
    if (this.forbidden.some((start) => (target + (searchParams.has('watch') ? '?watch' : '')).startsWith(start)))
      return refuse(response, 403, 'Forbidden', 'the guide may not');
    if (request.method === 'POST' || request.method === 'DELETE')
      return this.#changePod(response, request.method, pathname, JSON.parse(Buffer.concat(chunks).toString()) as Pod);
    const patch = chunks.length > 0 ? (JSON.parse(Buffer.concat(chunks).toString()) as Patch) : undefined;
    if (patch && request.headers['content-type'] !== 'application/merge-patch+json')
      return refuse(response, 415, 'UnsupportedMediaType', 'expected a merge patch');
    this.#route(response, pathname, patch, searchParams);
  }

  #route(response: ServerResponse, path: string, patch: Patch | undefined, query: URLSearchParams): void {
    const [, kind = '', name = '', part] = /\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(path) ?? [];
    if (kind === 'configmaps')
      return name === '' ? this.#watch(response, query) : this.#configMap(response, name, patch);
    if (kind === 'deployments') return this.#deployment(response, name, patch);
    if (part === 'log') return this.#sendLog(response, name, query);
    if (kind === 'pods') return this.#readPods(response, name, query.get('labelSelector') ?? '');
    refuse(response, 404, 'NotFound', `${path} not found`);
  }

  /** Starts a watch of a ConfigMap. The first event contains the existing ConfigMap. */
  #watch(response: ServerResponse, query: URLSearchParams): void {
    const watcher = { name: query.get('fieldSelector')?.replace('metadata.name=', '') ?? '', response };
    this.#watchers.add(watcher);
    response.once('close', () => this.#watchers.delete(watcher));
    response.flushHeaders();
    if (this.configMaps.has(watcher.name)) this.#sendEvent(watcher, 'ADDED');
  }

  #sendEvent({ name, response }: { name: string; response: ServerResponse }, type: string): void {
    response.write(`${JSON.stringify({ type, object: this.configMaps.get(name) })}\n`);
  }

  /** Ends all open watches of ConfigMaps, as a real API server does after some time. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
  }

  #configMap(response: ServerResponse, name: string, patch: Patch | undefined): void {
    const found = this.configMaps.get(name);
    if (!found) return refuse(response, 404, 'NotFound', `configmaps "${name}" not found`);
    const wanted = patch?.metadata?.resourceVersion;
    if (wanted !== undefined && wanted !== found.metadata.resourceVersion)
      return refuse(response, 409, 'Conflict', 'the object has been modified');
    if (patch) {
      const merged = Object.entries({ ...found.data, ...patch.data }).filter(
        (entry): entry is [string, string] => entry[1] !== null,
      );
      this.put(name, Object.fromEntries(merged));
    }
    response.end(JSON.stringify(this.configMaps.get(name)));
  }

  #deployment(response: ServerResponse, name: string, patch: Patch | undefined): void {
    const annotations = patch?.spec?.template?.metadata?.annotations;
    if (annotations === undefined) return refuse(response, 422, 'Invalid', 'expected a restart');
    this.restarts.push(name);
    this.annotations.set(name, annotations);
    void this.onRestart(name);
    response.end('{}');
  }

  #changePod(response: ServerResponse, method: string, path: string, pod: Pod): void {
    const name = method === 'POST' ? pod.metadata.name : (path.split('/').at(-1) ?? '');
    const refusal = method === 'POST' ? this.refusalOf(pod) : undefined;
    if (refusal !== undefined) return refuse(response, 403, 'Forbidden', refusal);
    if (method === 'POST') this.pods.set(name, { ...pod, status: this.onCreate(pod) ?? {} });
    else if (!this.pods.delete(name)) return refuse(response, 404, 'NotFound', `pods "${name}" not found`);
    response.writeHead(method === 'POST' ? 201 : 200).end(JSON.stringify(pod));
  }

  #readPods(response: ServerResponse, name: string, selector: string): void {
    if (name === '') return this.#listPods(response, selector);
    const pod = this.pods.get(name);
    return pod ? void response.end(JSON.stringify(pod)) : refuse(response, 404, 'NotFound', `pods "${name}" not found`);
  }

  #listPods(response: ServerResponse, selector: string): void {
    const wanted = selector.split(',').map((pair) => pair.split('=') as [string, string]);
    const items = [...this.pods.values()].filter(({ metadata: { labels = {} } }) =>
      wanted.every(([label, value]) => labels[label] === value),
    );
    response.end(JSON.stringify({ items, metadata: { resourceVersion: String(this.#version) } }));
  }

  #sendLog(response: ServerResponse, pod: string, query: URLSearchParams): void {
    if (!this.pods.has(pod)) return refuse(response, 404, 'NotFound', `pods "${pod}" not found`);
    const { text, listeners } = this.#logOf(pod);
    const lines = Number(query.get('tailLines') ?? Number.MAX_SAFE_INTEGER);
    response.write(
      text
        .split('\n')
        .slice(-lines - 1)
        .join('\n'),
    );
    if (query.get('follow') !== 'true') return void response.end();
    listeners.add(response);
    response.once('close', () => listeners.delete(response));
  }
}

/** The status of a pod whose only container runs. */
const running: Pod['status'] = { phase: 'Running', containerStatuses: [{ name: 'main', state: { running: {} } }] };

const UNAUTHORIZED = 'HTTP/1.1 401 Unauthorized\r\nconnection: close\r\ncontent-length: 0\r\n\r\n';

interface Patch {
  readonly metadata?: { resourceVersion?: string };
  readonly data?: Record<string, string | null>;
  readonly spec?: { template?: { metadata?: { annotations?: Data } } };
}

function refuse(response: ServerResponse, status: number, reason: string, message: string): void {
  response
    .writeHead(status, { 'content-type': 'application/json' })
    .end(JSON.stringify({ kind: 'Status', status: 'Failure', reason, message }));
}

/** Returns a pod of the lab with the fields that the API server sets. */
export function podOf(
  component: string,
  name: string,
  more: { podIP?: string; container?: Partial<ContainerStatus>; deleted?: boolean; created?: string } = {},
): Pod {
  const { podIP = '127.0.0.1', container = {}, deleted, created = new Date().toISOString() } = more;
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      creationTimestamp: created,
      ...(deleted ? { deletionTimestamp: new Date().toISOString() } : {}),
      labels: { 'app.kubernetes.io/instance': 'lab', 'app.kubernetes.io/component': component },
    },
    spec: { containers: [{ name: component }] },
    status: {
      phase: 'Running',
      podIP,
      containerStatuses: [
        {
          name: component,
          ready: true,
          restartCount: 0,
          containerID: `c://${name}`,
          state: { running: { startedAt: created } },
          ...container,
        },
      ],
    },
  };
}
