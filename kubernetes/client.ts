// An HTTP client for the Kubernetes API server. https://kubernetes.io/docs/reference/using-api/api-concepts/
import { isGone, isNotFound } from './api.ts';
import type { Api, DeleteOptions, ListOptions } from './api.ts';
import { Http } from './http.ts';
import type { HttpOptions } from './http.ts';
import { KINDS, kindOf, pathOf } from './kinds.ts';
import type { Kind, KubeObject } from './object.ts';

export interface HttpApiOptions extends HttpOptions {
  /**
   * Name under which this client owns the fields that it writes.
   * https://kubernetes.io/docs/reference/using-api/server-side-apply/#managers
   */
  readonly fieldManager: string;
}

/** One page of a list: some of the objects, and the resourceVersion of the whole list. */
export interface Page<T> {
  readonly items: T[];
  readonly resourceVersion: string;
}

export interface WatchOptions extends ListOptions {
  /**
   * The resourceVersion after which the watch starts: the server sends only later events. Without this option, the
   * watch starts with an event for each existing object.
   */
  readonly resourceVersion?: string;
  /** Number of seconds after which the server ends the watch. */
  readonly timeoutSeconds: number;
  /** The watch fails if the server sends nothing for this many milliseconds. */
  readonly silence: number;
  readonly signal: AbortSignal;
}

/**
 * Query parameters for reading a pod's log.
 * https://kubernetes.io/docs/reference/kubernetes-api/workload-resources/pod-v1/#get-read-log-of-the-specified-pod
 */
export interface LogOptions {
  readonly follow?: boolean;
  readonly tailLines?: number;
  readonly sinceSeconds?: number;
  readonly limitBytes?: number;
  readonly previous?: boolean;
}

type Named = { readonly name: string; readonly namespace?: string };

/**
 * Query parameter that turns off the API server's field validation, because validation makes it parse each object
 * twice. Validation isn't needed: server-side apply refuses unknown fields anyway, and JSON.stringify writes no
 * duplicate fields.
 * https://kubernetes.io/docs/reference/using-api/api-concepts/#field-validation
 */
const NO_VALIDATION = 'fieldValidation=Ignore';
/** The number of objects in one page of a list. */
const PAGE = 500;
/**
 * Maximum number of attempts to read a list. A new attempt starts at the first page if a later page has expired on the
 * API server.
 */
const LIST_ATTEMPTS = 3;

export class HttpApi implements Api {
  readonly #http: Http;
  readonly #manager: string;

  constructor(options: HttpApiOptions) {
    this.#http = new Http(options);
    this.#manager = `fieldManager=${encodeURIComponent(options.fieldManager)}`;
  }

  async get<T extends KubeObject>(kind: Kind, name: string, namespace?: string): Promise<T | undefined> {
    try {
      return await this.read<T>(pathOf(kind, namespace, name));
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }

  async list<T extends KubeObject>(kind: Kind, options: ListOptions = {}): Promise<T[]> {
    for (let attempt = 1; ; attempt++) {
      try {
        const all: T[] = [];
        for await (const { items } of this.pages<T>(kind, options)) all.push(...items);
        return all;
      } catch (error) {
        if (!isGone(error) || attempt >= LIST_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * Reads a list page by page. All pages show the objects as they were at the same time.
   * @throws ApiError or a connection error. ApiError 410 means that a page has expired and the caller must read the
   * list again from its first page.
   */
  async *pages<T extends KubeObject>(kind: Kind, options: ListOptions = {}): AsyncGenerator<Page<T>, void, void> {
    const { apiVersion, kind: name } = kind;
    for (let token: string | undefined = ''; token !== undefined;) {
      const query = queryOf({ ...selectorsOf(options), limit: PAGE, ...(token && { continue: token }) });
      const { items, metadata }: ListAnswer<T> = await this.read(`${pathOf(kind, options.namespace)}?${query}`);
      // The API server omits the kind of each item in a list: https://github.com/kubernetes/kubernetes/issues/3030
      yield {
        items: (items ?? []).map((item) => ({ ...item, apiVersion, kind: name })),
        resourceVersion: metadata.resourceVersion,
      };
      token = metadata.continue || undefined;
    }
  }

  create<T extends KubeObject>(object: T): Promise<T> {
    const path = pathOf(kindOf(object), object.metadata.namespace);
    return this.#write('POST', `${path}?${this.#manager}`, object);
  }

  apply<T extends KubeObject>(object: KubeObject, subresource?: 'status'): Promise<T> {
    const path = pathOf(kindOf(object), object.metadata.namespace, object.metadata.name, subresource);
    return this.#write(
      'PATCH',
      `${path}?${this.#manager}&force=true&${NO_VALIDATION}`,
      object,
      'application/apply-patch+yaml',
    );
  }

  mergePatch<T extends KubeObject>(kind: Kind, { name, namespace }: Named, patch: object): Promise<T> {
    return this.#write(
      'PATCH',
      `${pathOf(kind, namespace, name)}?${this.#manager}`,
      patch,
      'application/merge-patch+json',
    );
  }

  async delete(kind: Kind, { name, namespace }: Named, { uid, gracePeriodSeconds }: DeleteOptions = {}): Promise<void> {
    const body = {
      propagationPolicy: 'Background',
      preconditions: uid === undefined ? undefined : { uid },
      gracePeriodSeconds,
    };
    try {
      await this.#http.send({ method: 'DELETE', path: pathOf(kind, namespace, name), body: JSON.stringify(body) });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
  }

  async token(
    { name, namespace }: { readonly name: string; readonly namespace: string },
    seconds: number,
  ): Promise<{ token: string; expiresAt: string }> {
    const request = {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { expirationSeconds: seconds },
    };
    const path = pathOf(KINDS.ServiceAccount, namespace, name, 'token');
    const { status }: { status: { token: string; expirationTimestamp: string } } = await this.#write(
      'POST',
      path,
      request,
    );
    return { token: status.token, expiresAt: status.expirationTimestamp };
  }

  /** Reads the JSON at a path such as /version. @throws ApiError or a connection error */
  async read<T>(path: string): Promise<T> {
    return JSON.parse(await this.#http.send({ method: 'GET', path })) as T;
  }

  /** Reads the text at a path such as /readyz. @throws ApiError or a connection error */
  text(path: string): Promise<string> {
    return this.#http.send({ method: 'GET', path });
  }

  /**
   * Opens a watch and returns its lines. Each line is one event as JSON. The generator ends when the server ends the
   * watch. The generator throws when the connection fails or is silent for too long.
   * @throws ApiError or a connection error
   */
  async watch(
    kind: Kind,
    { resourceVersion, timeoutSeconds, silence, signal, ...options }: WatchOptions,
  ): Promise<AsyncGenerator<string, void, void>> {
    const query = queryOf({
      ...selectorsOf(options),
      watch: 1,
      allowWatchBookmarks: 'true',
      ...(resourceVersion !== undefined && { resourceVersion }),
      timeoutSeconds,
    });
    return linesOf(await this.#http.open(`${pathOf(kind, options.namespace)}?${query}`, { silence, signal }));
  }

  /**
   * Opens a pod's log and returns it in chunks. With `follow`, the chunks continue until the container ends.
   * @throws ApiError or a connection error
   */
  log({ name, namespace }: Named, options: LogOptions, signal: AbortSignal): Promise<AsyncIterable<Buffer>> {
    return this.#http.open(`${pathOf(KINDS.Pod, namespace, name, 'log')}?${queryOf({ ...options })}`, { signal });
  }

  /** Closes all connections and aborts their requests. */
  close(): Promise<void> {
    return this.#http.close();
  }

  async #write<T>(method: 'POST' | 'PATCH', path: string, body: object, contentType?: string): Promise<T> {
    return JSON.parse(
      await this.#http.send({ method, path, body: JSON.stringify(body), ...(contentType && { contentType }) }),
    ) as T;
  }
}

interface ListAnswer<T> {
  readonly items: T[] | null;
  readonly metadata: { readonly resourceVersion: string; readonly continue?: string };
}

const selectorsOf = ({ labelSelector, fieldSelector }: ListOptions): Record<string, string> => ({
  ...(labelSelector && { labelSelector }),
  ...(fieldSelector && { fieldSelector }),
});

const queryOf = (parameters: Readonly<Record<string, string | number | boolean>>): string =>
  Object.entries(parameters)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');

/**
 * Splits a stream into lines. Drops the last line if it is incomplete. The event in that line is not lost, because the
 * next watch sends it again.
 */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string, void, void> {
  let begun: Buffer[] = [];
  for await (const chunk of chunks) {
    let from = 0;
    for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
      const rest = chunk.subarray(from, end);
      yield (begun.length > 0 ? Buffer.concat([...begun, rest]) : rest).toString();
      begun = [];
      from = end + 1;
    }
    if (from < chunk.length) begun.push(chunk.subarray(from));
  }
}
