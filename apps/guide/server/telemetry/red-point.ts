// Reads a data point of the metrics that the Collector's connector makes from spans.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
import type { Attributes } from '../../../../otlp/attributes.ts';
import { failureIn } from '../../../../otlp/failures.ts';
import type { Counted } from '../../../../otlp/failures.ts';

const COUNTED: Readonly<Record<string, Counted>> = {
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CONSUMER: 'server',
  SPAN_KIND_INTERNAL: 'internal',
};

/** Returns which spans a data point counts, or undefined if the charts don't count them. */
export function countedIn({ 'span.kind': kind }: Attributes): Counted | undefined {
  return typeof kind === 'string' && Object.hasOwn(COUNTED, kind) ? COUNTED[kind] : undefined;
}

/** Returns how the requests failed that a data point counts, or undefined if they did not fail: see `failureIn`. */
export const errorIn = (attributes: Attributes): string | undefined =>
  failureIn(attributes['http.response.status_code'], attributes['status.code'] === 'STATUS_CODE_ERROR');
