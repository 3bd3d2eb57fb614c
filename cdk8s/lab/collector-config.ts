// Builds the Collector's configuration. It is YAML. The parts that come from chart values are written as JSON, which is
// valid YAML.
// https://opentelemetry.io/docs/collector/configuration/
import type { Signal } from '../values.ts';
import type { Components } from './compute.ts';
import { COLLECTOR_QUEUE } from '../../lab/limits.ts';
import { GUIDE_EXPORTER, JAEGER_EXPORTER, OLD_JAEGER_EXPORTER } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { GUIDE_OTLP } from './guide.ts';
import { serviceUrl } from './lab.ts';
import type { LabProps } from './lab.ts';
import { OTLP_RECEIVERS, atPod, otlpReceivers } from './listeners.ts';
import { prometheusComponents, prometheusPipeline } from './prometheus.ts';
import { RED_PROCESSOR, redPipelines, spanMetrics } from './red-metrics.ts';

/**
 * Limits for the data that the Collector keeps in memory while a backend is unreachable. The Collector drops data
 * beyond these limits, and counts and logs the loss.
 */
const BOUNDED = {
  sending_queue: { enabled: true, sizer: 'bytes', queue_size: COLLECTOR_QUEUE, num_consumers: 2 },
  retry_on_failure: { enabled: true, initial_interval: '1s', max_interval: '5s', max_elapsed_time: '30s' },
};

function builtInExporters(lab: LabProps): Components {
  // This exporter uses HTTP. An exporter that uses gRPC may wait two minutes before it retries a backend.
  const toJaeger = { endpoint: serviceUrl(lab, 'jaeger', PORTS.otlpHttp), compression: 'none', timeout: '5s' };
  // The guide reads only JSON.
  const toGuide = { ...toJaeger, endpoint: serviceUrl(lab, GUIDE_OTLP, PORTS.otlpHttp), encoding: 'json' };
  return {
    debug: { verbosity: 'basic' },
    [JAEGER_EXPORTER]: toJaeger,
    [OLD_JAEGER_EXPORTER]: toJaeger,
    [GUIDE_EXPORTER]: toGuide,
  };
}

const BUILT_IN_PROCESSORS: Components = {
  // The limit is a percentage of the memory limit of the container. So it follows the chart value for that memory
  // limit.
  memory_limiter: { check_interval: '1s', limit_percentage: 75, spike_limit_percentage: 20 },
  // The processor may read pods only in its own namespace. It gets the namespace's name from an environment variable of
  // the pod. So the configuration and its checksum are the same in every namespace.
  k8sattributes: {
    auth_type: 'serviceAccount',
    filter: { namespace: '${env:POD_NAMESPACE}' },
    extract: {
      metadata: ['k8s.namespace.name', 'k8s.pod.name', 'k8s.pod.uid', 'k8s.deployment.name', 'k8s.node.name'],
      deployment_name_from_replicaset: true,
    },
    pod_association: [
      { sources: [{ from: 'resource_attribute', name: 'k8s.pod.name' }] },
      { sources: [{ from: 'connection' }] },
    ],
  },
  batch: { timeout: '200ms', send_batch_size: 512, send_batch_max_size: 1024 },
  ...RED_PROCESSOR,
};

/**
 * Every pipeline runs the processors in FIRST, then those from the values, then those in LAST. A processor runs only
 * once, even if the values name it too.
 */
const FIRST = ['memory_limiter', 'k8sattributes'];
const LAST = ['batch'];

const SIGNALS: readonly Signal[] = ['traces', 'metrics', 'logs'];

/** Returns the text of the Collector's config.yaml. */
export function collectorConfig(lab: LabProps): string {
  const {
    values: { collector },
    compute,
  } = lab;
  const ifPrometheus = prometheusComponents(lab);
  const exporters = compute.named(
    'exporters',
    compute.complete(
      compute.overlay(compute.overlay(builtInExporters(lab), ifPrometheus.exporters), collector.exporters),
      'otlp',
      BOUNDED,
    ),
  );
  const processors = compute.named(
    'processors',
    compute.overlay(compute.overlay(BUILT_IN_PROCESSORS, ifPrometheus.processors), collector.processors),
  );
  const pipeline = (signal: Signal): string => {
    const path = `collector.pipelines.${signal}`;
    const named = collector.pipelines[signal];
    return `    ${signal}:
      receivers: ${OTLP_RECEIVERS}
      processors: ${compute.json(
        compute.union(FIRST, compute.defined(`${path}.processors`, named.processors, processors), LAST),
      )}
      exporters: ${compute.json(
        compute.union(
          compute.defined(`${path}.exporters`, named.exporters, exporters),
          ...(signal === 'metrics' ? [ifPrometheus.exporterNames] : []),
        ),
      )}
`;
  };
  return compute.named(
    'collector-config',
    `extensions:
  health_check:
    endpoint: ${atPod(PORTS.probe)}
receivers:
${otlpReceivers()}processors:
${compute.componentLines(processors)}exporters:
${compute.componentLines(exporters)}connectors:
${spanMetrics(lab)}service:
  extensions: [health_check]
  telemetry:
    # Without these attributes, log lines are shorter.
    resource:
      service.name:
      service.version:
      service.instance.id:
    logs:
      disable_stacktrace: true
    metrics:
      level: basic
      # The guide reads here what the Collector has dropped.
      readers:
        - pull:
            exporter:
              prometheus: { host: "[\${env:POD_IP}]", port: ${PORTS.collectorMetrics}, without_scope_info: true }
  pipelines:
${SIGNALS.map(pipeline).join('')}${redPipelines(lab, `[${GUIDE_EXPORTER}]`)}${prometheusPipeline(lab)}`,
  );
}
