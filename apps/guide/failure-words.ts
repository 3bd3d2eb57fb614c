// How a waterfall marks a span that failed: by the same meaning of "failed" as charts and lists, and in words that are
// true of the span itself.
import { failureOf } from '../../otlp/failures.ts';
import type { Span } from '../../otlp/traces.ts';

type Ended = Pick<Span, 'attributes' | 'status'>;

/** Servers leave the status unset. @see https://opentelemetry.io/docs/specs/semconv/http/http-spans/#status */
const ofClient = 'a server leaves it unset for 4xx, because the mistake is the client’s.';

const isError = ({ status }: Ended): boolean => status.code === 'error';

/** Returns the span's HTTP status if it is a failure, as the span has it: `499`, and not the `4xx` of a chart. */
function failedStatus(span: Ended): string {
  const code = span.attributes['http.response.status_code'];
  const isFailure = failureOf({ ...span, status: { code: 'unset' } }) !== undefined;
  return isFailure && (typeof code === 'number' || typeof code === 'string') ? String(code) : '';
}

/**
 * Returns the mark of a span that failed: its HTTP status from 400, and `ERROR` if its own status is ERROR. Returns an
 * empty text for a span that did not fail.
 */
export const failureMark = (span: Ended): string =>
  [failedStatus(span), isError(span) && 'ERROR'].filter(Boolean).join(' ');

/** Says why a span counts as failed although its own status is not ERROR. Empty for any other span. */
export function statusNote(span: Ended & Pick<Span, 'kind'>): string {
  const status = failedStatus(span);
  if (status === '' || isError(span)) return '';
  const why = span.kind === 'server' && status.startsWith('4') ? ofClient : 'the code that ended it has not set it.';
  return `Its HTTP status is ${status}, so it counts as failed. Its own status is not ERROR: ${why}`;
}
