// The built-in Kubernetes kinds that we read and write.
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

interface Typed {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata?: { readonly name?: string; readonly namespace?: string };
}

/**
 * Returns the kind of an object. If the object's kind is not in KINDS, it is a custom kind. Its plural is then derived
 * from its name, as in client-go's UnsafeGuessKindToResource. It counts as namespaced if the object's metadata has a
 * namespace.
 */
export function kindOf({ apiVersion, kind, metadata }: Typed): Kind {
  const known = Object.values(KINDS).find((one) => one.kind === kind && one.apiVersion === apiVersion);
  return known ?? { apiVersion, kind, plural: pluralOf(kind), namespaced: metadata?.namespace !== undefined };
}

function pluralOf(kind: string): string {
  const singular = kind.toLowerCase();
  if (singular.endsWith('y')) return `${singular.slice(0, -1)}ies`;
  return singular.endsWith('s') ? `${singular}es` : `${singular}s`;
}

/** Returns the URL path of a kind, of one object of the kind, or of a subresource of the object. */
export function pathOf(
  { apiVersion, plural, namespaced }: Kind,
  namespace?: string,
  name?: string,
  subresource?: string,
): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const within = namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : '';
  const one = name === undefined ? '' : `/${encodeURIComponent(name)}`;
  return `${group}${within}/${plural}${one}${subresource === undefined ? '' : `/${subresource}`}`;
}
