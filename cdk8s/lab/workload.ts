// A Deployment of one container as every part of the lab is run: under Pod Security "restricted", probed, labelled, and
// replaced when the configuration it mounts changes, and only then.
import { Construct } from 'constructs';
import { ApiObject, JsonPatch } from 'cdk8s';
import type { ApiObjectProps } from 'cdk8s';
import { k8s } from 'cdk8s-plus-27';
import type { ImageValues, ResourceValues } from '../values.ts';
import { DOMAIN, metadata, nameOf, podLabels, selectorLabels } from './lab.ts';
import type { LabProps } from './lab.ts';

/** The user of our own image, and of the upstream ones. */
const USER = 10001;

export interface ProbePaths {
  readonly port: number;
  /** Answers 200 when the container can do its job. */
  readonly ready: string;
  /** Answers 200 as long as a restart would mend nothing. */
  readonly alive: string;
  /** Answers 200 once the other two are to be asked; `ready`, where it is left out. */
  readonly started?: string;
}

/** A ConfigMap as files in a directory. */
export interface MountedConfig {
  readonly name: string;
  readonly path: string;
  /** What it is called among the pod's volumes; `config` where it is left out. */
  readonly volume?: string;
  /** Which of its keys; all where it is left out. */
  readonly keys?: readonly string[];
  /** Texts that the pod must be replaced for when they change, by the annotation that says which it has: CHECKSUM or one of its own. */
  readonly texts: Readonly<Record<string, string>>;
}

/** A volume that the container reads and others write. */
export interface MountedVolume {
  readonly volume: k8s.Volume;
  readonly path: string;
}

/** The annotation of a pod that says by which configuration it was started. */
export const CHECKSUM = `${DOMAIN}/config-sha256`;

export interface ContainerProps {
  readonly image: ImageValues;
  readonly command?: string[];
  readonly args?: string[];
  readonly env: k8s.EnvVar[];
  readonly ports: Readonly<Record<string, number>>;
  readonly resources: ResourceValues;
  readonly configs?: readonly MountedConfig[];
  readonly volumes?: readonly MountedVolume[];
}

/** That a port takes connections is all there is to ask. */
export type ProbedPort = Pick<ProbePaths, 'port'>;

export interface WorkloadProps extends ContainerProps {
  readonly component: string;
  /** What sets this Deployment apart from another of the same component, such as v1. */
  readonly variant?: string;
  readonly probes: ProbePaths | ProbedPort;
  /** The account whose token the container gets; none where it is left out. */
  readonly serviceAccount?: string;
  /** How many pods; one, where it is left out. */
  readonly replicas?: number;
  readonly affinity?: k8s.Affinity;
  /**
   * For how many seconds it goes on as it is when it is told to leave, where the program doesn't do that by itself: kube-proxy learns of it
   * at the same time, and acts a second or so later. https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/
   */
  readonly servesOn?: number;
  /** What runs to its end first. */
  readonly initContainers?: readonly k8s.Container[];
}

export const imageOf = ({ registry, repository, tag }: ImageValues): string => `${registry}/${repository}:${tag}`;

const quantities = (of: Readonly<Record<string, string | number>>): Record<string, k8s.Quantity> =>
  Object.fromEntries(
    Object.entries(of).map(([name, amount]) => [
      name,
      typeof amount === 'number' ? k8s.Quantity.fromNumber(amount) : k8s.Quantity.fromString(amount),
    ]),
  );

/**
 * Has Go's garbage collector know the container's limit, whatever values make it, and keep the heap small before that.
 * https://pkg.go.dev/runtime#hdr-Environment_Variables
 */
export const goMemoryLimit = (gcPercent: string): k8s.EnvVar[] => [
  { name: 'GOGC', value: gcPercent },
  { name: 'GOMEMLIMIT', valueFrom: { resourceFieldRef: { resource: 'limits.memory' } } },
];

/** A variable that the pod's own fields fill. https://kubernetes.io/docs/concepts/workloads/pods/downward-api/ */
export const fromPod = (name: string, fieldPath: string): k8s.EnvVar => ({
  name,
  valueFrom: { fieldRef: { fieldPath } },
});

/** The container, without probes. */
export function container(lab: LabProps, name: string, props: ContainerProps): k8s.Container {
  const ports = Object.entries(props.ports);
  const { command, args, configs = [], volumes = [] } = props;
  const read = [
    ...configs.map(({ volume = 'config', path }) => ({ name: volume, mountPath: path })),
    ...volumes.map(({ volume, path }) => ({ name: volume.name, mountPath: path })),
  ];
  return {
    name,
    image: imageOf(props.image),
    imagePullPolicy: lab.values.image.pullPolicy,
    ...(command && { command }),
    ...(args && { args }),
    env: props.env,
    ...(ports.length > 0 && { ports: ports.map(([port, containerPort]) => ({ name: port, containerPort })) }),
    resources: { limits: quantities(props.resources.limits), requests: quantities(props.resources.requests) },
    terminationMessagePolicy: 'FallbackToLogsOnError',
    volumeMounts: [{ name: 'tmp', mountPath: '/tmp' }, ...read.map((mount) => ({ ...mount, readOnly: true }))],
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] }, readOnlyRootFilesystem: true },
  };
}

/** The pod around a container: who it runs as, where it may run, and what it mounts. */
export function podSpec(
  lab: LabProps,
  of: k8s.Container,
  around: Pick<WorkloadProps, 'configs' | 'volumes' | 'initContainers'> = {},
): k8s.PodSpec {
  const { configs = [], volumes = [], initContainers } = around;
  return {
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    ...(initContainers && { initContainers: [...initContainers] }),
    containers: [of],
    imagePullSecrets: [...lab.values.imagePullSecrets],
    nodeSelector: lab.values.nodeSelector,
    tolerations: [...lab.values.tolerations],
    terminationGracePeriodSeconds: 5,
    securityContext: {
      runAsNonRoot: true,
      runAsUser: USER,
      runAsGroup: USER,
      fsGroup: USER,
      seccompProfile: { type: 'RuntimeDefault' },
    },
    volumes: [{ name: 'tmp', emptyDir: {} }, ...configs.map(volumeOf), ...volumes.map(({ volume }) => volume)],
  };
}

const volumeOf = ({ volume = 'config', name, keys }: MountedConfig): k8s.Volume => ({
  name: volume,
  configMap: { name, ...(keys && { items: keys.map((key) => ({ key, path: key })) }) },
});

/** Annotations of a pod, which change when it must be replaced. */
const checksums = ({ compute }: LabProps, configs: readonly MountedConfig[]): Record<string, string> =>
  Object.fromEntries(
    configs
      .flatMap(({ texts }) => Object.entries(texts))
      .map(([annotation, text]) => [annotation, compute.sha256(text)]),
  );

/** Which of a pod's containers kubectl takes, unless told, and says nothing of it. */
const whichIsMeant = (container: string): Record<string, string> => ({
  'kubectl.kubernetes.io/default-container': container,
});

const get = (path: string, port: number): Pick<k8s.Probe, 'httpGet' | 'timeoutSeconds'> => ({
  httpGet: { path, port: k8s.IntOrString.fromNumber(port) },
  timeoutSeconds: 3,
});

const connect = (port: number): Pick<k8s.Probe, 'tcpSocket' | 'timeoutSeconds'> => ({
  tcpSocket: { port: k8s.IntOrString.fromNumber(port) },
  timeoutSeconds: 3,
});

/**
 * A start is asked for every second, so that it is no slower than it is, and as soon as it is over the kubelet asks whether it is ready; both are
 * asked gently from then on, for a class has hundreds of pods on a laptop.
 */
function probes(of: ProbePaths | ProbedPort): Partial<k8s.Container> {
  const ask = (path: string | undefined): Partial<k8s.Probe> =>
    path === undefined ? connect(of.port) : get(path, of.port);
  const { ready, alive, started = ready }: Partial<ProbePaths> = of;
  return {
    startupProbe: { ...ask(started), periodSeconds: 1, failureThreshold: 120 },
    readinessProbe: { ...ask(ready), periodSeconds: 5, failureThreshold: 2 },
    livenessProbe: { ...ask(alive), periodSeconds: 15, failureThreshold: 4 },
  };
}

/** Kubernetes 1.30 has this hook; the constructs' types are of 1.27. */
function keepServing(deployment: ApiObject, seconds: number | undefined): void {
  if (seconds === undefined) return;
  deployment.addJsonPatch(
    JsonPatch.add('/spec/template/spec/containers/0/lifecycle', { preStop: { sleep: { seconds } } }),
  );
}

export class Workload extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, props: WorkloadProps) {
    super(scope, id);
    const {
      component,
      variant,
      configs = [],
      initContainers,
      serviceAccount,
      replicas = 1,
      affinity,
      servesOn,
    } = props;
    const version: Record<string, string> = variant ? { 'app.kubernetes.io/version': variant } : {};
    const name = variant ? `${nameOf(lab, component)}-${variant}` : nameOf(lab, component);
    const spec = {
      ...podSpec(lab, { ...container(lab, component, props), ...probes(props.probes) }, props),
      ...(affinity && { affinity }),
    };
    const deployment = new ApiObject(
      this,
      'deployment',
      k8s.KubeDeployment.manifest({
        metadata: metadata(lab, component, { name, labels: version }),
        spec: {
          replicas,
          revisionHistoryLimit: 3,
          selector: { matchLabels: { ...selectorLabels(lab, component), ...version } },
          strategy: {
            type: 'RollingUpdate',
            // A pod that can't start leaves the old one serving.
            rollingUpdate: { maxSurge: k8s.IntOrString.fromNumber(1), maxUnavailable: k8s.IntOrString.fromNumber(0) },
          },
          template: {
            metadata: {
              labels: { ...podLabels(lab, component), ...version },
              ...((configs.length > 0 || initContainers) && {
                annotations: { ...checksums(lab, configs), ...(initContainers && whichIsMeant(component)) },
              }),
            },
            spec: serviceAccount
              ? { ...spec, serviceAccountName: serviceAccount, automountServiceAccountToken: true }
              : spec,
          },
        },
      }) as ApiObjectProps,
    );
    keepServing(deployment, servesOn);
  }
}

export interface ServiceProps {
  readonly component: string;
  readonly ports: Readonly<Record<string, number>>;
}

/** A Service before the pods of a component, whatever their version, on ports of the same numbers. */
export class ComponentService extends Construct {
  constructor(scope: Construct, id: string, lab: LabProps, { component, ports }: ServiceProps) {
    super(scope, id);
    new k8s.KubeService(this, 'service', {
      metadata: metadata(lab, component),
      spec: {
        selector: selectorLabels(lab, component),
        ports: Object.entries(ports).map(([name, port]) => ({
          name,
          port,
          targetPort: k8s.IntOrString.fromString(name),
        })),
      },
    });
  }
}
