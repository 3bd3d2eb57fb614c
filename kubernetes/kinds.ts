// The kinds that the operator deals with.
import type { Kind } from './object.ts';

const namespaced = (apiVersion: string, kind: string, plural: string): Kind => ({
  apiVersion,
  kind,
  plural,
  namespaced: true,
});
const clusterScoped = (apiVersion: string, kind: string, plural: string): Kind => ({
  apiVersion,
  kind,
  plural,
  namespaced: false,
});

export const KINDS = {
  Workshop: clusterScoped('intro-otel.dev/v1alpha1', 'Workshop', 'workshops'),
  Seat: clusterScoped('intro-otel.dev/v1alpha1', 'Seat', 'seats'),
  Namespace: clusterScoped('v1', 'Namespace', 'namespaces'),
  Node: clusterScoped('v1', 'Node', 'nodes'),
  CustomResourceDefinition: clusterScoped(
    'apiextensions.k8s.io/v1',
    'CustomResourceDefinition',
    'customresourcedefinitions',
  ),
  ConfigMap: namespaced('v1', 'ConfigMap', 'configmaps'),
  Event: namespaced('v1', 'Event', 'events'),
  LimitRange: namespaced('v1', 'LimitRange', 'limitranges'),
  Pod: namespaced('v1', 'Pod', 'pods'),
  ResourceQuota: namespaced('v1', 'ResourceQuota', 'resourcequotas'),
  Secret: namespaced('v1', 'Secret', 'secrets'),
  Service: namespaced('v1', 'Service', 'services'),
  ServiceAccount: namespaced('v1', 'ServiceAccount', 'serviceaccounts'),
  Deployment: namespaced('apps/v1', 'Deployment', 'deployments'),
  EndpointSlice: namespaced('discovery.k8s.io/v1', 'EndpointSlice', 'endpointslices'),
  Lease: namespaced('coordination.k8s.io/v1', 'Lease', 'leases'),
  NetworkPolicy: namespaced('networking.k8s.io/v1', 'NetworkPolicy', 'networkpolicies'),
  RoleBinding: namespaced('rbac.authorization.k8s.io/v1', 'RoleBinding', 'rolebindings'),
} as const satisfies Record<string, Kind>;

/** @throws Error for a kind that the operator has no business with */
export function kindOf({ apiVersion, kind }: { readonly apiVersion: string; readonly kind: string }): Kind {
  const known = Object.values(KINDS).find((one) => one.kind === kind && one.apiVersion === apiVersion);
  if (known) return known;
  throw new Error(`Expected one of the kinds in engine/kinds.ts, found ${apiVersion} ${kind}.`);
}
