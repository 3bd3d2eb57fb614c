// Request, error and latency metrics (RED) that the Collector makes from spans. They have pipelines of their own, so
// that they stay if a learner replaces the exporters or processors of the pipelines `traces` and `metrics`.
// https://github.com/open-telemetry/opentelemetry-collector-contrib/tree/main/connector/spanmetricsconnector
import { RED_METRICS, SPAN_METRICS } from '../../lab/names.ts';
import type { Components } from './compute.ts';
import type { LabProps } from './lab.ts';
import { OTLP_RECEIVERS } from './listeners.ts';

/** Upper bounds of the buckets, in milliseconds. The arcade's budget for a round is 500 ms. */
const BUCKETS = [2, 5, 10, 25, 50, 100, 200, 350, 500, 750, 1000, 2500];

const [NAMESPACE] = RED_METRICS.calls.split('.');

/**
 * Returns the connector's configuration. Its memory and its output are bounded: 50 services, each with 100 combinations
 * of attributes. The connector counts further combinations in one that has the attribute `otel.metric.overflow`, until
 * it starts anew. So names of spans count only with Prometheus, for Jaeger's page Monitor: a learner who writes ids
 * into names would soon have 100 of them.
 */
export const spanMetrics = ({ compute, values }: LabProps): string => `  ${SPAN_METRICS}:
    namespace: ${NAMESPACE}
    dimensions: [{ name: http.response.status_code }]
    exclude_dimensions: ${compute.json(compute.choose(values.prometheus.enabled, [], ['span.name']))}
    histogram:
      unit: ms
      explicit:
        buckets: [${BUCKETS.map((bound) => `${bound}ms`).join(', ')}]
    exemplars:
      enabled: true
      max_per_data_point: 3
    metrics_flush_interval: 5s
    metrics_expiration: 15m
    aggregation_cardinality_limit: 100
    resource_metrics_cache_size: 50
    # Counts go on when a pod is replaced.
    resource_metrics_key_attributes: [service.name]
`;

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
export const redPipelines = (exporters: string): string => `    traces/red:
      receivers: ${OTLP_RECEIVERS}
      processors: [memory_limiter]
      exporters: [${SPAN_METRICS}]
    metrics/red:
      receivers: [${SPAN_METRICS}]
      processors: [${RED}]
      exporters: ${exporters}
`;
