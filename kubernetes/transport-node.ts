// The transport for programs that send few requests. It uses node:http, which needs 10 MiB less memory than undici.
import { request as httpRequest } from 'node:http';
import type { IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { ApiConfig } from './in-cluster.ts';
import type { ApiRequest, ApiResponse, ApiStream, StreamOptions, Transport } from './transport.ts';

export interface NodeTransportOptions {
  readonly config: Pick<ApiConfig, 'server' | 'tls'>;
  /** A request fails if its response is not complete after this many milliseconds. Default: 10,000. */
  readonly timeout?: number;
}

/** A transport that opens a new connection for each request. */
export class NodeTransport implements Transport {
  readonly #config: NodeTransportOptions['config'];
  readonly #timeout: number;
  readonly #closed = new AbortController();

  constructor({ config, timeout = 10_000 }: NodeTransportOptions) {
    this.#config = config;
    this.#timeout = timeout;
  }

  async send(request: ApiRequest): Promise<ApiResponse> {
    const signal = AbortSignal.timeout(this.#timeout);
    try {
      const response = await this.#request(request, { signal });
      const { statusCode: code = 0, headers } = response;
      return { code, retryAfter: headers['retry-after'], text: await textOf(response) };
    } catch (error) {
      const reason = signal.aborted ? `no answer within ${this.#timeout / 1000} s` : (error as Error).message;
      throw unanswered(request, reason, error);
    }
  }

  async open(request: ApiRequest, options: StreamOptions): Promise<ApiStream> {
    const response = await this.#request(request, options).catch((error: Error) => {
      throw unanswered(request, error.message, error);
    });
    return { code: response.statusCode ?? 0, chunks: response };
  }

  close(): Promise<void> {
    this.#closed.abort();
    return Promise.resolve();
  }

  #request({ method, path, headers, body }: ApiRequest, options: StreamOptions): Promise<IncomingMessage> {
    const { server, tls } = this.#config;
    const { silence = 0 } = options;
    const signal = AbortSignal.any([options.signal, this.#closed.signal]);
    const request = (server.startsWith('https:') ? httpsRequest : httpRequest)(server + path, {
      ...tls,
      method,
      // Without its length, Node would send the body of a DELETE without a sign that there is one.
      headers: { ...headers, ...(body !== undefined && { 'content-length': String(Buffer.byteLength(body)) }) },
      agent: false,
      timeout: silence,
      signal,
    });
    return new Promise((resolve, reject) => {
      let response: IncomingMessage | undefined;
      request.once('error', reject);
      request.once('response', (answer) => resolve((response = answer)));
      request.once('timeout', () => (response ?? request).destroy(new Error(`no byte within ${silence / 1000} s`)));
      request.end(body);
    });
  }
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function unanswered({ method, path }: ApiRequest, reason: string, cause: unknown): Error {
  const [resource = path] = path.split('?');
  return new Error(`Expected the API server to answer ${method} ${resource}, found: ${reason}`, { cause });
}
