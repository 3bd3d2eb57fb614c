// The Deployment of one of our own apps: a Node process from the shared image. OTEL_* variables configure its
// telemetry.
import { Construct } from 'constructs';
import type { AppValues } from '../values.ts';
import { JAEGER_BASE_PATH, PORTS } from '../../lab/ports.ts';
import { serviceUrl } from './lab.ts';
import type { LabProps } from './lab.ts';
import type { Container } from './manifest.ts';
import type { Given, Values } from './value.ts';
import { Workload, fromPod } from './workload.ts';
import type { MountedConfig, MountedVolume } from './workload.ts';

export interface AppProps {
  readonly component: string;
  /** Suffix such as v1 that distinguishes the Deployments of one component. */
  readonly variant?: string;
  /** Chart values of the component: the user's environment variables, and the resources. */
  readonly values: Values<AppValues>;
  readonly env?: Readonly<Record<string, Given<string>>>;
  /** Version of the app. Default: the image's tag. */
  readonly version?: string;
  /** OpenTelemetry resource attributes in addition to those that every app has. */
  readonly attributes?: Readonly<Record<string, string>>;
  readonly configs?: readonly MountedConfig[];
  /**
   * Paths of pod fields, each by the name of the environment variable that gets the field's value. POD_NAME, POD_IP and
   * POD_IPS are always set.
   */
  readonly fromPod?: Readonly<Record<string, string>>;
  /** Ports of the container in addition to those that every app has. */
  readonly ports?: Readonly<Record<string, number>>;
  readonly serviceAccount?: string;
  readonly initContainers?: readonly Container[];
  readonly volumes?: readonly MountedVolume[];
  /** The number of pods. Default: 1. */
  readonly replicas?: Given<number>;
}

/**
 * Milliseconds for which a pod keeps serving after SIGTERM, until kube-proxy stops sending requests to it. The grace
 * period must be longer.
 */
const DRAIN_MS = '2000';

/**
 * Returns environment variables with the addresses of the Collector and Jaeger, for components that call these
 * directly.
 */
export const backends = (lab: LabProps): Record<string, string> => ({
  OTEL_EXPORTER_OTLP_ENDPOINT: serviceUrl(lab, 'collector', PORTS.otlpHttp),
  JAEGER_URL: serviceUrl(lab, 'jaeger', PORTS.query),
  JAEGER_BASE_PATH,
});

/**
 * Returns the value of OTEL_RESOURCE_ATTRIBUTES.
 * https://opentelemetry.io/docs/specs/otel/resource/sdk/#specifying-resource-information-via-an-environment-variable
 */
const resourceAttributes = (lab: LabProps, props: Pick<AppProps, 'version' | 'attributes'>): string =>
  Object.entries({
    'service.namespace': lab.release,
    'service.version': props.version ?? lab.values.image.tag,
    'k8s.pod.name': '$(POD_NAME)',
    ...props.attributes,
  })
    .map(([name, value]) => `${name}=${value}`)
    .join(',');

/**
 * Returns the environment variables that configure the OpenTelemetry SDK.
 * https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/
 */
export function telemetry(
  lab: LabProps,
  props: Pick<AppProps, 'component' | 'version' | 'attributes'>,
): Record<string, Given<string>> {
  const { telemetry: settings, instrumentation } = lab.values;
  return {
    INSTRUMENTATION: instrumentation,
    OTEL_SERVICE_NAME: props.component,
    OTEL_RESOURCE_ATTRIBUTES: resourceAttributes(lab, props),
    OTEL_EXPORTER_OTLP_ENDPOINT: serviceUrl(lab, 'collector', PORTS.otlpHttp),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
    OTEL_TRACES_EXPORTER: settings.tracesExporter,
    OTEL_METRICS_EXPORTER: settings.metricsExporter,
    OTEL_LOGS_EXPORTER: settings.logsExporter,
    OTEL_BSP_SCHEDULE_DELAY: lab.compute.decimal(settings.batchDelayMs),
    OTEL_BLRP_SCHEDULE_DELAY: lab.compute.decimal(settings.batchDelayMs),
    OTEL_METRIC_EXPORT_INTERVAL: lab.compute.decimal(settings.metricIntervalMs),
  };
}

/** The environment variable with the addresses that the app's servers listen on, besides loopback. */
export const POD_IPS = fromPod('POD_IPS', 'status.podIPs');

/**
 * The SDK's detectors of resource attributes: only OTEL_RESOURCE_ATTRIBUTES. The others describe the host and the
 * process, as every pod of the image has them. Jaeger would keep their eleven attributes with each batch of spans.
 */
const RESOURCE_DETECTORS = 'env';

export class App extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, props: AppProps) {
    super(scope, id);
    const { component, values, env = {} } = props;
    const own = {
      PORT: String(PORTS.http),
      HEALTH_PORT: String(PORTS.health),
      DRAIN_MS,
      ...telemetry(lab, props),
      OTEL_NODE_RESOURCE_DETECTORS: RESOURCE_DETECTORS,
      ...env,
    };
    new Workload(this, 'workload', lab, {
      ...props,
      image: lab.values.image,
      command: ['node', '--import', '/app/telemetry.js', `/app/${component}.js`],
      env: [
        // The variables with pod fields come first, because a variable can refer only to earlier variables.
        fromPod('POD_NAME', 'metadata.name'),
        fromPod('POD_IP', 'status.podIP'),
        POD_IPS,
        ...Object.entries(props.fromPod ?? {}).map(([name, path]) => fromPod(name, path)),
        ...lab.compute.env(own, values.env),
      ],
      ports: { http: PORTS.http, health: PORTS.health, ...props.ports },
      resources: values.resources,
      probes: { port: PORTS.health, ready: '/readyz', alive: '/healthz' },
    });
  }
}

/** Returns the URL of an app inside the cluster. */
export const appUrl = (lab: LabProps, component: string): string => serviceUrl(lab, component, PORTS.http);
