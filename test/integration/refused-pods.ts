// Pods that an attendee may not create, and pods that an attendee may create. Each differs from a pod that Pod Security
// "restricted" admits in the named change only.
import { LABELS, MANAGED_BY, NAMES, PRIORITY_CLASS, RELEASE } from '../../lab/names.ts';

/** Changes to a pod's metadata, to its spec and to its container. */
export interface PodChange {
  readonly metadata?: object;
  readonly spec?: object;
  readonly container?: object;
}

type Refused = readonly [what: string, change: PodChange, message: RegExp];

const volume = (source: object): PodChange => ({ spec: { volumes: [{ name: 'own', ...source }] } });
const projected = (...sources: object[]): PodChange => volume({ projected: { sources } });
const label = (key: string, value = 'guide'): PodChange => ({ metadata: { labels: { [key]: value } } });
const env = (valueFrom: object): PodChange => ({ container: { env: [{ name: 'KEY', valueFrom }] } });
const http = { httpGet: { host: '192.0.2.1', port: 80 } };
const tcp = { tcpSocket: { host: '192.0.2.1', port: 80 } };
const init = (container: object): PodChange => ({ spec: { initContainers: [container] } });
const tolerate = (toleration: object): PodChange => ({ spec: { tolerations: [toleration] } });
const affinity = (term: object): PodChange => ({ spec: { affinity: term } });
/** A term that makes the scheduler keep the pods of every lab off this pod's node, or on it. */
const ALL_LABS = {
  requiredDuringSchedulingIgnoredDuringExecution: [
    {
      topologyKey: 'kubernetes.io/hostname',
      namespaceSelector: {},
      labelSelector: { matchLabels: { [LABELS.partOf]: MANAGED_BY } },
    },
  ],
};
const secretRef = { secretKeyRef: { name: NAMES.kubeconfig, key: 'config' } };
const owner = { apiVersion: 'v1', kind: 'ConfigMap', name: NAMES.dice, uid: '6f3a1c52-0000-4000-8000-000000000000' };

const metadata: readonly Refused[] = [
  ['a finalizer', { metadata: { finalizers: ['example.com/stay'] } }, /finalizers/],
  ['an owner', { metadata: { ownerReferences: [owner] } }, /ownerReferences/],
  [
    'an owner whose deletion it blocks',
    { metadata: { ownerReferences: [{ ...owner, controller: true, blockOwnerDeletion: true }] } },
    /ownerReferences/,
  ],
  ['the label of a component', label(LABELS.component), /found app.kubernetes.io\/component/],
  ['the label of a release', label('app.kubernetes.io/instance', RELEASE), /found app.kubernetes.io\/instance/],
  ['the label of the operator', label(LABELS.managedBy, MANAGED_BY), /found app.kubernetes.io\/managed-by/],
  ['the label of a seat', label(LABELS.seat, 'another'), /found intro-otel.dev\/seat/],
  ['a label of a subdomain of ours', label('a.intro-otel.dev/b'), /found a.intro-otel.dev\/b/],
  ['the label of a ReplicaSet', label('pod-template-hash', '6f8f75d958'), /found pod-template-hash/],
  ['the name of a guide', { metadata: { name: `${RELEASE}-guide-6f8f75d958-fvw8q` } }, /found lab-guide-/],
  ['a name that begins as those of the lab', { metadata: { name: `${RELEASE}-mine` } }, /found lab-mine/],
  ['the name of the isolation test', { metadata: { name: NAMES.probe } }, /found isolation-probe/],
  ['a longer name of the isolation test', { metadata: { name: `${NAMES.probe}-2` } }, /found isolation-probe-2/],
  [
    'a generated name of a guide',
    { metadata: { name: undefined, generateName: `${RELEASE}-guide-` } },
    /Expected a pod name/,
  ],
  [
    'a generated name of the isolation test',
    { metadata: { name: undefined, generateName: `${NAMES.probe}-` } },
    /Expected a pod name/,
  ],
];

const accounts: readonly Refused[] = [
  ["the guide's account", { spec: { serviceAccountName: `${RELEASE}-guide` } }, /found lab-guide/],
  ["the Collector's account", { spec: { serviceAccountName: `${RELEASE}-collector` } }, /found lab-collector/],
  ["the attendee's account", { spec: { serviceAccountName: NAMES.attendee } }, /found attendee/],
  ["the guide's account in the old field", { spec: { serviceAccount: `${RELEASE}-guide` } }, /found lab-guide/],
  [
    'a token that lasts a year',
    projected({ serviceAccountToken: { path: 't', expirationSeconds: 31_536_000 } }),
    /tokens without an audience/,
  ],
  [
    'a token for another audience',
    projected({ serviceAccountToken: { path: 't', audience: 'vault', expirationSeconds: 600 } }),
    /tokens without an audience/,
  ],
  [
    'two tokens, of which the second lasts long',
    projected(
      { serviceAccountToken: { path: 'a', expirationSeconds: 600 } },
      { serviceAccountToken: { path: 'b', expirationSeconds: 3608 } },
    ),
    /tokens without an audience/,
  ],
];

const secrets: readonly Refused[] = [
  ['a Secret as a volume', volume({ secret: { secretName: NAMES.kubeconfig } }), /Expected only volumes/],
  ['a Secret in a projected volume', projected({ secret: { name: 'lab-guide-key' } }), /sources of projected/],
  [
    'a Secret behind a ConfigMap in a projected volume',
    projected({ configMap: { name: NAMES.dice } }, { secret: { name: 'lab-guide-key' } }),
    /sources of projected/,
  ],
  ['a Secret in a variable', env(secretRef), /environment variables/],
  [
    'a Secret in all variables',
    { container: { envFrom: [{ secretRef: { name: NAMES.kubeconfig } }] } },
    /environment variables/,
  ],
  [
    'a Secret in a variable of an init container',
    init({ env: [{ name: 'KEY', valueFrom: secretRef }] }),
    /environment variables/,
  ],
  [
    'a Secret in all variables of an init container',
    init({ envFrom: [{ configMapRef: { name: NAMES.dice } }, { secretRef: { name: NAMES.kubeconfig } }] }),
    /environment variables/,
  ],
  [
    'a Secret of a CSI driver',
    volume({ csi: { driver: 'example.com', nodePublishSecretRef: { name: NAMES.kubeconfig } } }),
    /Expected only volumes/,
  ],
  ['a claim', volume({ persistentVolumeClaim: { claimName: 'any' } }), /Expected only volumes/],
  [
    'a claim of its own',
    volume({
      ephemeral: {
        volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
      },
    }),
    /Expected only volumes/,
  ],
  ['a directory of the node', volume({ hostPath: { path: '/' } }), /Expected only volumes/],
  ['a server of files', volume({ nfs: { server: '192.0.2.1', path: '/' } }), /Expected only volumes/],
  [
    'a Secret of a storage server',
    volume({ cephfs: { monitors: ['192.0.2.1'], secretRef: { name: NAMES.kubeconfig } } }),
    /Expected only volumes/,
  ],
];

const hosts: readonly Refused[] = [
  ['a readiness probe of a host', { container: { readinessProbe: http } }, /found a host/],
  ['a liveness probe of a host', { container: { livenessProbe: tcp } }, /found a host/],
  ['a startup probe of a host', { container: { startupProbe: http } }, /found a host/],
  ['a hook after the start that calls a host', { container: { lifecycle: { postStart: http } } }, /found a host/],
  ['a hook before the end that calls a host', { container: { lifecycle: { preStop: tcp } } }, /found a host/],
  ['an init container with a probe of a host', init({ restartPolicy: 'Always', livenessProbe: http }), /found a host/],
  [
    'an init container with a hook that calls a host',
    init({ restartPolicy: 'Always', lifecycle: { preStop: http } }),
    /found a host/,
  ],
];

const scheduling: readonly Refused[] = [
  ['the class system-node-critical', { spec: { priorityClassName: 'system-node-critical' } }, /found 2000001000/],
  ['the class system-cluster-critical', { spec: { priorityClassName: 'system-cluster-critical' } }, /found 2000000000/],
  ['a class of the cluster with a higher priority', { spec: { priorityClassName: 'admission-high' } }, /found 100000/],
  ['a node', { spec: { nodeName: 'any' } }, /found spec.nodeName/],
  ['a toleration of all taints', tolerate({ operator: 'Exists' }), /found one of all taints/],
  ['a toleration of all taints with an effect', tolerate({ operator: 'Exists', effect: 'NoExecute' }), /all taints/],
  [
    'a toleration of the control plane',
    tolerate({ key: 'node-role.kubernetes.io/control-plane', operator: 'Exists' }),
    /control plane/,
  ],
  [
    'a toleration of a cordoned node',
    tolerate({ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }),
    /out of service/,
  ],
  [
    'a toleration of a node without a network',
    tolerate({ key: 'node.kubernetes.io/network-unavailable', operator: 'Exists' }),
    /out of service/,
  ],
  [
    'a toleration of a node that is not set up yet',
    tolerate({ key: 'node.cloudprovider.kubernetes.io/uninitialized', value: 'true' }),
    /out of service/,
  ],
  ['a device', { container: { resources: { limits: { 'example.com/gpu': '1' } } } }, /found another resource/],
  [
    'huge pages in an init container',
    init({ resources: { requests: { memory: '1Mi' }, limits: { memory: '1Mi', 'hugepages-2Mi': '2Mi' } } }),
    /found another resource/,
  ],
  ['an aversion to the pods of other seats', affinity({ podAntiAffinity: ALL_LABS }), /Expected only nodeAffinity/],
  ['a liking for the pods of other seats', affinity({ podAffinity: ALL_LABS }), /Expected only nodeAffinity/],
  ['a long end', { spec: { terminationGracePeriodSeconds: 31 } }, /of at most 30/],
  ['an endless end', { spec: { terminationGracePeriodSeconds: 31_536_000 } }, /of at most 30/],
  [
    'a long end after a failed probe',
    { container: { livenessProbe: { exec: { command: ['false'] }, terminationGracePeriodSeconds: 3600 } } },
    /of at most 30/,
  ],
  ['a runtime class', { spec: { runtimeClassName: 'admission' } }, /found spec.runtimeClassName/],
  ['a scheduling gate', { spec: { schedulingGates: [{ name: 'example.com/wait' }] } }, /found spec.schedulingGates/],
  [
    'a readiness gate',
    { spec: { readinessGates: [{ conditionType: 'example.com/any' }] } },
    /found spec.readinessGates/,
  ],
  ['the network of the node', { spec: { hostNetwork: true } }, /found spec.hostNetwork/],
  ['the processes of the node', { spec: { hostPID: true } }, /found spec.hostPID/],
  ['an operating system', { spec: { os: { name: 'linux' } } }, /found spec.os/],
];

export const refusedPods: readonly Refused[] = [...metadata, ...accounts, ...secrets, ...hosts, ...scheduling];

export const allowedPods: readonly (readonly [what: string, change: PodChange])[] = [
  ['no change', {}],
  ['a label of its own', label('run', 'mine')],
  ['an annotation of its own', { metadata: { annotations: { 'example.com/a': 'b' } } }],
  ['a label that only looks like ours', label('notintro-otel.dev/a')],
  ['a generated name', { metadata: { name: undefined, generateName: 'mine-' } }],
  ['the token that Kubernetes mounts', { spec: { automountServiceAccountToken: true } }],
  ['the account default', { spec: { serviceAccountName: 'default' } }],
  ['memory as a volume', volume({ emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } })],
  ['a ConfigMap as a volume', volume({ configMap: { name: NAMES.dice } })],
  ['fields of the pod as a volume', volume({ downwardAPI: { items: [] } })],
  [
    'a ConfigMap and a short token in a projected volume',
    projected({ configMap: { name: NAMES.dice } }, { serviceAccountToken: { path: 't', expirationSeconds: 600 } }),
  ],
  ['a field of the pod in a variable', env({ fieldRef: { fieldPath: 'metadata.name' } })],
  ['a limit in a variable', env({ resourceFieldRef: { resource: 'limits.memory' } })],
  ['a ConfigMap in a variable', env({ configMapKeyRef: { name: NAMES.dice, key: 'app.ts' } })],
  ['a ConfigMap in all variables', { container: { envFrom: [{ configMapRef: { name: NAMES.dice } }] } }],
  ['a probe of itself', { container: { readinessProbe: { httpGet: { port: 80 } } } }],
  ['a hook of its own', { container: { lifecycle: { preStop: { exec: { command: ['true'] } } } } }],
  ['an init container', init({})],
  ['the class of labs', { spec: { priorityClassName: PRIORITY_CLASS } }],
  ['a toleration of a taint of the class', tolerate({ key: 'example.com/class', operator: 'Exists' })],
  ['a node selector', { spec: { nodeSelector: { 'kubernetes.io/os': 'linux' } } }],
  ['storage of its own', { container: { resources: { limits: { memory: '64Mi', 'ephemeral-storage': '1Mi' } } } }],
  [
    'an affinity to nodes',
    affinity({
      nodeAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: {
          nodeSelectorTerms: [{ matchExpressions: [{ key: 'kubernetes.io/os', operator: 'Exists' }] }],
        },
      },
    }),
  ],
  ['an end of 30 s', { spec: { terminationGracePeriodSeconds: 30 } }],
  ['a user namespace', { spec: { hostUsers: false } }],
  ['a pull secret', { spec: { imagePullSecrets: [{ name: 'registry' }] } }],
];
