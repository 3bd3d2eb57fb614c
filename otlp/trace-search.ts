// Searches Jaeger for the traces of all services in a range of time.
import { BodyTooLargeError, call } from '../support/http.ts';
import { tracesFromOtlp } from './traces.ts';
import type { Trace } from './traces.ts';

export interface TraceSearch {
  /** Range of time, in milliseconds since the epoch. */
  readonly from: number;
  readonly until: number;
  /** Most traces that Jaeger returns. */
  readonly depth: number;
  /** Largest answer to read, in bytes. */
  readonly limit: number;
}

export interface FoundTraces {
  /** Whole traces, in the order of their start. Each has a span that starts in the range of time. */
  readonly traces: readonly Trace[];
  /** Whether these are all traces in the range of time. */
  readonly isComplete: boolean;
  /** Number of bytes of Jaeger's answer. */
  readonly bytes: number;
}

/** Jaeger refuses a search for more traces than it keeps. */
export class TooDeepError extends Error {
  override name = 'TooDeepError';
}

/**
 * Returns traces of any service: Jaeger's store in memory takes an empty name of a service for all of them. If there
 * are more traces than `depth`, Jaeger returns those whose first span it received last. An answer that is larger than
 * `limit` yields no traces.
 * @throws TooDeepError if Jaeger keeps fewer traces than `depth`
 * @throws Error if Jaeger can't be reached or answers with an error
 */
export async function searchTraces(jaeger: string, { from, until, depth, limit }: TraceSearch): Promise<FoundTraces> {
  const query = new URLSearchParams({
    'query.start_time_min': new Date(Math.max(0, Math.floor(from))).toISOString(),
    'query.start_time_max': new Date(Math.ceil(until)).toISOString(),
    'query.num_traces': String(depth),
    // The traces as they were received. Jaeger would otherwise change them in its memory.
    'query.raw_traces': 'true',
  });
  const body = await bodyAt(`${jaeger}/api/v3/traces?${query.toString()}`, limit);
  if (body === undefined) return { traces: [], isComplete: false, bytes: limit };
  const traces = tracesFromOtlp(JSON.parse(body));
  return { traces, isComplete: traces.length < depth, bytes: Buffer.byteLength(body) };
}

/** Returns the body of Jaeger's answer, `{}` if there are no traces, or undefined if it is too large. */
async function bodyAt(url: string, limit: number): Promise<string | undefined> {
  try {
    const { status, body } = await call(url, { limit, signal: AbortSignal.timeout(10_000) });
    if (status === 404) return '{}';
    if (status === 500 && body.includes('search depth')) throw new TooDeepError(body.trim());
    if (status !== 200) throw new Error(`expected Jaeger to answer 200, found ${status}: ${body.slice(0, 200)}`);
    return body;
  } catch (error) {
    if (error instanceof BodyTooLargeError) return undefined;
    throw error;
  }
}
