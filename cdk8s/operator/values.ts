// The description of the chart's values: the lab's values, the operator's and the portal's. A lab in a class has
// only the lab's values.
import { choice, flag, group, integer, list, text } from '../schema/schema.ts';
import type { ValueOf } from '../schema/schema.ts';
import { env, labValues, resources } from '../values.ts';
import { portalValues } from './portal-values.ts';

/** Describes IP ranges in CIDR notation. */
const cidrs = (doc: string, found: readonly string[] = []) =>
  list({
    doc,
    of: text({ doc: 'an IP range, such as 10.0.0.0/16', pattern: '^[0-9a-fA-F:.]+/[0-9]{1,3}$' }),
    default: found,
  });

const namespaces = (doc: string, found: readonly string[] = []) =>
  list({
    doc,
    of: text({ doc: 'the name of a namespace', pattern: '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$' }),
    default: found,
  });

/** What the operator can't find out about the cluster's network, and needs for the NetworkPolicies of the seats. */
const networkValues = group("The cluster's network, as far as the NetworkPolicies of the seats depend on it.", {
  podCidrs: cidrs(
    'IP ranges of all pods. Set them if the nodes have no spec.podCIDRs, as on EKS, with Azure CNI or with ' +
      "Calico's IPAM. Without them, the operator refuses seats whose policies would have to tell pods from other " +
      'addresses.',
  ),
  ingressNamespaces: namespaces(
    'Namespaces whose pods may reach every guide: that of the Ingress controller or of the Gateway, such as ' +
      'ingress-nginx. For Services of type LoadBalancer on k3s and k3d, it is kube-system.',
  ),
  ingressCidrs: cidrs('IP ranges from which every guide can be reached, such as those of a proxy or a load balancer.'),
  dnsNamespaces: namespaces('Namespaces of the DNS servers, such as openshift-dns.', ['kube-system']),
  dnsCidrs: cidrs(
    'IP ranges of DNS servers that are no pods, such as a cache on the node. The link-local server that the operator ' +
      'itself uses needs no entry.',
    ['169.254.20.10/32'],
  ),
});

const operatorValues = group(
  "The operator, which creates the labs of a class. A cluster has only one. A release that finds another's " +
    'operator installs none.',
  {
    enabled: flag({
      doc: 'Whether this release installs the operator. That requires cluster-admin permissions.',
      default: true,
    }),
    replicas: integer({
      doc: 'How many operator pods run. One is the leader, and another takes over when the leader stops.',
      default: 2,
      minimum: 1,
      maximum: 5,
    }),
    logLevel: choice({
      doc: 'The lowest level of messages that the operator logs.',
      default: 'info',
      options: ['trace', 'debug', 'info', 'warn', 'error'],
    }),
    env: env('the operator', ['POD_NAMESPACE']),
    network: networkValues,
    resources: resources('the operator', { cpu: '50m', memory: '64Mi' }, { memory: '256Mi' }),
    crds: group('The CustomResourceDefinitions of Workshop and Seat.', {
      keep: flag({
        doc:
          'Whether the definitions stay after an uninstall. If they are removed, Kubernetes deletes every ' +
          'Workshop too.',
        default: true,
      }),
    }),
  },
);

/** The description of every value of the chart. */
export const chartValues = group('The values of the chart.', {
  ...labValues.fields,
  operator: operatorValues,
  portal: portalValues,
});

export type ChartValues = ValueOf<typeof chartValues>;

/** What the chart's values say about the cluster's network. */
export type NetworkValues = ChartValues['operator']['network'];
