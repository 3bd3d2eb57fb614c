// Builds the objects of a seat that are not part of its lab: namespace, quota, limits, network policies, accounts and
// roles.
import { PORTAL, RELEASE } from '../../lab/names.ts';
import { LABELS, MANAGED_BY, NAMES, ROLES } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import type { ObjectMeta } from '../../kubernetes/object.ts';
import type { Lab } from './rendered-lab.ts';
import { policiesOf } from './policies.ts';
import type { Network } from './policies.ts';
import { limitsOf, quotaOf } from './quota.ts';
import type { LabObject } from './types.ts';

/** Name and namespace of a ServiceAccount. */
export interface Account {
  readonly name: string;
  readonly namespace: string;
}

/** Returns the name of the seat's namespace, which is the name of the Seat. */
export const namespaceOf = (seat: Seat): string => seat.metadata.name;

/** Labels that every object of the seat has. */
export const labelsOf = ({ metadata, spec }: Seat): Record<string, string> => ({
  [LABELS.managedBy]: MANAGED_BY,
  [LABELS.partOf]: MANAGED_BY,
  [LABELS.workshop]: spec.workshop,
  [LABELS.seat]: metadata.name,
  [LABELS.attendee]: spec.attendee,
});

const metadataOf = (seat: Seat, name: string): ObjectMeta => ({
  name,
  namespace: namespaceOf(seat),
  labels: labelsOf(seat),
});

/**
 * Labels that make a namespace enforce the Pod Security Standard "restricted".
 * https://kubernetes.io/docs/concepts/security/pod-security-admission/
 */
const POD_SECURITY = Object.fromEntries(
  ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, 'latest'],
  ]),
);

/**
 * Labels and annotations that keep service meshes from adding a sidecar to the seat's pods. Through a sidecar, all
 * requests seem to come from the pod itself.
 * https://istio.io/latest/docs/setup/additional-setup/sidecar-injection/
 * https://linkerd.io/2/features/proxy-injection/
 * https://kuma.io/docs/latest/reference/kubernetes-annotations/
 */
const NO_SIDECARS = {
  labels: { 'istio-injection': 'disabled', 'kuma.io/sidecar-injection': 'disabled' },
  annotations: { 'linkerd.io/inject': 'disabled' },
} as const;

/** Builds the seat's namespace. Its owner is the Seat, so the garbage collector deletes it even if no operator runs. */
export function namespaceObject(seat: Seat): LabObject {
  const {
    apiVersion,
    kind,
    metadata: { name, uid = '' },
  } = seat;
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: {
      name: namespaceOf(seat),
      labels: { ...labelsOf(seat), ...POD_SECURITY, ...NO_SIDECARS.labels },
      annotations: NO_SIDECARS.annotations,
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
  };
}

function roleBinding(seat: Seat, name: string, role: string, account: Account): LabObject {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadataOf(seat, name),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}

/**
 * Builds the RoleBinding that lets the operator work in the seat's namespace. The operator must create this RoleBinding
 * before any other object of the namespace.
 */
export const operatorBinding = (seat: Seat, operator: Account): LabObject =>
  roleBinding(seat, ROLES.operator, ROLES.operator, operator);

/**
 * Builds the ResourceQuota. It limits the resources that all pods of the namespace request together, and the number of
 * objects.
 */
export const quotaObject = (seat: Seat, { requirements, values }: Lab): LabObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metadataOf(seat, NAMES.quota),
  spec: { hard: quotaOf(requirements, seat.spec.quota, values.guide.service.type) },
});

/** The classes that every cluster has. Their pods displace all other pods. */
const CRITICAL = ['system-node-critical', 'system-cluster-critical'];

/**
 * Builds the ResourceQuota that allows no pods of the critical classes. It names them, because the operators `Exists`
 * and `NotIn` of this scope don't match as their names say.
 * https://kubernetes.io/docs/concepts/policy/resource-quotas/#resource-quota-per-priorityclass
 */
export const criticalQuota = (seat: Seat): LabObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metadataOf(seat, NAMES.criticalQuota),
  spec: {
    hard: { pods: '0' },
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: CRITICAL }] },
  },
});

/** Builds the NetworkPolicies that isolate the seat from other seats. They must exist before the first pod. */
export const networkPolicies = (seat: Seat, { values }: Lab, network: Network): LabObject[] =>
  Object.entries(policiesOf(values, network)).map(([name, spec]): LabObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(seat, name),
    spec,
  }));

/**
 * Builds the LimitRange. It gives default requests and limits to containers that have none, and sets the highest memory
 * limit.
 */
export const limitsObject = (seat: Seat, { requirements }: Lab): LabObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: metadataOf(seat, NAMES.quota),
  spec: { limits: limitsOf(requirements) },
});

/**
 * Builds the attendee's ServiceAccount and its RoleBinding. The account's token is in the attendee's kubeconfig and in
 * no pod.
 */
export const attendeeAccount = (seat: Seat): LabObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(seat, NAMES.attendee),
    automountServiceAccountToken: false,
  },
  roleBinding(seat, NAMES.attendee, ROLES.attendee, { name: NAMES.attendee, namespace: namespaceOf(seat) }),
];

/** Builds the RoleBinding that lets the portal find the pod of the seat's guide. */
export const portalBinding = (seat: Seat, portal: Account): LabObject =>
  roleBinding(seat, ROLES.portal, ROLES.portal, portal);

/** Builds the RoleBinding that lets the guide create the pod of the terminal, and open shells in it. */
export const terminalBinding = (seat: Seat): LabObject =>
  roleBinding(seat, ROLES.terminal, ROLES.terminal, { name: `${RELEASE}-guide`, namespace: namespaceOf(seat) });

/** Builds the ConfigMap that tells the guide which portal to believe. The guide notices a change without a restart. */
export const portalKey = (seat: Seat, publicKey: string): LabObject => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: metadataOf(seat, PORTAL.configMap),
  data: { [PORTAL.publicKey]: publicKey },
});
