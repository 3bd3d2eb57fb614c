// Sends requests over a transport. It adds our credentials, retries throttled requests, and turns error responses into
// ApiError.
import { ApiError } from './api.ts';
import type { Status } from './api.ts';
import type { ApiConfig } from './in-cluster.ts';
import type { ApiRequest, ApiResponse, StreamOptions, Transport } from './transport.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export interface HttpOptions {
  readonly config: Pick<ApiConfig, 'authorization'>;
  readonly transport: Transport;
  /** The User-Agent header: the program's name and version. */
  readonly userAgent: string;
  readonly timers?: Timers;
}

export interface HttpRequest extends Pick<ApiRequest, 'method' | 'path' | 'body'> {
  /** The Content-Type header. Default: application/json. */
  readonly contentType?: string;
}

/** Maximum number of times that one request is sent while the server throttles it. */
const ATTEMPTS = 5;
/** Maximum wait between two attempts of the same request, in milliseconds. */
const LONGEST_WAIT = 10_000;

export class Http {
  readonly #options: HttpOptions;
  readonly #timers: Timers;
  readonly #ended = new AbortController();

  constructor(options: HttpOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /**
   * Sends a request and returns the body of the response. It retries a throttled request (429 or 503 with Retry-After),
   * and retries once with a new token after 401.
   * @throws ApiError, or an error of the transport
   */
  async send(request: HttpRequest): Promise<string> {
    for (let attempt = 1, renewed = false; ; attempt++) {
      const answer = await this.#options.transport.send(await this.#complete(request));
      if (answer.code < 300) return answer.text;
      if (answer.code === 401 && !renewed) {
        renewed = true;
        await this.#options.config.authorization(true);
        continue;
      }
      if (!isThrottled(answer) || attempt >= ATTEMPTS) throw errorOf(request, answer);
      await pause(this.#timers, waitOf(answer), this.#ended.signal);
    }
  }

  /**
   * Opens a watch or a log. Returns the chunks of the response until the server ends it. Never retries.
   * @throws ApiError, or an error of the transport
   */
  async open(path: string, options: StreamOptions): Promise<AsyncIterable<Buffer>> {
    const request = { method: 'GET', path } as const;
    const { code, chunks } = await this.#options.transport.open(await this.#complete(request), options);
    if (code === 200) return chunks;
    if (code === 401) await this.#options.config.authorization(true);
    throw errorOf(request, { code, text: await textOf(chunks) });
  }

  /** Closes all connections and aborts their requests. */
  close(): Promise<void> {
    this.#ended.abort();
    return this.#options.transport.close();
  }

  async #complete({ contentType = 'application/json', ...request }: HttpRequest): Promise<ApiRequest> {
    const authorization = await this.#options.config.authorization();
    const headers = {
      accept: 'application/json, */*',
      'user-agent': this.#options.userAgent,
      ...(authorization !== undefined && { authorization }),
      ...(request.body !== undefined && { 'content-type': contentType }),
    };
    return { ...request, headers };
  }
}

async function textOf(chunks: AsyncIterable<Buffer>): Promise<string> {
  const all: Buffer[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return Buffer.concat(all).toString();
}

/**
 * Returns whether the server asks the client to retry later. An overloaded server answers with 429, a starting server
 * with 503.
 */
const isThrottled = ({ code, retryAfter }: ApiResponse): boolean =>
  (code === 429 || code === 503) && retryAfter !== undefined;

/**
 * Returns how long to wait before a retry, in milliseconds. The header Retry-After decides, but the wait is at least
 * 100 ms. If Retry-After is a date, the wait is 1 second. The API server never sends a date.
 */
function waitOf({ retryAfter }: ApiResponse): number {
  const seconds = Number(retryAfter);
  return jittered(Math.max(100, Math.min(Number.isFinite(seconds) ? seconds * 1000 : 1000, LONGEST_WAIT)));
}

/**
 * Returns the error for a response with an error code. Its body is usually JSON, but a proxy or a starting server may
 * send text or HTML.
 */
function errorOf({ method, path }: HttpRequest, { code, text }: ApiResponse): ApiError {
  const [resource = path] = path.split('?');
  return new ApiError(`${method} ${resource}`, code, statusOf(text));
}

function statusOf(text: string): Status {
  try {
    const status = JSON.parse(text) as Status | null;
    if (typeof status === 'object' && status !== null) return status;
  } catch {
    // The body isn't JSON, so its text becomes the message.
  }
  return { message: text.trim().slice(0, 300) || 'the answer was empty' };
}
