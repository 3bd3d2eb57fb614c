// The network policies of a seat's namespace. They allow only the connections that the lab needs.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
import { PORTS } from '../../lab/ports.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { LABELS, RELEASE } from '../api/types.ts';

/**
 * The real addresses of the API server's processes. NetworkPolicies need them, because the cluster's network replaces
 * the address of the Service `kubernetes` with a real address before it applies a policy.
 */
export interface ApiServers {
  readonly addresses: readonly string[];
  readonly port: number;
}

export interface Network {
  readonly apiServers: ApiServers;
  /** Address ranges of the pods on all nodes, in CIDR notation. */
  readonly podCidrs: readonly string[];
}

interface Rule {
  readonly from?: readonly object[];
  readonly to?: readonly object[];
  readonly ports?: readonly { readonly protocol: 'TCP' | 'UDP'; readonly port: number }[];
}

export interface PolicySpec {
  readonly podSelector: object;
  readonly policyTypes: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly Rule[];
  readonly egress?: readonly Rule[];
}

const ALL_PODS = {};
/** Range of link-local addresses, where clouds serve their metadata. https://www.rfc-editor.org/rfc/rfc3927 */
const LINK_LOCAL = '169.254.0.0/16';
/**
 * Address of the DNS cache on a node, in clusters that have one.
 * https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/
 */
const NODE_LOCAL_DNS = '169.254.20.10/32';

const isV6 = (address: string): boolean => address.includes(':');
const unique = (all: readonly string[]): string[] => [...new Set(all)].sort();

const component = (...names: readonly string[]): object => ({
  matchLabels: { 'app.kubernetes.io/instance': RELEASE },
  matchExpressions: [{ key: LABELS.component, operator: 'In', values: names }],
});

const ingress = (podSelector: object, rules: readonly Rule[]): PolicySpec => ({
  podSelector,
  policyTypes: ['Ingress'],
  ingress: rules,
});
const egress = (podSelector: object, rules: readonly Rule[]): PolicySpec => ({
  podSelector,
  policyTypes: ['Egress'],
  egress: rules,
});

/**
 * Returns NetworkPolicy peers that match every address except the given ones. They include IPv6 only if pods have IPv6
 * addresses.
 */
function anywhereBut(cidrs: readonly string[]): object[] {
  const [v4, v6] = [unique(cidrs.filter((one) => !isV6(one))), unique(cidrs.filter(isV6))];
  return [
    { ipBlock: { cidr: '0.0.0.0/0', ...(v4.length > 0 && { except: v4 }) } },
    ...(v6.length > 0 ? [{ ipBlock: { cidr: '::/0', except: v6 } }] : []),
  ];
}

const onlyTo = (address: string): object => ({ ipBlock: { cidr: `${address}/${isV6(address) ? 128 : 32}` } });

/**
 * Whether the Collector sends telemetry out of the lab, through an additional exporter or through a built-in exporter
 * with another endpoint.
 */
const sendsOutside = ({ collector: { exporters } }: LabValues): boolean =>
  Object.entries(exporters).some(
    ([name, settings]) =>
      name !== 'debug' &&
      (name !== 'otlphttp/jaeger' || Object.keys(settings ?? {}).some((key) => key.endsWith('endpoint'))),
  );

/** Returns the seat's NetworkPolicies by name. */
export function policiesOf(values: LabValues, { apiServers, podCidrs }: Network): Readonly<Record<string, PolicySpec>> {
  return {
    // Denies all traffic that no other policy allows. This applies to the attendee's own pods too.
    'default-deny': { podSelector: ALL_PODS, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] },
    // Allows everything within the namespace, because it belongs to one attendee.
    'within-namespace': {
      podSelector: ALL_PODS,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: ALL_PODS }] }],
      egress: [{ to: [{ podSelector: ALL_PODS }] }],
    },
    // Lets pods find Services by name.
    dns: egress(ALL_PODS, [
      {
        to: [
          { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'kube-system' } } },
          { ipBlock: { cidr: NODE_LOCAL_DNS } },
        ],
        ports: [
          { protocol: 'UDP', port: 53 },
          { protocol: 'TCP', port: 53 },
        ],
      },
    ]),
    // Lets two apps reach the API server: the Collector looks up the pods that telemetry comes from, and the guide
    // writes the attendee's progress.
    'api-server': egress(
      component('collector', 'guide'),
      apiServers.addresses.length === 0
        ? []
        : [{ to: unique(apiServers.addresses).map(onlyTo), ports: [{ protocol: 'TCP', port: apiServers.port }] }],
    ),
    // Lets people outside the cluster reach a node port or a load balancer. Pods of other seats still can't reach the
    // guide. A Service of type ClusterIP needs no policy here: people use port-forward, and its traffic comes from the
    // pod's own node, which NetworkPolicies never deny.
    ...(values.guide.service.type !== 'ClusterIP' && {
      'guide-from-outside': ingress(component('guide'), [
        { from: anywhereBut(podCidrs), ports: [{ protocol: 'TCP', port: PORTS.http }] },
      ]),
    }),
    // Lets the Collector send to a second backend at any address, except pod addresses and the cloud's metadata server.
    ...(sendsOutside(values) && {
      'collector-to-outside': egress(component('collector'), [{ to: anywhereBut([...podCidrs, LINK_LOCAL]) }]),
    }),
  };
}
