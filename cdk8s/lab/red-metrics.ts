// Request, error and latency metrics (RED) that the Collector makes from spans. They have pipelines of their own, so
// that they stay if a learner replaces the exporters or processors of the pipelines `traces` and `metrics`.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
import { MONITOR_CONNECTOR, MONITOR_METRICS, RED_METRICS, SPAN_METRICS } from '../../lab/names.ts';
import type { Components } from './compute.ts';
import type { LabProps } from './lab.ts';
import { OTLP_RECEIVERS } from './listeners.ts';

/** Upper bounds of the buckets, in milliseconds. The arcade's budget for a round is 500 ms. */
const BUCKETS = [2, 5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2500];

/** Names of metrics are those of the connector's namespace. */
const namespaceOf = ({ calls }: { readonly calls: string }): string => calls.replace('.calls', '');

interface ConnectorProps {
  readonly namespace: string;
  /** Attributes by which it doesn't count. */
  readonly excluded: string;
  readonly exemplars: string;
}

/**
 * Returns a connector's configuration. Its memory and its output are bounded: 50 services, each with 100 combinations
 * of attributes. It counts further combinations in one that has the attribute `otel.metric.overflow`.
 */
const connector = (name: string, { namespace, excluded, exemplars }: ConnectorProps): string => `  ${name}:
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
    aggregation_cardinality_limit: 100
    resource_metrics_cache_size: 50
    # Counts go on when a pod is replaced.
    resource_metrics_key_attributes: [service.name]
`;

/**
 * Returns the connector whose metrics the charts show. It keeps combinations as long as a service sends spans. So it
 * doesn't count by names of spans: a learner who writes ids into names would soon have 100 of them.
 */
const forCharts = connector(SPAN_METRICS, {
  namespace: namespaceOf(RED_METRICS),
  excluded: '[span.name]',
  exemplars: '{ enabled: true, max_per_data_point: 3 }',
});

/** Returns the connector for Jaeger's page Monitor, which shows requests by names of spans. */
const forMonitor = connector(MONITOR_CONNECTOR, {
  namespace: namespaceOf(MONITOR_METRICS),
  excluded: '[]',
  exemplars: '{ enabled: false }',
});

/** Returns the connectors. Only Prometheus gets what Jaeger reads. */
export const spanMetrics = ({ compute, values }: LabProps): string =>
  `${forCharts}${compute.choose<string>(values.prometheus.enabled, forMonitor, '')}`;

/** Name of the processor. */
export const RED = 'transform/red';

/**
 * The processor that keeps only the service's name of the resource attributes. The connector copies all of them from
 * the first span of the service, so the name of the pod, for example, would soon be wrong.
 */
export const RED_PROCESSOR: Components = {
  [RED]: { metric_statements: ['keep_keys(resource.attributes, ["service.name"])'] },
};

/** Returns the pipelines from the received spans to the exporters. */
export const redPipelines = ({ compute, values }: LabProps, exporters: string): string => `    traces/red:
      receivers: ${OTLP_RECEIVERS}
      processors: [memory_limiter]
      exporters: [${SPAN_METRICS}${compute.choose<string>(values.prometheus.enabled, `, ${MONITOR_CONNECTOR}`, '')}]
    metrics/red:
      receivers: [${SPAN_METRICS}]
      processors: [${RED}]
      exporters: ${exporters}
`;
