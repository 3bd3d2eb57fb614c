// Request, error and latency metrics (RED) that the Collector makes from spans. They have pipelines of their own, so
// that they stay if a learner replaces the exporters or processors of the pipelines `traces` and `metrics`.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
import { MONITOR_CONNECTOR, MONITOR_METRICS, RED_METRICS, SPAN_METRICS } from '../../lab/names.ts';
import { NAMED_FAILURE } from '../../otlp/failures.ts';
import type { Components } from './compute.ts';
import type { LabProps } from './lab.ts';
import { OTLP_RECEIVERS } from './listeners.ts';

/** Upper bounds of the buckets, in milliseconds. The arcade's budget for a round is 500 ms. */
const BUCKETS = [2, 5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2500];

/** Names of metrics are those of the connector's namespace. */
const namespaceOf = ({ calls }: { readonly calls: string }): string => calls.replace('.calls', '');

interface ConnectorProps {
  readonly namespace: string;
  /** Most combinations of attributes that it counts for a service. */
  readonly combinations: number;
  /** Attributes by which it doesn't count. */
  readonly excluded: string;
  readonly exemplars: string;
}

/**
 * Returns a connector's configuration. Its memory and its output are bounded: 50 services, each with some combinations
 * of attributes. It counts further combinations in one that has the attribute `otel.metric.overflow`.
 */
const connector = (
  name: string,
  { namespace, combinations, excluded, exemplars }: ConnectorProps,
): string => `  ${name}:
    namespace: ${namespace}
    dimensions: [{ name: http.response.status_code }]
    exclude_dimensions: ${excluded}
    histogram:
      unit: ms
      explicit:
        buckets: [${BUCKETS.map((bound) => `${bound}ms`).join(', ')}]
    exemplars: ${exemplars}
    metrics_flush_interval: 5s
    metrics_expiration: 15m
    aggregation_cardinality_limit: ${combinations}
    resource_metrics_cache_size: 50
    # Counts go on when a pod is replaced.
    resource_metrics_key_attributes: [service.name]
`;

/**
 * Returns the connector whose metrics the charts show. It keeps combinations as long as a service sends spans, so a
 * chart would end with the last of them. Therefore it doesn't count by names of spans, and the processor below leaves
 * at most 144 combinations: 42 statuses of failures in spans of three kinds, and three statuses of spans in six kinds.
 */
const forCharts = connector(SPAN_METRICS, {
  namespace: namespaceOf(RED_METRICS),
  combinations: 150,
  excluded: '[span.name]',
  exemplars: '{ enabled: true, max_per_data_point: 3 }',
});

/** Returns the connector for Jaeger's page Monitor, which shows requests by names of spans. */
const forMonitor = connector(MONITOR_CONNECTOR, {
  namespace: namespaceOf(MONITOR_METRICS),
  combinations: 100,
  excluded: '[]',
  exemplars: '{ enabled: false }',
});

/** Returns the connectors. Only Prometheus gets what Jaeger reads. */
export const spanMetrics = ({ compute, values }: LabProps): string =>
  `${forCharts}${compute.choose<string>(values.prometheus.enabled, forMonitor, '')}`;

/** Name of the processor. */
export const RED = 'transform/red';

const HTTP_STATUS = 'span.attributes["http.response.status_code"]';

/** The Collector would expand a single dollar sign. */
const matches = (pattern: string): string => `IsMatch(${HTTP_STATUS}, "${pattern.replaceAll('$', '$$$$')}")`;

/** Returns the statement that gives all failures without a name one status, such as `4xx`: see `failureIn`. */
const unnamed = (digit: number): string =>
  `set(${HTTP_STATUS}, "${digit}xx") where ${matches(`^${digit}[0-9][0-9]$`)} and not ${matches(NAMED_FAILURE)}`;

/**
 * The processor before and behind the connector.
 *
 * - Spans keep the HTTP status if it says how a request failed that the charts count. A learner can send any number of
 *   others. A span with such a status has the status ERROR, so that there is one combination of each.
 * - Metrics keep only the service's name of the resource attributes. The connector copies all of them from the first
 *   span of the service, so the name of the pod, for example, would soon be wrong.
 */
export const RED_PROCESSOR: Components = {
  [RED]: {
    error_mode: 'ignore',
    trace_statements: [
      unnamed(4),
      unnamed(5),
      `delete_key(span.attributes, "http.response.status_code") where not ${matches('^[45]([0-9][0-9]|xx)$')}`,
      'delete_key(span.attributes, "http.response.status_code") where not ' +
        '(span.kind == SPAN_KIND_SERVER or span.kind == SPAN_KIND_CONSUMER or span.kind == SPAN_KIND_INTERNAL)',
      `set(span.status.code, STATUS_CODE_ERROR) where ${HTTP_STATUS} != nil`,
    ],
    metric_statements: ['keep_keys(resource.attributes, ["service.name"])'],
  },
};

/** Jaeger shows all statuses and kinds of spans, so its metrics are from the spans as they are. */
const toMonitor = `    traces/monitor:
      receivers: ${OTLP_RECEIVERS}
      processors: [memory_limiter]
      exporters: [${MONITOR_CONNECTOR}]
`;

/** Returns the pipelines from the received spans to the exporters. */
export const redPipelines = ({ compute, values }: LabProps, exporters: string): string => `    traces/red:
      receivers: ${OTLP_RECEIVERS}
      processors: [memory_limiter, ${RED}]
      exporters: [${SPAN_METRICS}]
    metrics/red:
      receivers: [${SPAN_METRICS}]
      processors: [${RED}]
      exporters: ${exporters}
${compute.choose<string>(values.prometheus.enabled, toMonitor, '')}`;
