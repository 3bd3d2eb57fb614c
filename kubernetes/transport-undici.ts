// The transport for programs that send many requests. It has a pool of connections and metrics. It refuses writes while
// this process isn't the leader.
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { NotLeadingError } from './api.ts';
import { HttpApi } from './client.ts';
import type { HttpApiOptions } from './client.ts';
import type { ApiConfig } from './in-cluster.ts';
import type { ApiRequest, ApiResponse, ApiStream, StreamOptions, Transport } from './transport.ts';
import { systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

/** Data about a finished request, for the metric `rest_client_requests_total`. */
export interface RequestReport {
  readonly method: string;
  /** The HTTP status code. It is `<error>` if there was no response, as in client-go. */
  readonly code: string;
  readonly host: string;
  /** Seconds until the complete response arrived. For a watch, seconds until it was open. */
  readonly seconds: number;
}

export interface PoolOptions {
  readonly config: Pick<ApiConfig, 'server' | 'tls'>;
  /** Maximum number of requests at the same time. Watches don't count. Default: 32. */
  readonly connections?: number;
  /** Milliseconds without data from the server after which a request fails. Default: 30,000. */
  readonly timeout?: number;
  /** Returns whether this process may write now. The transport calls it before each request other than GET. */
  readonly mayWrite?: () => boolean;
  readonly onRequest?: (report: RequestReport) => void;
  readonly timers?: Timers;
}

export interface PooledApiOptions extends Omit<HttpApiOptions, 'config' | 'transport'>, Omit<PoolOptions, 'config'> {
  readonly config: ApiConfig;
}

/**
 * How long to keep an idle connection, in milliseconds. The API server closes idle connections after 90 s, so we must
 * close ours earlier.
 */
const KEEP_ALIVE = 60_000;
const CONNECT_TIMEOUT = 10_000;

/** Returns a client that uses a pool of connections. */
export const pooledApi = (options: PooledApiOptions): HttpApi =>
  new HttpApi({ ...options, transport: new UndiciTransport(options) });

export class UndiciTransport implements Transport {
  readonly #options: PoolOptions;
  readonly #timers: Timers;
  readonly #pool: Pool;
  /**
   * Sends all requests except watches through the pool of connections. Right before it sends a write, it checks
   * `mayWrite`.
   */
  readonly #sender: Dispatcher;
  /** The pool of connections for watches. Each watch has its own connection. */
  readonly #watches: Pool;
  readonly #host: string;
  readonly #prefix: string;
  /** Number of connections that are free for more requests now. */
  #free: number;
  /** Callbacks of the requests that wait for a free connection. */
  readonly #waiting: (() => void)[] = [];

  constructor(options: PoolOptions) {
    const {
      config: { server, tls },
      connections = 32,
      timeout = 30_000,
      timers = systemTimers,
    } = options;
    const { origin, host, pathname } = new URL(server);
    const common = {
      connect: { ...tls, timeout: Math.min(timeout, CONNECT_TIMEOUT) },
      headersTimeout: timeout,
      keepAliveTimeout: KEEP_ALIVE,
      keepAliveMaxTimeout: KEEP_ALIVE,
      allowH2: false,
    };
    this.#options = options;
    this.#timers = timers;
    this.#host = host;
    this.#prefix = pathname === '/' ? '' : pathname;
    this.#free = connections;
    this.#pool = new Pool(origin, { ...common, connections, bodyTimeout: timeout });
    this.#sender = options.mayWrite ? this.#pool.compose(fence(options.mayWrite)) : this.#pool;
    this.#watches = new Pool(origin, { ...common, connections: null });
  }

  /**
   * Sends a request. If all connections are busy, the request waits in this method, not in the pool. So `mayWrite` is
   * checked after this wait, and the timeout starts after it.
   * @throws NotLeadingError, or the connection's error
   */
  async send(request: ApiRequest): Promise<ApiResponse> {
    if (this.#free === 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#free--;
    try {
      if (request.method !== 'GET' && this.#options.mayWrite?.() === false) throw new NotLeadingError();
      return await this.#reported(request, () => this.#once(request));
    } finally {
      const next = this.#waiting.shift();
      if (next) next();
      else this.#free++;
    }
  }

  open(request: ApiRequest, { signal, silence = 0 }: StreamOptions): Promise<ApiStream> {
    return this.#reported(request, async () => {
      const options = { ...this.#dispatch(request), signal, bodyTimeout: silence };
      const { statusCode: code, body } = await this.#watches.request(options);
      return { code, chunks: body };
    });
  }

  async close(): Promise<void> {
    await Promise.all([this.#pool.destroy(), this.#watches.destroy()]);
  }

  async #once(request: ApiRequest): Promise<ApiResponse> {
    const { statusCode: code, headers, body } = await this.#sender.request(this.#dispatch(request));
    return { code, retryAfter: headers['retry-after']?.toString(), text: await body.text() };
  }

  #dispatch({ method, path, headers, body }: ApiRequest): Dispatcher.RequestOptions {
    return { method, path: this.#prefix + path, headers: { ...headers }, body: body ?? null };
  }

  async #reported<T extends { readonly code: number }>({ method }: ApiRequest, send: () => Promise<T>): Promise<T> {
    const began = this.#timers.now();
    let code = '<error>';
    try {
      const answer = await send();
      code = String(answer.code);
      return answer;
    } finally {
      this.#options.onRequest?.({ method, code, host: this.#host, seconds: (this.#timers.now() - began) / 1000 });
    }
  }
}

type Handler = Dispatcher.DispatchHandler;

/**
 * Returns an undici handler that checks `mayWrite` right before a write is sent. This is the second check: `send` has
 * made the first one, but the process may have been suspended since then.
 */
const fenced = (handler: Handler, mayWrite: () => boolean): Handler => ({
  onRequestStart(controller, context) {
    if (mayWrite()) handler.onRequestStart?.(controller, context);
    else controller.abort(new NotLeadingError());
  },
  onResponseStart: (...parts) => handler.onResponseStart?.(...parts),
  onResponseData: (...parts) => handler.onResponseData?.(...parts),
  onResponseEnd: (...parts) => handler.onResponseEnd?.(...parts),
  onResponseError: (...parts) => handler.onResponseError?.(...parts),
});

const fence =
  (mayWrite: () => boolean): Dispatcher.DispatcherComposeInterceptor =>
  (dispatch) =>
  (options, handler) =>
    dispatch(options, options.method === 'GET' ? handler : fenced(handler, mayWrite));
