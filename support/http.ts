// A small HTTP client on node:http. It exists because Node's built-in fetch needs 10 MiB more memory in each process.
import { request as httpRequest } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

export interface Call {
  method?: string;
  headers?: Record<string, string>;
  body?: string;
  /** Ends the request when this signal is aborted. The promise then rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Largest body to read, in bytes. The promise rejects if the server sends more. */
  limit?: number;
}

/** Thrown when a server sends more than the limit of a call. */
export class BodyTooLargeError extends Error {
  override name = 'BodyTooLargeError';
}

/** The default of `limit`: 16 MiB. A trace or a list of pods is smaller, and all our processes have room for it. */
const LIMIT = 16 * 2 ** 20;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

/**
 * Sends one request on a new connection. So a Kubernetes Service with several pods chooses a pod anew for each request.
 */
export function call(
  url: string,
  { method = 'GET', headers = {}, body, signal, limit = LIMIT }: Call = {},
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(signal?.aborted ? (signal.reason as Error) : error);
    const request = httpRequest(url, { method, headers, agent: false, ...(signal ? { signal } : {}) }, (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > limit)
          response.destroy(new BodyTooLargeError(`expected a body of at most ${limit} bytes, found more`));
      });
      response.on('error', fail);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        }),
      );
    });
    request.on('error', fail);
    request.end(body);
  });
}

/**
 * Requests a text with GET.
 * @throws Error if the status is not 2xx
 */
export async function getText(url: string, options: Call = {}): Promise<string> {
  const { status, body } = await call(url, options);
  if (status >= 200 && status <= 299) return body;
  throw new Error(`expected ${url} to answer 2xx, found ${status}: ${body.slice(0, 200).trim()}`);
}

/**
 * Requests a JSON document with GET and returns its parsed value.
 * @throws Error if the status is not 2xx or the response is not JSON
 */
export async function getJson<T>(url: string, options: Call = {}): Promise<T> {
  const body = await getText(url, options);
  try {
    return JSON.parse(body) as T;
  } catch {
    throw new Error(`expected ${url} to answer JSON, found: ${body.slice(0, 200)}`);
  }
}
