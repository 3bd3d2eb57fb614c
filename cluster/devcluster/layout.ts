// Where everything of one throwaway cluster is: its directory, its addresses, its names. The same for every cluster but
// for what carries its name, since each lives in namespaces of its own.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stateDir } from '../../support/paths.ts';
import { UserError } from '../../support/errors.ts';

/** Addresses in the cluster's own network namespace; no packet with one of them is ever seen outside. */
export const network = {
  nodeAddress: '10.200.0.2',
  nodePrefix: 24,
  /** Room for 1,024 nodes (simulated ones too) of 1,022 pods each. */
  podCidr: '10.240.0.0/12',
  nodePodCidrSize: 22,
  firstNodePodCidr: '10.240.0.0/22',
  serviceCidr: '10.96.0.0/16',
  apiService: '10.96.0.1',
  dnsService: '10.96.0.10',
  domain: 'cluster.local',
  apiPort: 6443,
  /** The NodePort behind the front door. */
  doorNodePort: 30080,
} as const;

/** Paths as the processes in the cluster's mount namespace see them: init.sh puts `host/run` over /run, and so on. */
export const inside = {
  containerdSocket: '/run/containerd/containerd.sock',
  apiSocket: '/run/relay/api.sock',
  doorSocket: '/run/relay/door.sock',
  networkNamespace: '/run/netns/node',
  kubelet: '/var/lib/kubelet',
} as const;

/** Directories of the machine that the cluster sees as its own instead: what is written there goes with the cluster. */
export const covered = ['/run', '/var/lib', '/var/log'] as const;

export interface Layout {
  name: string;
  /** Holds everything of the cluster that is on the disk. */
  dir: string;
  pki: string;
  config: string;
  logs: string;
  etcd: string;
  containerd: string;
  /** What stands in for the directories in `covered`. */
  host: string;
  kubeconfig: string;
  /** Requests that the API server was told to write down. */
  auditLog: string;
  /** What `startCluster` was asked for, and whether it came to its end. */
  record: string;
  /** What the supervisor is to run. */
  plan: string;
  /** The command-line argument by which the cluster's first processes are recognised. */
  marker: string;
  /** Of its control group, below the root of each hierarchy. Two directories are two clusters, whatever their names. */
  cgroup: string;
}

/** @throws UserError for a name that could not be a node's (RFC 1123 label) of at most 40 characters. */
export function layoutOf(name: string): Layout {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    const expected = 'at most 40 lower case letters, digits and dashes, no dash at either end';
    throw new UserError(`"${name}" can not be the name of a cluster.`, {
      expected,
      found: name,
      todo: 'Choose another name.',
    });
  }
  const dir = stateDir(name);
  return {
    name,
    dir,
    pki: join(dir, 'pki'),
    config: join(dir, 'config'),
    logs: join(dir, 'log'),
    etcd: join(dir, 'etcd'),
    containerd: join(dir, 'containerd'),
    host: join(dir, 'host'),
    kubeconfig: join(dir, 'kubeconfig'),
    auditLog: join(dir, 'log', 'audit.log'),
    record: join(dir, 'cluster.json'),
    plan: join(dir, 'plan.json'),
    marker: `--intro-otel-cluster=${dir}`,
    cgroup: `intro-otel/${name}-${createHash('sha256').update(dir).digest('hex').slice(0, 8)}`,
  };
}
