// Builds the Deployment and the Service of every component. A Deployment meets Pod Security "restricted", has probes
// and labels, and replaces its pods when the mounted configuration changes.
import { Construct } from 'constructs';
import type { ImageValues } from '../values.ts';
import { DOMAIN, metadata, nameOf, podLabels, selectorLabels } from './lab.ts';
import type { LabProps } from './lab.ts';
import { deployment, service } from './manifest.ts';
import type { Affinity, Container, EnvVar, PodSpec, Probe, Quantities, Volume } from './manifest.ts';
import type { Given, Values } from './value.ts';

/** Numeric id of the user and the group that run every container. */
const USER = 10001;

export interface ProbePaths {
  readonly port: number;
  /** Path that answers 200 when the container can serve requests. */
  readonly ready: string;
  /** Path that answers 200 unless Kubernetes should restart the container. */
  readonly alive: string;
  /**
   * Path that answers 200 once the container has started. Only after that, Kubernetes uses the other two paths.
   * Default: `ready`.
   */
  readonly started?: string;
}

/** A ConfigMap that is mounted as files in a directory. */
export interface MountedConfig {
  readonly name: string;
  readonly path: string;
  /** Name of the pod's volume. Default: `config`. */
  readonly volume?: string;
  /** The ConfigMap's keys to mount. Default: all keys. */
  readonly keys?: readonly string[];
  /**
   * Texts whose checksums become pod annotations. Each key is an annotation's name. If a text changes, Kubernetes
   * replaces the pod.
   */
  readonly texts: Readonly<Record<string, string>>;
}

/** A volume that is mounted read-only, unless it is writable. */
export interface MountedVolume {
  readonly volume: Volume;
  readonly path: string;
  readonly writable?: boolean;
}

/** Name of the pod annotation with the checksum of the mounted configuration. */
export const CHECKSUM = `${DOMAIN}/config-sha256`;

export interface ContainerProps {
  readonly image: Values<ImageValues>;
  readonly command?: readonly string[];
  readonly args?: Given<readonly string[]>;
  readonly env: readonly EnvVar[];
  /** Secrets whose keys become environment variables. */
  readonly envFrom?: Container['envFrom'];
  readonly ports: Readonly<Record<string, number>>;
  readonly resources: { readonly requests: Quantities; readonly limits: Quantities };
  readonly configs?: readonly MountedConfig[];
  readonly volumes?: readonly MountedVolume[];
}

/** A port for probes that only open a TCP connection. */
export type ProbedPort = Pick<ProbePaths, 'port'>;

export interface WorkloadProps extends ContainerProps {
  readonly component: string;
  /** Suffix such as v1 that distinguishes the Deployments of one component. */
  readonly variant?: string;
  readonly probes: ProbePaths | ProbedPort;
  /** Name of the ServiceAccount whose API token the container gets. Default: no token. */
  readonly serviceAccount?: string;
  /** The number of pods. Default: 1. */
  readonly replicas?: Given<number>;
  readonly affinity?: Affinity;
  /**
   * Seconds that Kubernetes waits before it sends SIGTERM to a program that would stop at once. Meanwhile, kube-proxy
   * stops sending requests to the pod, which takes about a second.
   * https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
   */
  readonly keepServingSeconds?: number;
  /** Init containers, which finish before the main container starts. */
  readonly initContainers?: readonly Container[];
}

export const imageOf = ({ registry, repository, tag }: ImageValues): string => `${registry}/${repository}:${tag}`;

/**
 * Returns environment variables that give Go's garbage collector the container's memory limit and a target for heap
 * growth in percent.
 * https://pkg.go.dev/runtime#hdr-Environment_Variables
 */
export const goMemoryLimit = (gcPercent: string): EnvVar[] => [
  { name: 'GOGC', value: gcPercent },
  { name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
];

/**
 * Returns an environment variable that gets the value of a pod field.
 * https://kubernetes.io/docs/concepts/workloads/pods/downward-api/
 */
export const fromPod = (name: string, fieldPath: string): EnvVar => ({ name, valueFrom: { fieldRef: { fieldPath } } });

/** Returns a container without probes. */
export function container(lab: LabProps, name: string, props: ContainerProps) {
  const ports = Object.entries(props.ports);
  const { command, args, envFrom, configs = [], volumes = [] } = props;
  const mounts = [
    ...configs.map(({ volume = 'config', path }) => ({ name: volume, mountPath: path, readOnly: true })),
    ...volumes.map(({ volume, path, writable = false }) => ({
      name: volume.name,
      mountPath: path,
      ...(!writable && { readOnly: true }),
    })),
  ];
  return {
    name,
    image: imageOf(props.image),
    imagePullPolicy: lab.values.image.pullPolicy,
    ...(command && { command }),
    ...(args && { args }),
    env: props.env,
    ...(envFrom && { envFrom }),
    ...(ports.length > 0 && { ports: ports.map(([port, containerPort]) => ({ name: port, containerPort })) }),
    resources: { limits: props.resources.limits, requests: props.resources.requests },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...mounts],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
  } satisfies Container;
}

/** Most that a pod may write to /tmp, its only writable directory. The kubelet evicts a pod that writes more. */
const TMP_SIZE = '64Mi';

/** Returns a pod spec for a container: user, node selection and volumes. */
export function podSpec(
  lab: LabProps,
  main: Container,
  around: Pick<WorkloadProps, 'configs' | 'volumes' | 'initContainers'> = {},
): PodSpec {
  const { configs = [], volumes = [], initContainers } = around;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(initContainers && { initContainers }),
    ...(lab.priorityClass !== undefined && { priorityClassName: lab.priorityClass }),
    containers: [main],
    imagePullSecrets: lab.values.imagePullSecrets,
    nodeSelector: lab.values.nodeSelector,
    tolerations: lab.values.tolerations,
    terminationGracePeriodSeconds: 5,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: [
      { name: 'tmp', emptyDir: { sizeLimit: TMP_SIZE } },
      ...configs.map(volumeOf),
      ...volumes.map(({ volume }) => volume),
    ],
  };
}

const volumeOf = ({ volume = 'config', name, keys }: MountedConfig): Volume => ({
  name: volume,
  configMap: { name, ...(keys && { items: keys.map((key) => ({ key, path: key })) }) },
});

/** Returns pod annotations with checksums of the configuration. A changed checksum makes Kubernetes replace the pod. */
const checksums = ({ compute }: LabProps, configs: readonly MountedConfig[]): Record<string, string> =>
  Object.fromEntries(
    configs
      .flatMap(({ texts }) => Object.entries(texts))
      .map(([annotation, text]) => [annotation, compute.sha256(text)]),
  );

/**
 * Returns the annotation that names the container for kubectl to use by default. Without it, kubectl prints a warning.
 */
const defaultContainer = (container: string): Record<string, string> => ({
  'kubectl.kubernetes.io/default-container': container,
});

const get = (path: string, port: number): Pick<Probe, 'httpGet' | 'timeoutSeconds'> => ({
  httpGet: { path, port },
  timeoutSeconds: 3,
});

const connect = (port: number): Pick<Probe, 'tcpSocket' | 'timeoutSeconds'> => ({
  tcpSocket: { port },
  timeoutSeconds: 3,
});

/**
 * Returns the startup, readiness and liveness probes. The startup probe runs every second, so it hardly delays the
 * start. The readiness and liveness probes run rarely, because a class may run hundreds of pods on one machine.
 */
function probes(props: ProbePaths | ProbedPort): Partial<Container> {
  const { port, ready, alive, started = ready }: ProbedPort & Partial<ProbePaths> = props;
  const ask = (path: string | undefined): Partial<Probe> => (path === undefined ? connect(port) : get(path, port));
  return {
    startupProbe: { ...ask(started), periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...ask(ready), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...ask(alive), periodSeconds: 15, failureThreshold: 4 },
  };
}

/** Returns the lifecycle hook that delays SIGTERM. Kubernetes supports this kind of hook since version 1.30. */
const lifecycle = (seconds: number | undefined): Partial<Container> =>
  seconds === undefined ? {} : { lifecycle: { preStop: { sleep: { seconds } } } };

/** Returns the complete pod spec: with probes, lifecycle, affinity and ServiceAccount. */
function fullPodSpec(lab: LabProps, props: WorkloadProps): PodSpec {
  const { component, affinity, serviceAccount } = props;
  const main = { ...container(lab, component, props), ...probes(props.probes), ...lifecycle(props.keepServingSeconds) };
  return {
    ...podSpec(lab, main, props),
    ...(affinity && { affinity }),
    ...(serviceAccount && { serviceAccountName: serviceAccount, automountServiceAccountToken: true }),
  };
}

/** Returns an object with the pod's annotations, or an empty object if there are none. */
function podAnnotations(lab: LabProps, { component, configs = [], initContainers }: WorkloadProps) {
  if (configs.length === 0 && initContainers === undefined) return {};
  return { annotations: { ...checksums(lab, configs), ...(initContainers && defaultContainer(component)) } };
}

export class Workload extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, props: WorkloadProps) {
    super(scope, id);
    const { component, variant, replicas = 1 } = props;
    const version: Record<string, string> = variant ? { 'app.kubernetes.io/version': variant } : {};
    const name = variant ? `${nameOf(lab, component)}-${variant}` : nameOf(lab, component);
    deployment(this, 'deployment', {
      metadata: metadata(lab, component, { name, ...(variant && { version: variant }) }),
      spec: {
        replicas,
        revisionHistoryLimit: 3,
        selector: { matchLabels: { ...selectorLabels(lab, component), ...version } },
        // The old pod keeps serving until the new pod is ready.
        strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1, maxUnavailable: 0 } },
        template: {
          metadata: { labels: { ...podLabels(lab, component), ...version }, ...podAnnotations(lab, props) },
          spec: fullPodSpec(lab, props),
        },
      },
    });
  }
}

export interface ServiceProps {
  readonly component: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** A Service for a component's pods of all versions. The Service and the pods use the same port numbers. */
export class ComponentService extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, { component, ports }: ServiceProps) {
    super(scope, id);
    service(this, 'service', {
      metadata: metadata(lab, component),
      spec: {
        selector: selectorLabels(lab, component),
        ports: Object.entries(ports).map(([name, port]) => ({ name, port, targetPort: name })),
      },
    });
  }
}
