// The directories, addresses and names of a throwaway cluster. Each cluster has Linux namespaces of its own, so all
// clusters use the same addresses, and differ only in names and directories.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { stateDir } from '../../support/paths.ts';
import { UserError } from '../../support/errors.ts';

/** Addresses inside the cluster's network namespace. They are not visible outside. */
export const network = {
  nodeAddress: '10.200.0.2',
  nodePrefix: 24,
  /** The address range of all pods: enough for 1,024 nodes, real or simulated, with 1,022 pods each. */
  podCidr: '10.240.0.0/12',
  nodePodCidrSize: 22,
  firstNodePodCidr: '10.240.0.0/22',
  serviceCidr: '10.96.0.0/16',
  apiService: '10.96.0.1',
  dnsService: '10.96.0.10',
  domain: 'cluster.local',
  apiPort: 6443,
  /** The NodePort that is reachable from this machine, through the relay. */
  doorNodePort: 30080,
} as const;

/**
 * Paths in the cluster's mount namespace. init.sh mounts the directory `host/run` at /run, and the other directories in
 * the same way.
 */
export const inside = {
  containerdSocket: '/run/containerd/containerd.sock',
  apiSocket: '/run/relay/api.sock',
  doorSocket: '/run/relay/door.sock',
  networkNamespace: '/run/netns/node',
  kubelet: '/var/lib/kubelet',
} as const;

/**
 * The machine's directories that the cluster's processes do not see. In place of each of them, these processes see a
 * directory of the cluster. The files that they write there are removed with the cluster.
 */
export const covered = ['/run', '/var/lib', '/var/log'] as const;

export interface Layout {
  readonly name: string;
  /** The directory with all files of the cluster. */
  readonly dir: string;
  readonly pki: string;
  readonly config: string;
  readonly logs: string;
  readonly etcd: string;
  readonly containerd: string;
  /** The directory that contains the replacements for the directories in `covered`. */
  readonly host: string;
  readonly kubeconfig: string;
  /** The path of the log of audited requests. */
  readonly auditLog: string;
  /** The file that a complete start writes, with the cluster's settings. */
  readonly record: string;
  /** The file that tells the supervisor what to run. */
  readonly plan: string;
  /** The command-line argument by which the cluster's first processes can be found. */
  readonly marker: string;
  /**
   * The path of the cluster's control group in each hierarchy. It depends on the state directory, so that two clusters
   * of the same name have different groups.
   */
  readonly cgroup: string;
}

/**
 * Returns the layout of the cluster `name`.
 * @throws UserError if the name is not valid for a node (RFC 1123 label, at most 40 characters)
 */
export function layoutOf(name: string): Layout {
  if (!/^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$/.test(name)) {
    const expected = 'at most 40 lower case letters, digits and dashes, no dash at either end';
    throw new UserError(`"${name}" is not a valid name for a cluster.`, {
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
