// The operator's Deployment: several pods, one of which is the leader. They send telemetry to the release's Collector.
import { Construct } from 'constructs';
import { POD_IPS, telemetry } from '../lab/app.ts';
import { BOARD, PORTAL } from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import { nameOf, selectorLabels } from '../lab/lab.ts';
import { lease } from '../lab/manifest.ts';
import type { Affinity } from '../lab/manifest.ts';
import type { Given } from '../lab/value.ts';
import { ComponentService, Workload, fromPod } from '../lab/workload.ts';
import { NO_NAMES, OPERATOR, metadataElsewhere } from './props.ts';
import type { OperatorProps } from './props.ts';

const { component } = OPERATOR;

/** Returns an affinity that prefers a different node for each pod. */
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

/** Returns the values that name the lab's images. The labs of a class get the same images as this release. */
const images = ({ values: { image, collector, jaeger, prometheus, flask, terminal } }: OperatorProps): object => ({
  image,
  collector: { image: collector.image },
  jaeger: { image: jaeger.image },
  prometheus: { image: prometheus.image },
  flask: { image: flask.image },
  terminal: { image: terminal.image },
});

const environment = (lab: OperatorProps): Record<string, Given<string>> => ({
  ...telemetry(lab, { component }),
  INSTRUMENTATION: 'manual',
  ...NO_NAMES,
  PORT: String(PORTS.ops),
  // During this time, the process finishes its work and releases the lease.
  DRAIN_MS: '1500',
  HEALTH_PORT: String(PORTS.health),
  IMAGES: lab.compute.json(images(lab)),
  LOG_LEVEL: lab.values.operator.logLevel,
  NETWORK: lab.compute.json(lab.values.operator.network),
  OPERATOR_ACCOUNT: nameOf(lab, component),
  // The API server omits empty variables, so these are there only with a portal.
  PORTAL: lab.compute.choose(lab.values.portal.enabled, nameOf(lab, PORTAL.component), ''),
  BOARD: lab.compute.choose(lab.values.portal.enabled, nameOf(lab, BOARD.component), ''),
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
      // The image sets a small semi-space for apps that are mostly idle. With that size, the operator would spend a
      // fifth of its time on garbage collection while it creates seats.
      command: ['node', '--max-semi-space-size=8', '--import', '/app/telemetry.js', '/app/operator.js'],
      env: [
        fromPod('POD_NAME', 'metadata.name'),
        fromPod('POD_NAMESPACE', 'metadata.namespace'),
        POD_IPS,
        ...lab.compute.env(environment(lab), env),
      ],
      ports: { ops: PORTS.ops },
      // The startup probe doesn't wait for readiness: with a slow API server, a restart wouldn't help.
      probes: { port: PORTS.ops, ready: '/readyz', alive: '/healthz', started: '/healthz' },
      serviceAccount: nameOf(lab, component),
      affinity: apart(lab),
    });
    // The Lease for leader election. It belongs to the release, so an uninstall removes it.
    lease(this, 'lease', { metadata: metadataElsewhere(lab, component, OPERATOR.lease, lab.namespace) });
    // This Service is for programs that read /metrics.
    new ComponentService(this, 'service', lab, { component, ports: { ops: PORTS.ops } });
  }
}
