// The interface of a transport, which sends requests to the API server and returns the responses. A program chooses
// one of two transports: `transport-node.ts` needs little memory, and `transport-undici.ts` is made for many requests.

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The URL's path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiResponse {
  readonly code: number;
  /** Value of the Retry-After header, in seconds. */
  readonly retryAfter?: string | undefined;
  readonly text: string;
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** The stream fails if the server sends nothing for this many milliseconds. Default: no limit. */
  readonly silence?: number;
}

export interface ApiStream {
  readonly code: number;
  readonly chunks: AsyncIterable<Buffer>;
}

export interface Transport {
  /** Sends a request and returns the complete response. @throws Error if the connection fails */
  send(request: ApiRequest): Promise<ApiResponse>;
  /**
   * Sends a request and returns a stream of the response, as for a watch or a log.
   * @throws Error if the connection fails
   */
  open(request: ApiRequest, options: StreamOptions): Promise<ApiStream>;
  /** Closes all connections and aborts their requests. */
  close(): Promise<void>;
}
