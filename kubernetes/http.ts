// Requests over a transport: who we are, what to retry, and which error an answer is.
import { ApiError } from './api.ts';
import type { Status } from './api.ts';
import type { ApiConfig } from './in-cluster.ts';
import type { ApiRequest, ApiResponse, StreamOptions, Transport } from './transport.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';

export interface HttpOptions {
  readonly config: Pick<ApiConfig, 'authorization'>;
  readonly transport: Transport;
  /** The program's name and version. */
  readonly userAgent: string;
  readonly timers?: Timers;
}

export interface HttpRequest extends Pick<ApiRequest, 'method' | 'path' | 'body'> {
  /** application/json by default. */
  readonly contentType?: string;
}

/** How often a throttled request is sent. */
const ATTEMPTS = 5;
/** The longest wait between two attempts, in milliseconds. */
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
   * Sends a request and returns the body of the answer. Retries a throttled request: 429 or 503 with Retry-After.
   * @throws ApiError, or what the transport throws
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

  /** Opens a watch or a log, which comes in chunks until the server ends it. Never retries. @throws as send */
  async open(path: string, options: StreamOptions): Promise<AsyncIterable<Buffer>> {
    const request = { method: 'GET', path } as const;
    const { code, chunks } = await this.#options.transport.open(await this.#complete(request), options);
    if (code === 200) return chunks;
    if (code === 401) await this.#options.config.authorization(true);
    throw errorOf(request, { code, text: await textOf(chunks) });
  }

  /** Ends all connections and the requests on them. */
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

/** https://kubernetes.io/docs/reference/using-api/api-concepts/ says 429. A server that is still starting says 503. */
const isThrottled = ({ code, retryAfter }: ApiResponse): boolean =>
  (code === 429 || code === 503) && retryAfter !== undefined;

/** The wait in milliseconds, at least 100. A date in the header counts as one second: the API server sends none. */
function waitOf({ retryAfter }: ApiResponse): number {
  const seconds = Number(retryAfter);
  return jittered(Math.max(100, Math.min(Number.isFinite(seconds) ? seconds * 1000 : 1000, LONGEST_WAIT)));
}

/** The error of an answer that is no success. Proxies and a server that is still starting answer with text or HTML. */
function errorOf({ method, path }: HttpRequest, { code, text }: ApiResponse): ApiError {
  const [resource = path] = path.split('?');
  return new ApiError(`${method} ${resource}`, code, statusOf(text));
}

function statusOf(text: string): Status {
  try {
    const status = JSON.parse(text) as Status | null;
    if (typeof status === 'object' && status !== null) return status;
  } catch {
    // Not JSON: the text itself is the message.
  }
  return { message: text.trim().slice(0, 300) || 'the answer was empty' };
}
