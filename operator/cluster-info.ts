// The network addresses of the cluster that the operator needs: those of the API server, the pods and a node. They
// change rarely, so the operator reads them every few minutes.
import { parse } from 'yaml';
import type { NetworkValues } from '../cdk8s/operator/values.ts';
import { isForbidden } from '../kubernetes/api.ts';
import type { Api } from '../kubernetes/api.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../kubernetes/object.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';
import type { Logger } from './engine/log.ts';
import type { Source } from './engine/builder.ts';

export interface ClusterInfo extends NetworkValues {
  /**
   * IP addresses and port of the API servers. NetworkPolicies must allow these, not the IP of the Service `kubernetes`.
   */
  readonly apiServers: { readonly addresses: readonly string[]; readonly port: number };
  /**
   * The IP ranges of all pods in CIDR notation, from the nodes and from the chart's values. Empty if a node reports
   * none and the values have none.
   */
  readonly podCidrs: readonly string[];
  /** IP address of a node, through which node ports can be reached. Undefined if no node reports one. */
  readonly nodeAddress: string | undefined;
  /** URL of the API server for attendees, who are outside the cluster. */
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

/** Reads an object. Returns undefined if the object doesn't exist or the API server answers 403 Forbidden. */
async function getIfAllowed<T extends KubeObject>(
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
 * Returns the URL of the API server from the ConfigMap `cluster-info`, which kubeadm creates for new nodes. Returns
 * undefined if the ConfigMap is missing or contains no valid URL.
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
  const addressOf = (type: string): string | undefined => addresses.find((address) => address.type === type)?.address;
  return addressOf('ExternalIP') ?? addressOf('InternalIP');
}

/** Returns the IP ranges of all pods. Ranges of only some nodes would not keep out the pods of the others. */
function podCidrsOf(nodes: readonly Node[], given: readonly string[]): readonly string[] {
  const reported = nodes.map(({ spec }) => spec?.podCIDRs ?? []);
  if (given.length === 0 && reported.some((cidrs) => cidrs.length === 0)) return [];
  return [...new Set([...given, ...reported.flat()])].sort();
}

/**
 * Reads the cluster info once. A 403 Forbidden for the EndpointSlice or the ConfigMap is not an error.
 * @throws ApiError or a connection error if another request fails
 */
export async function readClusterInfo({
  api,
  ownServer,
  network,
}: Pick<ClusterInfoOptions, 'api' | 'ownServer' | 'network'>): Promise<ClusterInfo> {
  const [slice, info, nodes] = await Promise.all([
    getIfAllowed<Slice>(api, KINDS.EndpointSlice, 'kubernetes', 'default'),
    getIfAllowed<ConfigMap>(api, KINDS.ConfigMap, 'cluster-info', 'kube-public'),
    api.list<Node>(KINDS.Node),
  ]);
  const apiServers = endpointsOf(slice);
  const [first] = apiServers.addresses;
  return {
    ...network,
    apiServers,
    podCidrs: podCidrsOf(nodes, network.podCidrs),
    nodeAddress: nodeAddressOf(nodes),
    server: publicServer(info) ?? (first === undefined ? ownServer : urlOf(first, apiServers.port)),
  };
}

export interface ClusterInfoOptions {
  readonly api: Api;
  /** URL of the API server that the operator itself uses. It is the value of `server` if no better URL is found. */
  readonly ownServer: string;
  /** What the chart's values say about the network. */
  readonly network: NetworkValues;
  readonly log: Pick<Logger, 'warn'>;
  readonly timers?: Timers;
}

/** Milliseconds from a successful read of the cluster info to the next read. */
const POLL_MS = 5 * 60_000;
/** Milliseconds from a failed read of the cluster info to the next read. */
const RETRY_MS = 2_000;

/** Reads the cluster info every few minutes, and tells its listeners when it has changed. */
export class ClusterInfoPoller implements Source<ClusterInfo> {
  readonly #options: ClusterInfoOptions;
  readonly #timers: Timers;
  readonly #listeners = new Set<(info: ClusterInfo) => void>();
  #info: ClusterInfo | undefined;

  constructor(options: ClusterInfoOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** Returns the cluster info that was last read. @throws Error before the first successful read */
  current(): ClusterInfo {
    if (this.#info) return this.#info;
    throw new Error(
      'Expected the cluster info to be known, found that it was never read. Reconcile only after /readyz passes.',
    );
  }

  /** The readiness check for /readyz. Returns the problem, or undefined if the cluster info is known. */
  problem(): string | undefined {
    return this.#info
      ? undefined
      : 'expected to know the addresses of the API server and the nodes, found that they were not read yet';
  }

  onChange(listener: (info: ClusterInfo) => void): void {
    this.#listeners.add(listener);
  }

  /** Reads the cluster info again and again until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = (await this.#poll(signal)) ? POLL_MS : RETRY_MS;
      await pause(this.#timers, jittered(wait), signal);
    }
  }

  /** Reads the cluster info once. @returns true if the read succeeded */
  async #poll(signal: AbortSignal): Promise<boolean> {
    const { log } = this.#options;
    try {
      this.#update(await readClusterInfo(this.#options));
      return true;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'Failed to read the cluster info, retrying');
      return false;
    }
  }

  #update(info: ClusterInfo): void {
    if (JSON.stringify(info) === JSON.stringify(this.#info)) return;
    this.#info = info;
    for (const listener of this.#listeners) listener(info);
  }
}
