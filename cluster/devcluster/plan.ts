// Plans the processes of a cluster, as data for the supervisor: the command line of each process, and what it waits
// for.
import { join } from 'node:path';
import { binary } from '../components/build.ts';
import { UNBOUNDED } from './config.ts';
import type { ClusterShape } from './config.ts';
import { inside, network } from './layout.ts';
import type { Layout } from './layout.ts';

/**
 * A component that must be ready before a process starts. The kubelet, the controller manager and the scheduler exit
 * with an error if they start too early.
 */
export type Gate = 'containerd' | 'apiserver';

export interface ProcessPlan {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly after: readonly Gate[];
}

/** The side of a relay on this machine: a port on loopback, which leads to a unix socket. */
export interface RelayPlan {
  readonly port: number;
  readonly socket: string;
}

/** The side of a relay in the cluster's network: the unix socket leads to `host`:`port`. */
export interface InnerRelayPlan {
  readonly socket: string;
  readonly host: string;
  readonly port: number;
}

export interface Plan {
  readonly logs: string;
  /** The path of the certificate authority that signed the API server's certificate. */
  readonly authority: string;
  readonly processes: readonly ProcessPlan[];
  readonly relays: readonly RelayPlan[];
  readonly innerRelays: readonly InnerRelayPlan[];
}

export interface PlanInput extends ClusterShape {
  readonly networkPolicy: boolean;
  readonly apiPort: number;
  readonly doorPort: number;
  readonly containerd: string;
}

/** Returns the plan of a cluster. The components must have been built by `prepareMachine`. */
export function planOf(input: PlanInput): Plan {
  const { layout } = input;
  return {
    logs: layout.logs,
    authority: join(layout.pki, 'ca.crt'),
    processes: [
      {
        name: 'relay',
        command: [process.execPath, join(import.meta.dirname, 'relay-inside.ts'), layout.plan],
        after: [],
      },
      { name: 'etcd', command: etcd(layout), after: [] },
      { name: 'apiserver', command: apiServer(input), after: [] },
      { name: 'controller-manager', command: controllerManager(input), after: ['apiserver'] },
      { name: 'scheduler', command: scheduler(input), after: ['apiserver'] },
      ...(input.tuning === 'lab' ? nodeProcesses(input) : []),
    ],
    relays: [
      { port: input.apiPort, socket: inside.apiSocket },
      { port: input.doorPort, socket: inside.doorSocket },
    ],
    innerRelays: [
      { socket: inside.apiSocket, host: network.nodeAddress, port: network.apiPort },
      { socket: inside.doorSocket, host: network.nodeAddress, port: network.doorNodePort },
    ],
  };
}

/** Returns the processes that a node needs. */
function nodeProcesses({ layout, networkPolicy, containerd }: PlanInput): ProcessPlan[] {
  return [
    { name: 'containerd', command: [containerd, '--config', join(layout.config, 'containerd.toml')], after: [] },
    { name: 'kubelet', command: kubelet(layout), after: ['containerd', 'apiserver'] },
    {
      name: 'kube-proxy',
      command: kubernetes('kube-proxy', { config: join(layout.config, 'kube-proxy.yaml') }),
      after: ['apiserver'],
    },
    ...(networkPolicy ? [{ name: 'kube-router', command: kubeRouter(layout), after: ['apiserver'] as const }] : []),
  ];
}

type Flags = Record<string, string>;

function withFlags(program: string, flags: Flags): [string, ...string[]] {
  return [program, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)];
}

function kubernetes(program: string, flags: Flags): [string, ...string[]] {
  return withFlags(binary('kubernetes', program), flags);
}

function etcd(layout: Layout): [string, ...string[]] {
  return withFlags(binary('etcd'), {
    name: layout.name,
    'data-dir': layout.etcd,
    'unsafe-no-fsync': 'true', // a crash of the machine ends the cluster anyway
    'log-level': 'warn',
  });
}

function apiServer({ layout, auditedGroup }: PlanInput): [string, ...string[]] {
  const pki = (file: string): string => join(layout.pki, file);
  return kubernetes('kube-apiserver', {
    ...(auditedGroup === undefined
      ? {}
      : { 'audit-policy-file': join(layout.config, 'audit.yaml'), 'audit-log-path': layout.auditLog }),
    'etcd-servers': 'http://127.0.0.1:2379',
    'service-cluster-ip-range': network.serviceCidr,
    'advertise-address': network.nodeAddress, // without a default route, the API server can't find its address
    'secure-port': String(network.apiPort),
    'tls-cert-file': pki('apiserver.crt'),
    'tls-private-key-file': pki('apiserver.key'),
    'client-ca-file': pki('ca.crt'),
    'authorization-mode': 'Node,RBAC',
    'enable-admission-plugins': 'NodeRestriction',
    'allow-privileged': 'true',
    'service-account-issuer': `https://kubernetes.default.svc.${network.domain}`,
    'service-account-key-file': pki('service-account.key'),
    'service-account-signing-key-file': pki('service-account.key'),
    'kubelet-certificate-authority': pki('ca.crt'),
    'kubelet-client-certificate': pki('apiserver-kubelet-client.crt'),
    'kubelet-client-key': pki('apiserver-kubelet-client.key'),
    'kubelet-preferred-address-types': 'InternalIP', // no DNS server knows the node's name
    'requestheader-client-ca-file': pki('front-proxy-ca.crt'),
    'requestheader-allowed-names': 'front-proxy-client',
    'requestheader-extra-headers-prefix': 'X-Remote-Extra-',
    'requestheader-group-headers': 'X-Remote-Group',
    'requestheader-username-headers': 'X-Remote-User',
    'proxy-client-cert-file': pki('front-proxy-client.crt'),
    'proxy-client-key-file': pki('front-proxy-client.key'),
  });
}

function manager(layout: Layout, name: string): Flags {
  const config = join(layout.config, `${name}.kubeconfig`);
  return {
    kubeconfig: config,
    'authentication-kubeconfig': config,
    'authorization-kubeconfig': config,
    'bind-address': '127.0.0.1',
    'leader-elect': 'false', // there is only one replica
  };
}

/**
 * Flags of the controller manager for a cluster whose purpose is `scale`. They raise the API rate limits, and the
 * number of namespaces that are deleted at a time. All other concurrency limits keep their defaults, so that the
 * controllers leave the API server time for other clients.
 */
const MANY_AT_ONCE: Flags = {
  'kube-api-qps': String(UNBOUNDED.qps),
  'kube-api-burst': String(UNBOUNDED.burst),
  'concurrent-namespace-syncs': '50', // so that namespaces are gone before the next measurement
};

function controllerManager({ layout, tuning }: PlanInput): [string, ...string[]] {
  return kubernetes('kube-controller-manager', {
    ...manager(layout, 'controller-manager'),
    ...(tuning === 'scale' ? MANY_AT_ONCE : {}),
    'allocate-node-cidrs': 'true',
    'cluster-cidr': network.podCidr,
    'node-cidr-mask-size': String(network.nodePodCidrSize),
    'service-cluster-ip-range': network.serviceCidr,
    'use-service-account-credentials': 'true',
    'service-account-private-key-file': join(layout.pki, 'service-account.key'),
    'flex-volume-plugin-dir': join(inside.kubelet, 'volume-plugins'), // the default directory is the machine's
    'root-ca-file': join(layout.pki, 'ca.crt'),
    'cluster-signing-cert-file': join(layout.pki, 'ca.crt'),
    'cluster-signing-key-file': join(layout.pki, 'ca.key'),
  });
}

function scheduler({ layout, tuning }: PlanInput): [string, ...string[]] {
  const rates = tuning === 'scale' ? { config: join(layout.config, 'scheduler.yaml') } : {};
  return kubernetes('kube-scheduler', { ...manager(layout, 'scheduler'), ...rates });
}

function kubelet(layout: Layout): [string, ...string[]] {
  return kubernetes('kubelet', {
    config: join(layout.config, 'kubelet.yaml'),
    kubeconfig: join(layout.config, 'kubelet.kubeconfig'),
    'root-dir': inside.kubelet,
    'hostname-override': layout.name,
    'node-ip': network.nodeAddress,
    'node-labels': 'intro-otel.dev/throwaway=true',
  });
}

/** Returns the command of kube-router. It only enforces NetworkPolicies, which the bridge plugin doesn't do. */
function kubeRouter(layout: Layout): [string, ...string[]] {
  return withFlags(binary('kube-router'), {
    kubeconfig: join(layout.config, 'kube-router.kubeconfig'),
    'hostname-override': layout.name,
    'service-cluster-ip-range': network.serviceCidr,
    'run-firewall': 'true',
    'run-router': 'false',
    'run-service-proxy': 'false',
    'health-port': '0',
  });
}
