// Says which spans failed, and how. Charts, lists of traces and marks all ask here, so that a bar of a chart and the
// traces behind it are about the same spans.
import type { Span } from './traces.ts';

/**
 * The HTTP status codes from 400 that have a name, as a regular expression for JavaScript and for Go. Any other code
 * counts as `4xx` or `5xx`, so that no program makes more than 42 of them.
 * @see https://www.iana.org/assignments/http-status-codes/http-status-codes.xhtml
 */
export const NAMED_FAILURE = '^(4(0[0-9]|1[0-8]|2[1-6]|2[89]|31|51)|5(0[0-8]|1[01]))$';

const named = new RegExp(NAMED_FAILURE);

/**
 * Returns how a request failed: its HTTP status from 400, such as `404`, or `4xx` or `5xx` for a code without a name,
 * or `error` for status ERROR without such a code. Returns undefined if it did not fail.
 * @param httpStatus value of the attribute `http.response.status_code`
 */
export function failureIn(httpStatus: unknown, isError: boolean): string | undefined {
  const text = typeof httpStatus === 'number' || typeof httpStatus === 'string' ? String(httpStatus) : '';
  if (named.test(text)) return text;
  if (/^[45](\d\d|xx)$/.test(text)) return `${text.charAt(0)}xx`;
  return isError ? 'error' : undefined;
}

/** Returns how a span failed, or undefined if it did not. */
export const failureOf = ({ attributes, status }: Pick<Span, 'attributes' | 'status'>): string | undefined =>
  failureIn(attributes['http.response.status_code'], status.code === 'error');

/** Which chart of its service counts a span: the one of requests, or the one of internal work. */
export type Counted = 'server' | 'internal';

const counted: Readonly<Partial<Record<Span['kind'], Counted>>> = {
  server: 'server',
  consumer: 'server',
  internal: 'internal',
};

/** Spans of one service in a trace that failed in the same way, and that the same chart counts. */
export interface Failure {
  readonly service: string;
  readonly counted: Counted;
  /** See `failureIn`. */
  readonly status: string;
  /** When the first and the last of them ended, in milliseconds since the epoch. */
  readonly first: number;
  readonly last: number;
}

/** Most failures of a trace. A learner's code decides how many there are. */
const MOST = 100;

/** Returns the failures of a trace that a chart counts. */
export function failuresIn(spans: readonly Span[]): Failure[] {
  const failures = new Map<string, Failure>();
  for (const span of spans) {
    const [status, kind] = [failureOf(span), counted[span.kind]];
    if (status === undefined || kind === undefined) continue;
    const key = `${kind} ${status} ${span.service}`;
    const known = failures.get(key);
    if (known || failures.size < MOST)
      failures.set(key, extended(known, { service: span.service, counted: kind, status }, span));
  }
  return [...failures.values()];
}

function extended(
  known: Failure | undefined,
  failure: Pick<Failure, 'service' | 'counted' | 'status'>,
  { start, duration }: Span,
): Failure {
  const end = start + duration;
  return { ...failure, first: Math.min(known?.first ?? end, end), last: Math.max(known?.last ?? end, end) };
}
