// What the operator has to know of the cluster around its seats: where the API server is, for pods and for people, and where
// pods and nodes are. Read now and then; it changes rarely.
import { parse } from 'yaml';
import { isForbidden } from '../kubernetes/api.ts';
import type { Api } from '../kubernetes/api.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../kubernetes/object.ts';

export interface ClusterInfo {
  /** Behind the Service `kubernetes`: where packets to it go in the end. */
  readonly apiServers: { readonly addresses: readonly string[]; readonly port: number };
  readonly podCidrs: readonly string[];
  /** By which a port of the nodes is reached from outside, if any is known. */
  readonly nodeAddress: string | undefined;
  /** The API server's URL for people. */
  readonly server: string;
}

type Slice = KubeObject & {
  readonly endpoints?: readonly { readonly addresses: readonly string[] }[];
  readonly ports?: readonly { readonly port?: number }[];
};
type ConfigMap = KubeObject & { readonly data?: Readonly<Record<string, string>> };
type Node = KubeObject & {
  readonly spec?: { readonly podCIDRs?: readonly string[] };
  readonly status?: { readonly addresses?: readonly { readonly type: string; readonly address: string }[] };
};

/** What may not be read, or is not there, is unknown; the lab then does without. */
async function readable<T extends KubeObject>(
  api: Api,
  kind: Kind,
  name: string,
  namespace: string,
): Promise<T | undefined> {
  try {
    return await api.get<T>(kind, name, namespace);
  } catch (error) {
    if (isForbidden(error)) return undefined;
    throw error;
  }
}

function endpointsOf(slice: Slice | undefined): ClusterInfo['apiServers'] {
  return {
    addresses: [...new Set(slice?.endpoints?.flatMap(({ addresses }) => addresses) ?? [])].sort(),
    port: slice?.ports?.[0]?.port ?? 443,
  };
}

const urlOf = (address: string, port: number): string =>
  `https://${address.includes(':') ? `[${address}]` : address}:${port}`;

/**
 * What a cluster says of itself to those who want to join it, where it does.
 * https://kubernetes.io/docs/reference/setup-tools/kubeadm/implementation-details/#create-the-public-cluster-info-configmap
 */
function publicServer(info: ConfigMap | undefined): string | undefined {
  const text = info?.data?.['kubeconfig'];
  if (text === undefined) return undefined;
  const config = parse(text) as { clusters?: { cluster?: { server?: unknown } }[] } | null;
  const server = config?.clusters?.[0]?.cluster?.server;
  return typeof server === 'string' && URL.canParse(server) ? server : undefined;
}

function nodeAddressOf(nodes: readonly Node[]): string | undefined {
  const addresses = nodes.flatMap(({ status }) => status?.addresses ?? []);
  const ofType = (wanted: string): string | undefined => addresses.find(({ type }) => type === wanted)?.address;
  return ofType('ExternalIP') ?? ofType('InternalIP');
}

/** @throws what a request failed with, but for a lack of permission */
export async function readClusterInfo(api: Api, ownServer: string): Promise<ClusterInfo> {
  const [slice, info, nodes] = await Promise.all([
    readable<Slice>(api, KINDS.EndpointSlice, 'kubernetes', 'default'),
    readable<ConfigMap>(api, KINDS.ConfigMap, 'cluster-info', 'kube-public'),
    api.list<Node>(KINDS.Node),
  ]);
  const apiServers = endpointsOf(slice);
  const [first] = apiServers.addresses;
  return {
    apiServers,
    podCidrs: [...new Set(nodes.flatMap(({ spec }) => spec?.podCIDRs ?? []))].sort(),
    nodeAddress: nodeAddressOf(nodes),
    server: publicServer(info) ?? (first === undefined ? ownServer : urlOf(first, apiServers.port)),
  };
}
