// What may talk to what in a seat's namespace: nothing, but for the paths that the lab needs.
// https://kubernetes.io/docs/concepts/services-networking/network-policies/
import { PORTS } from '../../lab/ports.ts';
import type { LabValues } from '../../cdk8s/values.ts';
import { LABELS, RELEASE } from '../api/types.ts';

/** Where the API server is for a pod behind the Service `kubernetes`: policies see the address that a packet goes to in the end. */
export interface ApiServers {
  readonly addresses: readonly string[];
  readonly port: number;
}

export interface Network {
  readonly apiServers: ApiServers;
  /** Where the pods of all nodes are, as CIDRs. */
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
/** Also the addresses at which clouds tell a machine who it is: https://www.rfc-editor.org/rfc/rfc3927 */
const LINK_LOCAL = '169.254.0.0/16';
/** A node's own cache of DNS answers, where there is one. https://kubernetes.io/docs/tasks/administer-cluster/nodelocaldns/ */
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

/** Every address but these; of IPv6 only where pods have such addresses. */
function anywhereBut(cidrs: readonly string[]): object[] {
  const [v4, v6] = [unique(cidrs.filter((one) => !isV6(one))), unique(cidrs.filter(isV6))];
  return [
    { ipBlock: { cidr: '0.0.0.0/0', ...(v4.length > 0 && { except: v4 }) } },
    ...(v6.length > 0 ? [{ ipBlock: { cidr: '::/0', except: v6 } }] : []),
  ];
}

const onlyTo = (address: string): object => ({ ipBlock: { cidr: `${address}/${isV6(address) ? 128 : 32}` } });

/** Whether telemetry is to leave the lab: an exporter beyond the built-in ones, or one of these pointed elsewhere. */
const sendsOutside = ({ collector: { exporters } }: LabValues): boolean =>
  Object.entries(exporters).some(
    ([name, settings]) =>
      name !== 'debug' &&
      (name !== 'otlphttp/jaeger' || Object.keys(settings ?? {}).some((key) => key.endsWith('endpoint'))),
  );

/** By name. */
export function policiesOf(values: LabValues, { apiServers, podCidrs }: Network): Readonly<Record<string, PolicySpec>> {
  return {
    // What no other policy allows is refused, of every pod, also of those that the attendee makes.
    'default-deny': { podSelector: ALL_PODS, policyTypes: ['Ingress', 'Egress'], ingress: [], egress: [] },
    // Within the namespace everything may talk to everything: it is all one attendee's.
    'within-namespace': {
      podSelector: ALL_PODS,
      policyTypes: ['Ingress', 'Egress'],
      ingress: [{ from: [{ podSelector: ALL_PODS }] }],
      egress: [{ to: [{ podSelector: ALL_PODS }] }],
    },
    // Services are found by their names.
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
    // The Collector asks which pods the telemetry is from, the guide writes down what the attendee has passed.
    'api-server': egress(
      component('collector', 'guide'),
      apiServers.addresses.length === 0
        ? []
        : [{ to: unique(apiServers.addresses).map(onlyTo), ports: [{ protocol: 'TCP', port: apiServers.port }] }],
    ),
    // A front door on a port of the nodes or behind a load balancer is for who comes from outside, and for no other seat's pods. (Through
    // ClusterIP it is reached by port-forward, which comes from the pod's own node: that is never refused.)
    ...(values.guide.service.type !== 'ClusterIP' && {
      'guide-from-outside': ingress(component('guide'), [
        { from: anywhereBut(podCidrs), ports: [{ protocol: 'TCP', port: PORTS.http }] },
      ]),
    }),
    // A second backend is wherever the instructor says, but in no other seat, nor is it the cloud's metadata server.
    ...(sendsOutside(values) && {
      'collector-to-outside': egress(component('collector'), [{ to: anywhereBut([...podCidrs, LINK_LOCAL]) }]),
    }),
  };
}
