// One of the lab's own apps: a Node process from the one image, with its telemetry configured by OTEL_* variables.
import { Construct } from 'constructs';
import type { k8s } from 'cdk8s-plus-27';
import type { EnvValues, ResourceValues } from '../values.ts';
import { JAEGER_BASE_PATH, PORTS } from '../../lab/ports.ts';
import { serviceUrl } from './lab.ts';
import type { LabProps } from './lab.ts';
import { Workload, fromPod } from './workload.ts';
import type { MountedConfig, MountedVolume } from './workload.ts';

export interface AppProps {
  readonly component: string;
  /** What sets this Deployment apart from another of the same component. */
  readonly variant?: string;
  /** Values of the component: what users add to the environment, and the resources. */
  readonly values: { readonly env: EnvValues; readonly resources: ResourceValues };
  readonly env?: Readonly<Record<string, string>>;
  /** The app's own version, where it isn't that of the image. */
  readonly version?: string;
  /** Resource attributes beyond those that every app has. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly configs?: readonly MountedConfig[];
  /** Variables that the pod's own fields fill, beside its name and address. */
  readonly fromPod?: Readonly<Record<string, string>>;
  readonly serviceAccount?: string;
  readonly initContainers?: readonly k8s.Container[];
  readonly volumes?: readonly MountedVolume[];
}

/** For how long a pod serves on after SIGTERM: what kube-proxy needs to forget it, and less than the pod's grace period. */
const DRAIN_MS = '2000';

/** Where the Collector and Jaeger are, for the parts that talk to them directly. */
export const backends = (lab: LabProps): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: serviceUrl(lab, 'collector', PORTS.otlpHttp),
  JAEGER_URL: serviceUrl(lab, 'jaeger', PORTS.query),
  JAEGER_BASE_PATH,
});

/** https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable */
const resourceAttributes = (lab: LabProps, props: Pick<AppProps, 'version' | 'attributes'>): string =>
  Object.entries({
    'service.namespace': lab.release,
    'service.version': props.version ?? lab.values.image.tag,
    'k8s.pod.name': '$(POD_NAME)',
    ...props.attributes,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/** https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/ */
export function telemetry(
  lab: LabProps,
  props: Pick<AppProps, 'component' | 'version' | 'attributes'>,
): Record<string, string> {
  const { telemetry: to, instrumentation } = lab.values;
  return {
    INSTRUMENTATION: instrumentation,
    OTEL_SERVICE_NAME: props.component,
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(lab, props),
    OTEL_EXPORTER_OTLP_ENDPOINT: serviceUrl(lab, 'collector', PORTS.otlpHttp),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: to.tracesExporter,
    OTEL_METRICS_EXPORTER: to.metricsExporter,
    OTEL_LOGS_EXPORTER: to.logsExporter,
    OTEL_BSP_SCHEDULE_DELAY: lab.compute.decimal(to.batchDelayMs),
    OTEL_BLRP_SCHEDULE_DELAY: lab.compute.decimal(to.batchDelayMs),
    OTEL_METRIC_EXPORT_INTERVAL: lab.compute.decimal(to.metricIntervalMs),
  };
}

export class App extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, props: AppProps) {
    super(scope, id);
    const { component, values, env = {} } = props;
    const own = {
      PORT: String(PORTS.http),
      HEALTH_PORT: String(PORTS.health),
      DRAIN_MS,
      ...telemetry(lab, props),
      ...env,
    };
    new Workload(this, 'workload', lab, {
      ...props,
      image: lab.values.image,
      command: ['node', '--import', '/app/telemetry.js', `/app/${component}.js`],
      env: [
        // Before all others: a variable can refer only to those above it.
        fromPod('POD_NAME', 'metadata.name'),
        fromPod('POD_IP', 'status.podIP'),
        ...Object.entries(props.fromPod ?? {}).map(([name, path]) => fromPod(name, path)),
        ...lab.compute.env(own, values.env),
      ],
      ports: { http: PORTS.http, health: PORTS.health },
      resources: values.resources,
      probes: { port: PORTS.health, ready: '/readyz', alive: '/healthz' },
    });
  }
}

/** The URL of an app, for the others. */
export const appUrl = (lab: LabProps, component: string): string => serviceUrl(lab, component, PORTS.http);
