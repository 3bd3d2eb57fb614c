// Jaeger v2 in one process: it receives OTLP, keeps a bounded number of traces in memory, and serves its UI under a
// base path.
// https://www.jaegertracing.io/docs/2.18/deployment/configuration/
import { Construct } from 'constructs';
import { MONITOR_METRICS } from '../../lab/names.ts';
import { JAEGER_BASE_PATH, PORTS } from '../../lab/ports.ts';
import { metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { OTLP_RECEIVERS, POD_IP, atPod, onLoopback, otlpReceivers } from './listeners.ts';
import { configMap } from './manifest.ts';
import { prometheusUrl } from './prometheus.ts';
import { CHECKSUM, ComponentService, Workload, goMemoryLimit } from './workload.ts';

const COMPONENT = 'jaeger';
const SERVED = { query: PORTS.query, 'otlp-grpc': PORTS.otlpGrpc, 'otlp-http': PORTS.otlpHttp };

const [NAMESPACE = ''] = MONITOR_METRICS.calls.split('.');

/** Returns the text if the lab has Prometheus. The page Monitor of Jaeger reads the metrics from it. */
const withPrometheus = (lab: LabProps, text: string): string =>
  lab.compute.choose<string>(lab.values.prometheus.enabled, text, '');

/** Names of metrics follow prometheus.ts: without the suffixes that Jaeger adds by default. */
const metricBackends = (lab: LabProps): string => `    metric_backends:
      prometheus:
        prometheus:
          endpoint: ${prometheusUrl(lab)}
          metric_namespace: ${NAMESPACE}
          latency_unit: ms
          normalize_calls: false
          normalize_duration: false
`;

/** Returns the configuration of a query service. It also opens a port for gRPC, which the lab doesn't use. */
const query = (lab: LabProps, name: string, endpoint: string, grpcPort: number): string => `  ${name}:
    storage:
      traces: memory
${withPrometheus(lab, '      metrics: prometheus\n')}    base_path: ${JAEGER_BASE_PATH}
    # Jaeger's own traces would replace the lab's traces in its memory.
    enable_tracing: false
    http:
      endpoint: ${endpoint}
    grpc:
      endpoint: ${onLoopback(grpcPort)}
`;

const queries = (lab: LabProps): string =>
  query(lab, 'jaeger_query', atPod(PORTS.query), 16685) +
  query(lab, 'jaeger_query/loopback', onLoopback(PORTS.query), 16687);

/** Returns the text of Jaeger's config.yaml. */
export const jaegerConfig = (lab: LabProps): string =>
  lab.compute.named(
    'jaeger-config',
    `extensions:
  jaeger_storage:
    backends:
      memory:
        memory:
          max_traces: ${lab.compute.decimal(lab.values.jaeger.maxTraces)}
${withPrometheus(lab, metricBackends(lab))}${queries(lab)}  healthcheckv2:
    use_v2: true
    http:
      endpoint: ${atPod(PORTS.probe)}
      status:
        enabled: true
        path: /status
receivers:
${otlpReceivers()}processors:
  # OTLP allows no id of zeros. After such a trace, a search would find no older one.
  filter/ids:
    error_mode: ignore
    traces:
      span:
        - trace_id == TraceID(0x${'0'.repeat(32)})
exporters:
  jaeger_storage_exporter:
    trace_storage: memory
service:
  extensions: [jaeger_storage, jaeger_query, jaeger_query/loopback, healthcheckv2]
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: ${OTLP_RECEIVERS}
      processors: [filter/ids]
      exporters: [jaeger_storage_exporter]
`,
  );

export class Jaeger extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { image, resources } = lab.values.jaeger;
    const text = jaegerConfig(lab);
    const config = { name: nameOf(lab, COMPONENT), path: '/etc/jaeger', texts: { [CHECKSUM]: text } };
    configMap(this, 'config', { metadata: metadata(lab, COMPONENT), data: { 'config.yaml': text } });
    new Workload(this, 'workload', lab, {
      component: COMPONENT,
      image,
      resources,
      configs: [config],
      args: [`--config=${config.path}/config.yaml`],
      // The heap is mostly the traces that Jaeger keeps. With 60 % it would need 16 MiB more, for hardly less CPU time.
      env: [...goMemoryLimit('20'), POD_IP],
      ports: { ...SERVED, probe: PORTS.probe },
      probes: { port: PORTS.probe, ready: '/status', alive: '/status' },
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: SERVED });
  }
}
