// The OpenTelemetry Collector. It receives OTLP from the apps and sends it to the backends that the values name.
import { Construct } from 'constructs';
import { Account } from './account.ts';
import { collectorConfig } from './collector-config.ts';
import { ownConfig } from './dice.ts';
import { PORTS } from '../../lab/ports.ts';
import { metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { POD_IP, atPod } from './listeners.ts';
import { configMap } from './manifest.ts';
import type { PolicyRule } from './manifest.ts';
import { CHECKSUM, ComponentService, Workload, fromPod, goMemoryLimit } from './workload.ts';

const COMPONENT = 'collector';
const SERVED = { 'otlp-grpc': PORTS.otlpGrpc, 'otlp-http': PORTS.otlpHttp, metrics: PORTS.collectorMetrics };

/** Permission to read the namespace's pods. The Collector's k8sattributes processor needs it. */
export const COLLECTOR_RULES: readonly PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
];

/**
 * The endpoints that apps and probes connect to. The learner's file may contain a receiver from the web, with no
 * endpoint or with 0.0.0.0. Neither would work next to the receiver on loopback.
 */
const ENDPOINTS = [
  `receivers::otlp::protocols::grpc::endpoint: ${atPod(PORTS.otlpGrpc)}`,
  `receivers::otlp::protocols::http::endpoint: ${atPod(PORTS.otlpHttp)}`,
  `extensions::health_check::endpoint: ${atPod(PORTS.probe)}`,
].map((setting) => `--config=yaml:${setting}`);

export class Collector extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { image, resources, envFrom } = lab.values.collector;
    const text = collectorConfig(lab);
    const config = { name: nameOf(lab, COMPONENT), path: '/etc/otelcol-contrib', texts: { [CHECKSUM]: text } };
    const own = { ...ownConfig(lab, COMPONENT, '/etc/otelcol-own'), volume: 'own', keys: ['collector.yaml'] };
    new Account(this, 'account', lab, { component: COMPONENT, rules: COLLECTOR_RULES });
    configMap(this, 'config', { metadata: metadata(lab, COMPONENT), data: { 'config.yaml': text } });
    new Workload(this, 'workload', lab, {
      component: COMPONENT,
      image,
      resources,
      configs: [config, own],
      // The Collector merges the learner's file over the generated file, and the endpoints over both.
      args: [`--config=${config.path}/config.yaml`, `--config=${own.path}/collector.yaml`, ...ENDPOINTS],
      env: [...goMemoryLimit('20'), POD_IP, fromPod('POD_NAMESPACE', 'metadata.namespace')],
      envFrom,
      ports: { ...SERVED, probe: PORTS.probe },
      probes: { port: PORTS.probe, ready: '/', alive: '/' },
      // If the pod stopped at once, a request to it would block an app's exporter for its timeout of 10 s.
      keepServingSeconds: 2,
      serviceAccount: config.name,
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: SERVED });
  }
}
