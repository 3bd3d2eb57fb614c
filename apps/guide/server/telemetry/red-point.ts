// Reads a data point of the metrics that the Collector's connector makes from spans.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
import type { Attributes } from '../../../../otlp/attributes.ts';
import type { ServiceCharts } from '../../explore-contract.ts';

export type Counted = ServiceCharts['counted'];

const COUNTED: Readonly<Record<string, Counted>> = {
  SPAN_KIND_SERVER: 'server',
  SPAN_KIND_CONSUMER: 'server',
  SPAN_KIND_INTERNAL: 'internal',
};

/** Returns which spans a data point counts, or undefined if the charts don't count them. */
export function countedIn({ 'span.kind': kind }: Attributes): Counted | undefined {
  return typeof kind === 'string' && Object.hasOwn(COUNTED, kind) ? COUNTED[kind] : undefined;
}

/** Returns the HTTP status of failed requests, or `error`, or undefined if the requests did not fail. */
export function errorIn(attributes: Attributes): string | undefined {
  const status = Number(attributes['http.response.status_code']);
  if (Number.isInteger(status) && status >= 400 && status <= 599) return String(status);
  return attributes['status.code'] === 'STATUS_CODE_ERROR' ? 'error' : undefined;
}
