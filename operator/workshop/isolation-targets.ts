// Lists the addresses that the isolation test tries: every way there is from a pod of one seat to another seat, to the
// operator's namespace and to the nodes. The probe itself adds the link-local addresses, which only it can find out.
import { isIPv6 } from 'node:net';
import type { Path, Target } from '../../apps/isolation-probe/contract.ts';
import type { Pod, Service } from '../../kubernetes/types.ts';

/** The Services and pods of a namespace whose addresses the test tries. */
export interface Surroundings {
  readonly services: readonly Service[];
  readonly pods: readonly Pod[];
}

/**
 * Highest number of targets. All of them must fit into one environment variable, and be tried at once. A seat has about
 * fifty.
 */
export const MAX_TARGETS = 400;

/** Ports of the kubelet: one that asks for credentials, and one that does not. A kubelet may close the second one. */
const KUBELET = [{ port: 10_250, asks: 'https' }, { port: 10_255 }] as const;

const isTcp = ({ protocol = 'TCP' }: { readonly protocol?: string }): boolean => protocol === 'TCP';

const nameOf = ({ metadata: { namespace, name } }: Service | Pod): string => `${namespace ?? ''}/${name}`;

const addressesOf = ({ spec }: Service): string[] =>
  (spec?.clusterIPs ?? [spec?.clusterIP ?? '']).filter((address) => address !== '' && address !== 'None');

function serviceTargets(path: Path, service: Service): Target[] {
  const ports = (service.spec?.ports ?? []).filter(isTcp);
  return addressesOf(service).flatMap((host) => ports.map(({ port }) => ({ path, name: nameOf(service), host, port })));
}

function podTargets(pathOf: (host: string) => Path, pod: Pod): Target[] {
  const { podIP = '', podIPs = [{ ip: podIP }] } = pod.status ?? {};
  const hosts = podIPs.map(({ ip }) => ip ?? '').filter((ip) => ip !== '');
  const ports = pod.spec.containers.flatMap(({ ports = [] }) => ports).filter(isTcp);
  return hosts.flatMap((host) =>
    ports.map(({ containerPort }) => ({ path: pathOf(host), name: nameOf(pod), host, port: containerPort })),
  );
}

/** Returns the ports of a Service on the nodes and on load balancers. They may be open if they ask for a key. */
function outsideTargets(service: Service, nodes: readonly string[]): Target[] {
  const ports = (service.spec?.ports ?? []).filter(isTcp);
  const balancers = (service.status?.loadBalancer?.ingress ?? []).flatMap(({ ip }) => ip ?? []);
  const target = (host: string, port: number): Target => {
    return { path: 'nodePort', name: nameOf(service), host, port, asks: 'http' };
  };
  return ports.flatMap(({ port, nodePort }) => [
    ...(nodePort === undefined ? [] : nodes.map((node) => target(node, nodePort))),
    ...balancers.map((balancer) => target(balancer, port)),
  ]);
}

const nodeTargets = (nodes: readonly string[]): Target[] =>
  nodes.flatMap((host) => KUBELET.map((kubelet) => ({ path: 'node', name: `node ${host}`, host, ...kubelet })));

const nodeAddressesOf = ({ status: { hostIP = '', hostIPs } = {} }: Pod): string[] =>
  (hostIPs?.map(({ ip }) => ip) ?? [hostIP]).filter((address) => address !== '');

const nodesOf = (pods: readonly Pod[]): string[] => [...new Set(pods.flatMap(nodeAddressesOf))];

const pathOfPod = (host: string): Path => (isIPv6(host) ? 'podIPv6' : 'podIPv4');

/** Whether a pod still has its address. The address of a pod that has ended may belong to another pod by now. */
const hasAddress = ({ status: { phase = '' } = {} }: Pod): boolean => !['Succeeded', 'Failed'].includes(phase);

const live = ({ services, pods }: Surroundings): Surroundings => ({ services, pods: pods.filter(hasAddress) });

/** Returns the targets in another seat, in the operator's namespace, and on the nodes on which their pods run. */
export function foreignTargets(...surroundings: readonly [seat: Surroundings, operator: Surroundings]): Target[] {
  const [seat, operator] = [live(surroundings[0]), live(surroundings[1])];
  const nodes = nodesOf([...seat.pods, ...operator.pods]);
  return [
    ...seat.services.flatMap((service) => serviceTargets('service', service)),
    ...seat.pods.flatMap((pod) => podTargets(pathOfPod, pod)),
    ...operator.services.flatMap((service) => serviceTargets('operator', service)),
    ...operator.pods.flatMap((pod) => podTargets(() => 'operator', pod)),
    ...[...seat.services, ...operator.services].flatMap((service) => outsideTargets(service, nodes)),
    ...nodeTargets(nodes),
  ];
}
