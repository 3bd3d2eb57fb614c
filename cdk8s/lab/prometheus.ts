// Prometheus, if the values enable it. It receives metrics by OTLP from the Collector, and scrapes nothing.
// https://prometheus.io/docs/guides/opentelemetry/
import { Construct } from 'constructs';
import { COLLECTOR_QUEUE } from '../../lab/limits.ts';
import { MONITOR_CONNECTOR, MONITOR_METRICS, PROMETHEUS_EXPORTER, RED_METRICS, SPAN_METRICS } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import type { Components } from './compute.ts';
import { metadata, nameOf, serviceUrl } from './lab.ts';
import type { LabProps } from './lab.ts';
import { POD_IP, onLoopback } from './listeners.ts';
import { configMap } from './manifest.ts';
import { RED } from './red-metrics.ts';
import type { Text } from './value.ts';
import { CHECKSUM, ComponentService, Workload } from './workload.ts';

const COMPONENT = 'prometheus';

const PATHS = { config: '/etc/prometheus', data: '/prometheus' } as const;

/** Disk for blocks, which `retention.size` limits, and for the write-ahead log. */
const DISK = '384Mi';

export const prometheusUrl = (lab: LabProps): string => serviceUrl(lab, COMPONENT, PORTS.prometheus);

/** Settings of the Collector's exporter to Prometheus. One consumer keeps the samples of a series in order. */
const toPrometheus = (lab: LabProps): Components[string] => ({
  endpoint: `${prometheusUrl(lab)}/api/v1/otlp`,
  compression: 'none',
  timeout: '5s',
  sending_queue: { enabled: true, sizer: 'bytes', queue_size: COLLECTOR_QUEUE, num_consumers: 1 },
});

const PROCESSOR = 'transform/prometheus';

const underscores = (name: string): string => name.replaceAll('.', '_');

/**
 * The processor that gives the metrics from spans names with underscores, such as `red_duration` and `service_name`.
 * Jaeger asks Prometheus for such names. All other metrics keep their names.
 */
const NAMES: Components = {
  [PROCESSOR]: {
    metric_statements: [
      'replace_all_patterns(datapoint.attributes, "key", "[.]", "_")',
      'set(datapoint.attributes["service_name"], resource.attributes["service.name"])',
      ...[...Object.values(RED_METRICS), ...Object.values(MONITOR_METRICS)].map(
        (name) => `set(metric.name, "${underscores(name)}") where metric.name == "${name}"`,
      ),
    ],
  },
};

const pipeline = `    metrics/prometheus:
      receivers: [${SPAN_METRICS}, ${MONITOR_CONNECTOR}]
      processors: [${RED}, ${PROCESSOR}]
      exporters: [${PROMETHEUS_EXPORTER}]
`;

/** Returns the pipeline that sends the metrics from spans to Prometheus, or an empty text without Prometheus. */
export const prometheusPipeline = (lab: LabProps): Text =>
  lab.compute.choose<string>(lab.values.prometheus.enabled, pipeline, '');

/** Returns what the Collector has for Prometheus. All parts are empty if the lab has no Prometheus. */
export const prometheusComponents = (lab: LabProps) => {
  const { compute, values } = lab;
  const { enabled } = values.prometheus;
  return {
    exporters: compute.choose<Components>(enabled, { [PROMETHEUS_EXPORTER]: toPrometheus(lab) }, {}),
    processors: compute.choose<Components>(enabled, NAMES, {}),
    /** Further exporters of the metrics of apps. */
    exporterNames: compute.choose<readonly string[]>(enabled, [PROMETHEUS_EXPORTER], []),
  };
};

/** Returns the text of prometheus.yml. */
export const prometheusConfig = (lab: LabProps): string => {
  const { time, size } = lab.values.prometheus.retention;
  return lab.compute.named(
    'prometheus-config',
    `otlp:
  # Metrics keep the names that the apps give them.
  translation_strategy: NoTranslation
  promote_resource_attributes: [service.name, k8s.pod.name]
storage:
  tsdb:
    # The Collector may send an export again after the next one.
    out_of_order_time_window: 1m
    retention:
      time: ${time}
      size: ${size}
  exemplars:
    max_exemplars: 10000
`,
  );
};

const FEATURES = [
  'exemplar-storage',
  // A series that begins with a number above 0 counts from 0. So the first failures appear in rates.
  'created-timestamp-zero-ingestion',
];

const ARGS: readonly string[] = [
  `--config.file=${PATHS.config}/prometheus.yml`,
  `--storage.tsdb.path=${PATHS.data}`,
  '--storage.tsdb.wal-segment-size=10MB',
  '--web.enable-otlp-receiver',
  `--web.listen-address=[$(POD_IP)]:${PORTS.prometheus}`,
  `--web.listen-address=${onLoopback(PORTS.prometheus)}`,
  `--enable-feature=${FEATURES.join(',')}`,
  '--query.max-concurrency=2',
  '--query.max-samples=2000000',
  '--query.timeout=10s',
  '--log.level=warn',
];

/** Go collects garbage as soon as the heap has this size. */
const HEAP = { GOGC: '50', GOMEMLIMIT: '48MiB' } as const;

export class Prometheus extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { image, resources } = lab.values.prometheus;
    const text = prometheusConfig(lab);
    const config = { name: nameOf(lab, COMPONENT), path: PATHS.config, texts: { [CHECKSUM]: text } };
    const data = { name: 'data', emptyDir: { sizeLimit: DISK } };
    const ports = { http: PORTS.prometheus };
    configMap(this, 'config', { metadata: metadata(lab, COMPONENT), data: { 'prometheus.yml': text } });
    new Workload(this, 'workload', lab, {
      component: COMPONENT,
      image,
      resources,
      configs: [config],
      volumes: [{ volume: data, path: PATHS.data, writable: true }],
      args: ARGS,
      env: [POD_IP, ...Object.entries(HEAP).map(([name, value]) => ({ name, value }))],
      ports,
      probes: { port: PORTS.prometheus, ready: '/-/ready', alive: '/-/healthy' },
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports });
  }
}
