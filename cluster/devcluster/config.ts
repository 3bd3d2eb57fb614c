// Returns the configuration files of the cluster's components as text. A comment next to each unusual setting gives the
// reason.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { COREDNS_IMAGE, PAUSE_IMAGE } from '../components/images.ts';
import type { Layout } from './layout.ts';
import { inside, network } from './layout.ts';
import { CNI_FILE, cniText } from './pod-network.ts';

/**
 * The purpose of a cluster. A cluster for `lab` has one real node, on which labs run. A cluster for `scale` has no real
 * node, but simulated nodes for hundreds of labs can join. Its control plane has higher API rate limits, so that
 * benchmarks do not measure these limits.
 */
export type Tuning = 'lab' | 'scale';

export interface ClusterShape {
  readonly layout: Layout;
  readonly tuning: Tuning;
  /** The group of users whose requests the API server logs in `auditLog`, one JSON object per line. */
  readonly auditedGroup?: string;
  /** The containerd snapshotter, which stores image layers on this machine. */
  readonly snapshotter: 'overlayfs' | 'native';
  /** The directory of the CNI plugins on this machine. */
  readonly cniDirectory: string;
}

/** Returns the files of the cluster's `config` directory, by name. */
export function configFiles({ layout, snapshotter, cniDirectory, auditedGroup }: ClusterShape): Record<string, string> {
  return {
    'admin.kubeconfig': kubeconfig(layout, 'admin'),
    'audit.yaml': stringify(auditPolicy(auditedGroup)),
    'scheduler.yaml': stringify(schedulerConfig(layout)),
    'kubelet.yaml': stringify(kubeletConfig(layout)),
    'kube-proxy.yaml': stringify(kubeProxyConfig(layout)),
    'containerd.toml': containerdConfig(layout, snapshotter, cniDirectory),
    [CNI_FILE]: cniText(),
    'resolv.conf': `nameserver ${network.dnsService}\n`,
    'kubelet.kubeconfig': kubeconfig(layout, 'kubelet'),
    'controller-manager.kubeconfig': kubeconfig(layout, 'controller-manager'),
    'scheduler.kubeconfig': kubeconfig(layout, 'scheduler'),
    'kube-proxy.kubeconfig': kubeconfig(layout, 'kube-proxy'),
    'kube-router.kubeconfig': kubeconfig(layout, 'kube-router'),
  };
}

/**
 * Returns a kubeconfig with embedded certificates for one of the users in certs.ts. The default server is the address
 * inside the cluster's network.
 */
export function kubeconfig(
  layout: Layout,
  user: string,
  server = `https://${network.nodeAddress}:${network.apiPort}`,
): string {
  const data = (file: string): string => readFileSync(join(layout.pki, file)).toString('base64');
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: layout.name, cluster: { server, 'certificate-authority-data': data('ca.crt') } }],
    users: [
      { name: user, user: { 'client-certificate-data': data(`${user}.crt`), 'client-key-data': data(`${user}.key`) } },
    ],
    contexts: [{ name: layout.name, context: { cluster: layout.name, user } }],
    'current-context': layout.name,
  });
}

/**
 * Returns the API server's audit policy. It logs the requests of one group of users, or no requests.
 * https://kubernetes.io/docs/reference/config-api/apiserver-audit.v1/
 */
function auditPolicy(group: string | undefined): object {
  const rules = [...(group === undefined ? [] : [{ level: 'Metadata', userGroups: [group] }]), { level: 'None' }];
  return { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', omitStages: ['RequestReceived'], rules };
}

/**
 * Rate limits for API clients, in requests per second. Two cores can not serve as many requests, so these limits never
 * slow a client down.
 */
export const UNBOUNDED = { qps: 1000, burst: 2000 } as const;

/**
 * Returns the scheduler's configuration for a cluster whose purpose is `scale`.
 * https://kubernetes.io/docs/reference/config-api/kube-scheduler-config.v1/
 */
function schedulerConfig(layout: Layout): object {
  return {
    apiVersion: 'kubescheduler.config.k8s.io/v1',
    kind: 'KubeSchedulerConfiguration',
    clientConnection: { kubeconfig: join(layout.config, 'scheduler.kubeconfig'), ...UNBOUNDED },
    leaderElection: { leaderElect: false }, // there is only one scheduler
  };
}

/** Returns the kubelet's configuration: https://kubernetes.io/docs/reference/config-api/kubelet-config.v1beta1/ */
function kubeletConfig(layout: Layout): object {
  return {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: network.nodeAddress,
    tlsCertFile: join(layout.pki, 'kubelet-server.crt'),
    tlsPrivateKeyFile: join(layout.pki, 'kubelet-server.key'),
    authentication: {
      anonymous: { enabled: false },
      webhook: { enabled: true },
      x509: { clientCAFile: join(layout.pki, 'ca.crt') },
    },
    authorization: { mode: 'Webhook' },
    containerRuntimeEndpoint: `unix://${inside.containerdSocket}`,
    cgroupDriver: 'cgroupfs', // there may be no systemd
    cgroupRoot: `/${layout.cgroup}`,
    failCgroupV1: false, // some machines have only version 1, which Kubernetes 1.34 supports
    failSwapOn: false,
    enforceNodeAllocatable: [], // must not limit the machine's other programs
    clusterDNS: [network.dnsService],
    clusterDomain: network.domain,
    resolvConf: join(layout.config, 'resolv.conf'), // pods can't reach the machine's own name servers
    maxPods: 500,
    podPidsLimit: 512, // a pod that starts processes without end must not fill the machine's process table
    serializeImagePulls: false,
    configMapAndSecretChangeDetectionStrategy: 'Watch', // so that the next pod has the newest ConfigMap
    // When the disk is full, the kubelet evicts no pods and removes no images. An image could not be pulled again, and
    // other programs may fill the disk.
    evictionHard: {
      'memory.available': '100Mi',
      'nodefs.available': '0%',
      'nodefs.inodesFree': '0%',
      'imagefs.available': '0%',
    },
    imageGCHighThresholdPercent: 100,
    containerLogMaxSize: '5Mi',
    containerLogMaxFiles: 2,
    volumePluginDir: join(inside.kubelet, 'volume-plugins'), // the default directory is the machine's
    readOnlyPort: 0,
  };
}

/** Returns kube-proxy's configuration: https://kubernetes.io/docs/reference/config-api/kube-proxy-config.v1alpha1/ */
function kubeProxyConfig(layout: Layout): object {
  return {
    apiVersion: 'kubeproxy.config.k8s.io/v1alpha1',
    kind: 'KubeProxyConfiguration',
    mode: 'iptables',
    clientConnection: { kubeconfig: join(layout.config, 'kube-proxy.kubeconfig') },
    hostnameOverride: layout.name,
    clusterCIDR: network.podCidr,
    conntrack: { maxPerCore: 0, min: 0 }, // would change a limit of the whole machine
    nodePortAddresses: ['primary'],
    iptables: { localhostNodePorts: false }, // otherwise pods could reach the node's loopback
    metricsBindAddress: '127.0.0.1:10249',
    healthzBindAddress: '127.0.0.1:10256',
  };
}

/** Returns containerd's configuration: https://github.com/containerd/containerd/blob/v1.6.20/docs/cri/config.md */
function containerdConfig(layout: Layout, snapshotter: string, cniDirectory: string): string {
  return `version = 2
root = "${layout.containerd}"
state = "/run/containerd"
# "opt" makes a directory in /opt of the machine. The snapshotters need programs or file systems that are not here.
disabled_plugins = [
  "io.containerd.internal.v1.opt",
  "io.containerd.snapshotter.v1.aufs",
  "io.containerd.snapshotter.v1.btrfs",
  "io.containerd.snapshotter.v1.devmapper",
  "io.containerd.snapshotter.v1.zfs",
  "io.containerd.tracing.processor.v1.otlp",
]

[grpc]
address = "${inside.containerdSocket}"

[plugins."io.containerd.grpc.v1.cri"]
sandbox_image = "${PAUSE_IMAGE}"
# Without CAP_SYS_RESOURCE a sandbox with a score of -998 fails with "can't get final child's PID from pipe: EOF".
restrict_oom_score_adj = true
# An AppArmor profile would stay loaded in the machine's kernel.
disable_apparmor = true
netns_mounts_under_state_dir = true

[plugins."io.containerd.grpc.v1.cri".cni]
bin_dir = "${cniDirectory}"
conf_dir = "${join(layout.config, 'cni')}"

[plugins."io.containerd.grpc.v1.cri".containerd]
snapshotter = "${snapshotter}"
default_runtime_name = "runc"

[plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
runtime_type = "io.containerd.runc.v2"
`;
}

const corefile = `.:53 {
    errors
    health
    ready
    kubernetes ${network.domain} in-addr.arpa {
        pods insecure
    }
    cache 5
}
`;

/**
 * Returns the objects that a new cluster starts with. CoreDNS is a pod with its usual name and labels, so that
 * NetworkPolicies for kube-dns work as usual. It refuses names outside the cluster, because there is no other DNS
 * server.
 */
export function firstObjects(): KubernetesObject[] {
  const labels = { 'k8s-app': 'kube-dns' };
  const meta = (name: string): { name: string; namespace: string; labels: typeof labels } => ({
    name,
    namespace: 'kube-system',
    labels,
  });
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: meta('coredns') },
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: meta('coredns'), data: { Corefile: corefile } },
    ...readerRole('system:coredns', { kind: 'ServiceAccount', name: 'coredns', namespace: 'kube-system' }, [
      { apiGroups: [''], resources: ['endpoints', 'services', 'pods', 'namespaces'], verbs: ['list', 'watch'] },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['list', 'watch'] },
    ]),
    ...readerRole('kube-router', { kind: 'User', name: 'kube-router', apiGroup: 'rbac.authorization.k8s.io' }, [
      {
        apiGroups: [''],
        resources: ['namespaces', 'pods', 'services', 'nodes', 'endpoints'],
        verbs: ['get', 'list', 'watch'],
      },
      { apiGroups: ['discovery.k8s.io'], resources: ['endpointslices'], verbs: ['get', 'list', 'watch'] },
      { apiGroups: ['networking.k8s.io'], resources: ['networkpolicies'], verbs: ['get', 'list', 'watch'] },
    ]),
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: meta('kube-dns'),
      spec: {
        clusterIP: network.dnsService,
        selector: labels,
        ports: [
          { name: 'dns', port: 53, protocol: 'UDP' },
          { name: 'dns-tcp', port: 53, protocol: 'TCP' },
        ],
      },
    },
    { apiVersion: 'apps/v1', kind: 'Deployment', metadata: meta('coredns'), spec: coreDnsDeployment(labels) },
  ];
}

/**
 * Returns the ConfigMap with the cluster's URL from outside, which a pod can't find out by itself.
 * https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/#create-the-public-cluster-info-configmap
 */
export function clusterInfo(layout: Layout, server: string): KubernetesObject {
  const cluster = { server, 'certificate-authority-data': readFileSync(join(layout.pki, 'ca.crt')).toString('base64') };
  const config = stringify({
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [{ name: '', cluster }],
    contexts: [],
    users: [],
    'current-context': '',
  });
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cluster-info', namespace: 'kube-public' },
    data: { kubeconfig: config },
  };
}

export interface KubernetesObject {
  apiVersion: string;
  kind: string;
  metadata: { name: string; namespace?: string; labels?: Record<string, string> };
  [field: string]: unknown;
}

function coreDnsDeployment(labels: Record<string, string>): object {
  const container = {
    name: 'coredns',
    image: COREDNS_IMAGE,
    args: ['-conf', '/etc/coredns/Corefile'],
    resources: { requests: { cpu: '10m', memory: '30Mi' }, limits: { memory: '170Mi' } },
    readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 1 },
    livenessProbe: { httpGet: { path: '/health', port: 8080 }, initialDelaySeconds: 30 },
    securityContext: {
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'], add: ['NET_BIND_SERVICE'] },
    },
    volumeMounts: [{ name: 'config', mountPath: '/etc/coredns', readOnly: true }],
  };
  return {
    replicas: 1,
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: {
        serviceAccountName: 'coredns',
        priorityClassName: 'system-cluster-critical',
        dnsPolicy: 'Default',
        containers: [container],
        volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
      },
    },
  };
}

function readerRole(name: string, subject: object, rules: object[]): KubernetesObject[] {
  const group = 'rbac.authorization.k8s.io';
  return [
    { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules },
    {
      apiVersion: `${group}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name },
      roleRef: { apiGroup: group, kind: 'ClusterRole', name },
      subjects: [subject],
    },
  ];
}
