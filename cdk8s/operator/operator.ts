// The operator: several pods of which one leads, with their telemetry sent to the release's own Collector.
import { Construct } from 'constructs';
import { k8s } from 'cdk8s-plus-27';
import { telemetry } from '../lab/app.ts';
import { PORTS } from '../../lab/ports.ts';
import { nameOf, selectorLabels } from '../lab/lab.ts';
import { ComponentService, Workload, fromPod } from '../lab/workload.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const { component } = OPERATOR;

/** On different nodes, where there are several. */
const apart = (lab: OperatorProps): k8s.Affinity => ({
  podAntiAffinity: {
    preferredDuringSchedulingIgnoredDuringExecution: [
      {
        weight: 100,
        podAffinityTerm: {
          topologyKey: 'kubernetes.io/hostname',
          labelSelector: { matchLabels: selectorLabels(lab, component) },
        },
      },
    ],
  },
});

const environment = (lab: OperatorProps): Record<string, string> => ({
  ...telemetry(lab, { component }),
  INSTRUMENTATION: 'manual',
  PORT: String(PORTS.ops),
  // What is under way ends, and the lead is given up, before the process does.
  DRAIN_MS: '1500',
  HEALTH_PORT: String(PORTS.health),
  LOG_LEVEL: lab.values.operator.logLevel,
  OPERATOR_ACCOUNT: nameOf(lab, component),
});

export class Operator extends Construct {
  constructor(scope: Construct, id: string, lab: OperatorProps) {
    super(scope, id);
    const {
      image,
      operator: { env, resources, replicas },
    } = lab.values;
    new Workload(this, 'workload', lab, {
      component,
      image,
      resources,
      replicas,
      // The image has its processes, which mostly idle, collect garbage early; while seats are made that would be a fifth of the operator's time.
      command: ['node', '--max-semi-space-size=8', '--import', '/app/telemetry.js', '/app/operator.js'],
      env: [
        fromPod('POD_NAME', 'metadata.name'),
        fromPod('POD_NAMESPACE', 'metadata.namespace'),
        ...lab.compute.env(environment(lab), env),
      ],
      ports: { ops: PORTS.ops },
      // Its start may wait for an API server that is slow, and a restart would not hurry that.
      probes: { port: PORTS.ops, ready: '/readyz', alive: '/healthz', started: '/healthz' },
      serviceAccount: nameOf(lab, component),
      affinity: apart(lab),
    });
    // Held by the one that leads. It is here so that it goes with the release, after those that would make it anew.
    new k8s.KubeLease(this, 'lease', { metadata: metadataElsewhere(lab, component, OPERATOR.lease, lab.namespace) });
    // For what reads /metrics.
    new ComponentService(this, 'service', lab, { component, ports: { ops: PORTS.ops } });
  }
}
