// What the operator needs to know about the cluster: the addresses of the API server, for pods and for people, and
// those of pods and nodes. They change rarely, so the operator polls them.
import { parse } from 'yaml';
import { isForbidden } from '../kubernetes/api.ts';
import type { Api } from '../kubernetes/api.ts';
import { KINDS } from '../kubernetes/kinds.ts';
import type { Kind, KubeObject } from '../kubernetes/object.ts';
import { jittered, pause, systemTimers } from '../support/timers.ts';
import type { Timers } from '../support/timers.ts';
import type { Logger } from './engine/log.ts';
import type { Source } from './engine/builder.ts';

export interface ClusterInfo {
  /** The endpoints behind the Service `kubernetes`. Network policies see these, not the Service's address. */
  readonly apiServers: { readonly addresses: readonly string[]; readonly port: number };
  readonly podCidrs: readonly string[];
  /** Address under which a node port can be reached from outside, if known. */
  readonly nodeAddress: string | undefined;
  /** URL of the API server for people. */
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

/** The object, or undefined if it doesn't exist or the operator may not read it. */
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
 * The URL that the cluster publishes for machines that want to join it, if it does.
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

/** Reads everything once. @throws the error of a failed request, except for a lack of permission */
export async function readClusterInfo(api: Api, ownServer: string): Promise<ClusterInfo> {
  const [slice, info, nodes] = await Promise.all([
    getIfAllowed<Slice>(api, KINDS.EndpointSlice, 'kubernetes', 'default'),
    getIfAllowed<ConfigMap>(api, KINDS.ConfigMap, 'cluster-info', 'kube-public'),
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

export interface ClusterInfoOptions {
  readonly api: Api;
  /** URL of the API server that the operator itself uses: the fallback for `server`. */
  readonly ownServer: string;
  readonly log: Pick<Logger, 'warn'>;
  readonly timers?: Timers;
}

const POLL_MS = 5 * 60_000;
const RETRY_MS = 2_000;

/** Keeps the cluster info up to date, and reports when it changes. */
export class ClusterInfoPoller implements Source<ClusterInfo> {
  readonly #options: ClusterInfoOptions;
  readonly #timers: Timers;
  readonly #listeners = new Set<(info: ClusterInfo) => void>();
  #info: ClusterInfo | undefined;

  constructor(options: ClusterInfoOptions) {
    this.#options = options;
    this.#timers = options.timers ?? systemTimers;
  }

  /** @throws Error before the first successful read */
  current(): ClusterInfo {
    if (this.#info) return this.#info;
    throw new Error(
      'Expected the cluster info to be known, found it was never read. Reconcile only after /readyz passes.',
    );
  }

  /** What is wrong, for /readyz. */
  problem(): string | undefined {
    return this.#info
      ? undefined
      : 'expected to know the addresses of the API server and the nodes, found none read yet';
  }

  onChange(listener: (info: ClusterInfo) => void): void {
    this.#listeners.add(listener);
  }

  /** Polls until the signal is aborted. Never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const wait = (await this.#poll(signal)) ? POLL_MS : RETRY_MS;
      await pause(this.#timers, jittered(wait), signal);
    }
  }

  /** @returns whether the read succeeded */
  async #poll(signal: AbortSignal): Promise<boolean> {
    const { api, ownServer, log } = this.#options;
    try {
      this.#update(await readClusterInfo(api, ownServer));
      return true;
    } catch (error) {
      if (!signal.aborted) log.warn({ err: error }, 'Cluster info could not be read, retrying');
      return false;
    }
  }

  #update(info: ClusterInfo): void {
    if (JSON.stringify(info) === JSON.stringify(this.#info)) return;
    this.#info = info;
    for (const listener of this.#listeners) listener(info);
  }
}
