// Reads a cluster's free capacity, and the images on its nodes. One kubectl command lists the namespaces, nodes and
// pods for both.
import type { V1Namespace, V1Node, V1Pod } from '@kubernetes/client-node';
import type { ClusterTools } from './kubectl.ts';
import { parseQuantity } from '../kubernetes/quantity.ts';
import type { ClusterFacts } from './preflight.ts';

export interface ClusterCapacity extends Omit<ClusterFacts, 'version'> {
  /**
   * The uid of the namespace kube-system, which identifies the cluster. If a cluster is deleted and created again under
   * the same name, the uid differs.
   */
  readonly id: string | undefined;
  readonly namespaces: readonly V1Namespace[];
  /**
   * The names of the images that every ready node reports. A kubelet reports only the 50 largest images of its node, so
   * a small image may be on every node and yet be missing here.
   */
  readonly images: ReadonlySet<string>;
}

type Item = V1Namespace | V1Node | V1Pod;

/** Reads the capacity of a cluster. @throws CommandError if the user may not list namespaces, nodes and pods */
export async function readClusterCapacity(kube: ClusterTools): Promise<ClusterCapacity> {
  const list = await kube.get<{ items: Item[] }>('namespaces,nodes,pods', '--all-namespaces');
  return capacityOf(list?.items ?? []);
}

/** Computes the capacity of a cluster from its namespaces, nodes and pods. */
export function capacityOf(items: readonly Item[]): ClusterCapacity {
  const namespaces = items.filter((item) => item.kind === 'Namespace') as V1Namespace[];
  const nodes = (items.filter((item) => item.kind === 'Node') as V1Node[]).filter(takesPods);
  const pods = items.filter((item) => item.kind === 'Pod') as V1Pod[];
  const names = new Set(nodes.map((node) => node.metadata?.name));
  const running = pods.filter((pod) => names.has(pod.spec?.nodeName) && !hasEnded(pod));
  const images = nodes.map(imagesOf);
  const free = (resource: 'cpu' | 'memory'): number =>
    sum(nodes.map((node) => parseQuantity(node.status?.allocatable?.[resource] ?? '0'))) -
    sum(running.map((pod) => requested(pod, resource)));
  return {
    id: namespaces.find((namespace) => namespace.metadata?.name === 'kube-system')?.metadata?.uid,
    namespaces,
    readyNodes: nodes.length,
    free: { cpu: Math.round(free('cpu') * 1000), memory: free('memory') },
    images: new Set([...(images[0] ?? [])].filter((name) => images.every((onNode) => onNode.has(name)))),
  };
}

function takesPods(node: V1Node): boolean {
  const ready = node.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') === true;
  const repels = node.spec?.taints?.some(({ effect }) => effect === 'NoSchedule' || effect === 'NoExecute') === true;
  return ready && !repels && node.spec?.unschedulable !== true;
}

function hasEnded(pod: V1Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

function requested(pod: V1Pod, resource: 'cpu' | 'memory'): number {
  return sum(
    (pod.spec?.containers ?? []).map((container) => parseQuantity(container.resources?.requests?.[resource] ?? '0')),
  );
}

function imagesOf(node: V1Node): Set<string> {
  return new Set((node.status?.images ?? []).flatMap((image) => image.names ?? []));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
