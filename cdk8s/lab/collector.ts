// The OpenTelemetry Collector: OTLP in from the apps, out to wherever values say.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { Account } from './account.ts';
import { collectorConfig } from './collector-config.ts';
import { ownConfig } from './dice.ts';
import { PORTS } from '../../lab/ports.ts';
import { metadata, nameOf } from './lab.ts';
import type { LabProps } from './lab.ts';
import { CHECKSUM, ComponentService, Workload, fromPod, goMemoryLimit } from './workload.ts';

const COMPONENT = 'collector';
const OTLP = { 'otlp-grpc': PORTS.otlpGrpc, 'otlp-http': PORTS.otlpHttp };

/** Leave to read the pods of the namespace, which is all that k8sattributes needs here. */
export const COLLECTOR_RULES: readonly k8s.PolicyRule[] = [
  { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'watch'] },
];

export class Collector extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps) {
    super(scope, id);
    const { image, resources } = lab.values.collector;
    const text = collectorConfig(lab);
    const config = { name: nameOf(lab, COMPONENT), path: '/etc/otelcol-contrib', texts: { [CHECKSUM]: text } };
    const own = { ...ownConfig(lab, COMPONENT, '/etc/otelcol-own'), volume: 'own', keys: ['collector.yaml'] };
    new Account(this, 'account', lab, { component: COMPONENT, rules: COLLECTOR_RULES });
    new k8s.KubeConfigMap(this, 'config', { metadata: metadata(lab, COMPONENT), data: { 'config.yaml': text } });
    new Workload(this, 'workload', lab, {
      component: COMPONENT,
      image,
      resources,
      configs: [config, own],
      // The second is merged over the first.
      args: [`--config=${config.path}/config.yaml`, `--config=${own.path}/collector.yaml`],
      env: [...goMemoryLimit('60'), fromPod('POD_NAMESPACE', 'metadata.namespace')],
      ports: { ...OTLP, probe: PORTS.probe },
      probes: { port: PORTS.probe, ready: '/', alive: '/' },
      // A span that is sent to one that has just gone would wait for as long as its exporter does, which is 10 s.
      servesOn: 2,
      serviceAccount: config.name,
    });
    new ComponentService(this, 'service', lab, { component: COMPONENT, ports: OTLP });
  }
}
