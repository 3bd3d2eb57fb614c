// Requests to the API server: connections, deadlines, who may write, what to do when told to come back later.
import { Pool } from 'undici';
import type { Dispatcher } from 'undici';
import { ApiError, NotLeadingError } from './api.ts';
import type { Status } from './api.ts';
import type { ApiConfig } from './config.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

/** For `rest_client_requests_total`. */
export interface RequestReport {
  readonly method: string;
  /** The status, or `<error>` where none came, as client-go has it. */
  readonly code: string;
  readonly host: string;
  /** Until the whole answer was there; of a watch, until it was open. */
  readonly seconds: number;
}

export interface HttpOptions {
  readonly config: ApiConfig;
  /** Name and version. */
  readonly userAgent: string;
  /** How many requests at a time, watches not counted. Default 32. */
  readonly connections?: number;
  /** Milliseconds without a sign from the server after which a request has failed. Default 30,000. */
  readonly timeout?: number;
  /** Asked before whatever is not a GET is sent, each time. */
  readonly mayWrite?: () => boolean;
  readonly onRequest?: (report: RequestReport) => void;
  readonly timers?: Timers;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** With its query. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  /** Default application/json. */
  readonly contentType?: string;
}

interface Answer {
  readonly code: number;
  /** Retry-After, in seconds. */
  readonly retryAfter: string | undefined;
  readonly text: string;
}

/** How often a request is sent that is told to come back later. */
const ATTEMPTS = 5;
/** Milliseconds, the longest wait in between. */
const LONGEST_WAIT = 10_000;
/** Milliseconds for which an idle connection is kept: shorter than the API server's 90 s, so that none closes as it is used. */
const KEEP_ALIVE = 60_000;
const CONNECT_TIMEOUT = 10_000;

export class Http {
  private readonly options: HttpOptions;
  private readonly timers: Timers;
  private readonly pool: Pool;
  /** The pool, behind the fence. */
  private readonly sender: Dispatcher;
  /** Each watch has a connection of its own. */
  private readonly watches: Pool;
  private readonly host: string;
  private readonly prefix: string;
  private readonly ended = new AbortController();
  /** Requests that may still be sent at this moment, and those that wait for their turn. */
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(options: HttpOptions) {
    const {
      config: { server, tls },
      connections = 32,
      timeout = 30_000,
      timers = systemTimers,
    } = options;
    const { origin, host, pathname } = new URL(server);
    const connect = { ...tls, timeout: Math.min(timeout, CONNECT_TIMEOUT) };
    const common = {
      connect,
      headersTimeout: timeout,
      keepAliveTimeout: KEEP_ALIVE,
      keepAliveMaxTimeout: KEEP_ALIVE,
      allowH2: false,
    };
    this.options = options;
    this.timers = timers;
    this.host = host;
    this.prefix = pathname === '/' ? '' : pathname;
    this.free = connections;
    this.pool = new Pool(origin, { ...common, connections, bodyTimeout: timeout });
    this.sender = options.mayWrite ? this.pool.compose(fence(options.mayWrite)) : this.pool;
    this.watches = new Pool(origin, { ...common, connections: null });
  }

  /**
   * The body of the answer. What the server throttles (429, or 503, with Retry-After) is sent again a few times.
   * @throws ApiError, NotLeadingError, or what the connection failed with
   */
  async send(request: HttpRequest): Promise<string> {
    for (let attempt = 1, renewed = false; ; attempt++) {
      const answer = await this.inTurn(request);
      if (answer.code < 300) return answer.text;
      if (answer.code === 401 && !renewed) {
        renewed = true;
        await this.options.config.authorization(true);
        continue;
      }
      if (!isThrottled(answer) || attempt >= ATTEMPTS) throw errorOf(request, answer);
      await pause(this.timers, waitOf(answer), this.ended.signal);
    }
  }

  /**
   * Opens a watch: its body comes in chunks for as long as the server likes, and fails once no byte has come for `silence`
   * milliseconds. @throws as send, but is not tried again
   */
  async open(
    path: string,
    { silence, signal }: { readonly silence: number; readonly signal: AbortSignal },
  ): Promise<AsyncIterable<Buffer>> {
    const request = { method: 'GET', path } as const;
    const { statusCode, body } = await this.reported(request, async () => {
      const answer = await this.watches.request({ ...(await this.parts(request)), signal, bodyTimeout: silence });
      return { code: answer.statusCode, of: answer };
    });
    if (statusCode === 200) return body;
    if (statusCode === 401) await this.options.config.authorization(true);
    throw errorOf(request, { code: statusCode, retryAfter: undefined, text: await body.text() });
  }

  /** Ends all connections and whatever is under way on them. */
  async close(): Promise<void> {
    this.ended.abort();
    await Promise.all([this.pool.destroy(), this.watches.destroy()]);
  }

  /**
   * Requests wait for their turn here, not in the pool, so that none which waited is written after its writer has lost the lead,
   * and none is timed while it waits.
   */
  private async inTurn(request: HttpRequest): Promise<Answer> {
    if (this.free === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
    else this.free--;
    try {
      if (request.method !== 'GET' && this.options.mayWrite?.() === false) throw new NotLeadingError();
      return await this.reported(request, () => this.once(request));
    } finally {
      const next = this.waiting.shift();
      if (next) next();
      else this.free++;
    }
  }

  private async once(request: HttpRequest): Promise<{ code: number; of: Answer }> {
    const { statusCode: code, headers, body } = await this.sender.request(await this.parts(request));
    return { code, of: { code, retryAfter: headers['retry-after']?.toString(), text: await body.text() } };
  }

  private async parts({
    method,
    path,
    body,
    contentType = 'application/json',
  }: HttpRequest): Promise<Dispatcher.RequestOptions> {
    const authorization = await this.options.config.authorization();
    const headers: Record<string, string> = { accept: 'application/json', 'user-agent': this.options.userAgent };
    if (authorization !== undefined) headers['authorization'] = authorization;
    if (body !== undefined) headers['content-type'] = contentType;
    return { method, path: this.prefix + path, headers, body: body ?? null };
  }

  private async reported<T>({ method }: HttpRequest, send: () => Promise<{ code: number; of: T }>): Promise<T> {
    const began = this.timers.now();
    let code = '<error>';
    try {
      const answer = await send();
      code = String(answer.code);
      return answer.of;
    } finally {
      this.options.onRequest?.({ method, code, host: this.host, seconds: (this.timers.now() - began) / 1000 });
    }
  }
}

type Handler = Dispatcher.DispatchHandler;

/** Asks once more as a write goes out: it may have waited for a connection, and the process may have been stopped meanwhile. */
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

/** https://kubernetes.io/docs/reference/using-api/api-concepts/ says 429; a server that is not up to it yet says 503. */
const isThrottled = ({ code, retryAfter }: Answer): boolean =>
  (code === 429 || code === 503) && retryAfter !== undefined;

/** Milliseconds; at least a tenth of a second, and a second where the header gives a date, which the API server never does. */
function waitOf({ retryAfter }: Answer): number {
  const seconds = Number(retryAfter);
  return jittered(Math.max(100, Math.min(Number.isFinite(seconds) ? seconds * 1000 : 1000, LONGEST_WAIT)));
}

/** What an answer that is no success says. Proxies and a server that is starting answer with text, or HTML. */
function errorOf({ method, path }: HttpRequest, { code, text }: Answer): ApiError {
  const [resource = path] = path.split('?');
  return new ApiError(`${method} ${resource}`, code, statusOf(text));
}

function statusOf(text: string): Status {
  try {
    const status = JSON.parse(text) as Status | null;
    if (typeof status === 'object' && status !== null) return status;
  } catch {
    // Not JSON: as it is, then.
  }
  return { message: text.trim().slice(0, 300) || 'the answer was empty' };
}
