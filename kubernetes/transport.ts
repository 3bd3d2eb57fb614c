// What carries a request to the API server and its answer back. A program chooses one: `transport-node.ts` is small,
// `transport-undici.ts` is built for many requests.

export interface ApiRequest {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** The path with its query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ApiResponse {
  readonly code: number;
  /** The header Retry-After, in seconds. */
  readonly retryAfter?: string | undefined;
  readonly text: string;
}

export interface StreamOptions {
  readonly signal: AbortSignal;
  /** The longest time without a byte, in milliseconds. After it the stream fails. No limit by default. */
  readonly silence?: number;
}

export interface ApiStream {
  readonly code: number;
  readonly chunks: AsyncIterable<Buffer>;
}

export interface Transport {
  /** Sends a request and reads the whole answer. @throws Error when the connection fails */
  send(request: ApiRequest): Promise<ApiResponse>;
  /** Opens an answer that comes piece by piece, such as a watch or a log. @throws Error when the connection fails */
  open(request: ApiRequest, options: StreamOptions): Promise<ApiStream>;
  /** Ends all connections and the requests on them. */
  close(): Promise<void>;
}
