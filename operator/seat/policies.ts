// The network policies of a seat's namespace. They allow only the connections that the lab needs.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
import {
  GUIDE_EXPORTER,
  JAEGER_EXPORTER,
  OLD_JAEGER_EXPORTER,
  PORTAL,
  PROMETHEUS_EXPORTER,
  TERMINAL,
} from '../../lab/names.ts';
import { PORTS } from '../../lab/ports.ts';
import type { NetworkValues } from '../../cdk8s/operator/values.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { LABELS, MANAGED_BY, RELEASE } from '../api/types.ts';

/**
 * The real addresses of the API server's processes. NetworkPolicies need them, because the cluster's network replaces
 * the address of the Service `kubernetes` with a real address before it applies a policy.
 */
export interface ApiServers {
  readonly addresses: readonly string[];
  readonly port: number;
}

/** What the policies need to know about the cluster. `podCidrs` is empty if the ranges of some pods are unknown. */
export interface Network extends NetworkValues {
  readonly apiServers: ApiServers;
  /** The namespace of the portal's pods. Unset if there is no portal. */
  readonly portalNamespace?: string;
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

/** Ports of DNS servers. The pods of OpenShift's DNS listen on the second one. */
const DNS_PORTS = [53, 5353].flatMap((port) => [
  { protocol: 'UDP', port } as const,
  { protocol: 'TCP', port } as const,
]);

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
 * Returns NetworkPolicy peers that match every address except the pods and `others`. They include IPv4 or IPv6 only if
 * pods have such addresses.
 * @throws Error without any range of pods, because a rule without exceptions would let every pod of the cluster through
 */
function anywhereBut(podCidrs: readonly string[], others: readonly string[] = []): object[] {
  if (podCidrs.length === 0) throw new Error('Expected the IP ranges of all pods, found none. Check them first.');
  const families = [
    ['0.0.0.0/0', (cidr: string) => !isV6(cidr)],
    ['::/0', isV6],
  ] as const;
  return families
    .filter(([, isOfFamily]) => podCidrs.some(isOfFamily))
    .map(([cidr, isOfFamily]) => ({ ipBlock: { cidr, except: unique([...podCidrs, ...others].filter(isOfFamily)) } }));
}

const blocks = (cidrs: readonly string[]): object[] => unique(cidrs).map((cidr) => ({ ipBlock: { cidr } }));

const allPodsOf = (namespaces: readonly string[]): object[] =>
  unique(namespaces).map((name) => ({ namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': name } } }));

/** Returns the peer that matches the portal's pods, and no other pods of their namespace. */
const portalPods = (namespace: string): object => ({
  namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } },
  podSelector: { matchLabels: { [LABELS.partOf]: MANAGED_BY, [LABELS.component]: PORTAL.component } },
});

/** Returns the rule that allows traffic to the peers. Returns none without peers: an empty list would mean all. */
const onlyToPeers = (to: readonly object[], ports: NonNullable<Rule['ports']>): Rule[] =>
  to.length === 0 ? [] : [{ to, ports }];

const onlyTo = (address: string): object => ({ ipBlock: { cidr: `${address}/${isV6(address) ? 128 : 32}` } });

/** Exporters to other parts of the lab. */
const WITHIN_LAB: readonly string[] = [JAEGER_EXPORTER, OLD_JAEGER_EXPORTER, GUIDE_EXPORTER, PROMETHEUS_EXPORTER];

/**
 * Whether the Collector sends telemetry out of the lab, through an additional exporter or through a built-in exporter
 * with another endpoint.
 */
const sendsOutside = ({ collector: { exporters } }: LabValues): boolean =>
  Object.entries(exporters).some(
    ([name, settings]) =>
      name !== 'debug' &&
      (!WITHIN_LAB.includes(name) || Object.keys(settings ?? {}).some((key) => key.endsWith('endpoint'))),
  );

const isOpenToNodes = (values: LabValues): boolean => values.guide.service.type !== 'ClusterIP';

/**
 * Returns why the seat's policies can't be written, and what to do. A policy for addresses outside the cluster has to
 * except those of all pods.
 */
export function networkProblem(values: LabValues, { podCidrs }: Network): string | undefined {
  if (podCidrs.length > 0 || !(isOpenToNodes(values) || sendsOutside(values))) return undefined;
  const what = isOpenToNodes(values)
    ? `lab.guide.service.type is ${values.guide.service.type}`
    : 'an exporter in lab.collector.exporters sends to another backend';
  return (
    `Expected to know the IP ranges of all pods, because ${what}, and the NetworkPolicies must keep the pods of ` +
    'other seats apart from other addresses. Found a node without spec.podCIDRs. Set operator.network.podCidrs in ' +
    'the values of the chart to the ranges of the pods, such as 10.0.0.0/16.'
  );
}

/**
 * Returns the seat's NetworkPolicies by name.
 * @throws Error if `networkProblem` finds a problem
 */
export function policiesOf(values: LabValues, network: Network): Readonly<Record<string, PolicySpec>> {
  const { apiServers, podCidrs } = network;
  const dnsPeers = [...allPodsOf(network.dnsNamespaces), ...blocks(network.dnsCidrs)];
  const ingressPeers = [...allPodsOf(network.ingressNamespaces), ...blocks(network.ingressCidrs)];
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
    dns: egress(ALL_PODS, onlyToPeers(dnsPeers, DNS_PORTS)),
    // Lets two apps reach the API server: the Collector looks up the pods that telemetry comes from, and the guide
    // writes the attendee's progress. In the terminal, kubectl does. The attendee's own pods can't have its label.
    'api-server': egress(
      component('collector', 'guide', ...(values.terminal.enabled ? [TERMINAL.component] : [])),
      onlyToPeers(unique(apiServers.addresses).map(onlyTo), [{ protocol: 'TCP', port: apiServers.port }]),
    ),
    // Lets people outside the cluster reach a node port or a load balancer. Pods of other seats still can't reach the
    // guide. A Service of type ClusterIP needs no policy here: people use port-forward, and its traffic comes from the
    // pod's own node, which NetworkPolicies never deny.
    ...(isOpenToNodes(values) && {
      'guide-from-outside': ingress(component('guide'), [
        { from: anywhereBut(podCidrs), ports: [{ protocol: 'TCP', port: PORTS.http }] },
      ]),
    }),
    // Lets the pods of an Ingress controller or a load balancer reach the guide, which the class uses as its way in.
    ...(ingressPeers.length > 0 && {
      'guide-from-ingress': ingress(component('guide'), [
        { from: ingressPeers, ports: [{ protocol: 'TCP', port: PORTS.http }] },
      ]),
    }),
    // Lets the portal's pods reach the guide, also if the guide is open to nothing else.
    ...(network.portalNamespace !== undefined && {
      'guide-from-portal': ingress(component('guide'), [
        { from: [portalPods(network.portalNamespace)], ports: [{ protocol: 'TCP', port: PORTS.http }] },
      ]),
    }),
    // Lets the Collector send to a second backend at any address, except pod addresses and the cloud's metadata server.
    ...(sendsOutside(values) && {
      'collector-to-outside': egress(component('collector'), [{ to: anywhereBut(podCidrs, [LINK_LOCAL]) }]),
    }),
  };
}
