// The operator: several pods, one of which leads. They send telemetry to the Collector of the release.
import { Construct } from 'constructs';
import { telemetry } from '../lab/app.ts';
import { PORTS } from '../../lab/ports.ts';
import { nameOf, selectorLabels } from '../lab/lab.ts';
import { lease } from '../lab/manifest.ts';
import type { Affinity } from '../lab/manifest.ts';
import type { Given } from '../lab/value.ts';
import { ComponentService, Workload, fromPod } from '../lab/workload.ts';
import { OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const { component } = OPERATOR;

/** Prefers to run each pod on another node. */
const apart = (lab: OperatorProps): Affinity => ({
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

const environment = (lab: OperatorProps): Record<string, Given<string>> => ({
  ...telemetry(lab, { component }),
  INSTRUMENTATION: 'manual',
  PORT: String(PORTS.ops),
  // The process finishes its work and releases the lease before it exits.
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
      // The image's default collects garbage early, for apps that are mostly idle. While the operator creates seats,
      // that costs a fifth of its time.
      command: ['node', '--max-semi-space-size=8', '--import', '/app/telemetry.js', '/app/operator.js'],
      env: [
        fromPod('POD_NAME', 'metadata.name'),
        fromPod('POD_NAMESPACE', 'metadata.namespace'),
        ...lab.compute.env(environment(lab), env),
      ],
      ports: { ops: PORTS.ops },
      // The start may wait for a slow API server, and a restart would not help.
      probes: { port: PORTS.ops, ready: '/readyz', alive: '/healthz', started: '/healthz' },
      serviceAccount: nameOf(lab, component),
      affinity: apart(lab),
    });
    // The lease of the leader. It is part of the release so that an uninstall removes it, after the pods.
    lease(this, 'lease', { metadata: metadataElsewhere(lab, component, OPERATOR.lease, lab.namespace) });
    // For programs that read /metrics.
    new ComponentService(this, 'service', lab, { component, ports: { ops: PORTS.ops } });
  }
}
