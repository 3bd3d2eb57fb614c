// The objects of a seat beside the lab itself: the namespace, what fences it in, and who may do what in it.
import { LABELS, MANAGED_BY, NAMES, ROLES } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import type { ObjectMeta } from '../../kubernetes/object.ts';
import type { Lab } from './lab.ts';
import { policiesOf } from './policies.ts';
import type { Network } from './policies.ts';
import { limitsOf, quotaOf } from './quota.ts';
import type { LabObject } from './types.ts';

/** A ServiceAccount. */
export interface Account {
  readonly name: string;
  readonly namespace: string;
}

/** The seat's namespace is called as the seat is. */
export const namespaceOf = (seat: Seat): string => seat.metadata.name;

/** On every object of the seat. */
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

/** https://kubernetes.io/docs/concepts/security/pod-security-admission/ */
const POD_SECURITY = Object.fromEntries(
  ['enforce', 'audit', 'warn'].flatMap((mode) => [
    [`pod-security.kubernetes.io/${mode}`, 'restricted'],
    [`pod-security.kubernetes.io/${mode}-version`, 'latest'],
  ]),
);

/** Goes when the seat goes, even where nobody is left to delete it. */
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
      labels: { ...labelsOf(seat), ...POD_SECURITY },
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

/** What gives the operator its rights in the namespace, and so comes first. */
export const operatorBinding = (seat: Seat, operator: Account): LabObject =>
  roleBinding(seat, ROLES.operator, ROLES.operator, operator);

/** Before anything else: no pod starts that nobody counts. */
export const quotaObject = (seat: Seat, { need, values }: Lab): LabObject => ({
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: metadataOf(seat, NAMES.quota),
  spec: { hard: quotaOf(need, seat.spec.quota, values.guide.service.type) },
});

/** Before the lab: no pod starts that could talk to another seat. */
export const fences = (seat: Seat, { values }: Lab, network: Network): LabObject[] =>
  Object.entries(policiesOf(values, network)).map(([name, spec]): LabObject => ({
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: metadataOf(seat, name),
    spec,
  }));

export const limitsObject = (seat: Seat, { need }: Lab): LabObject => ({
  apiVersion: 'v1',
  kind: 'LimitRange',
  metadata: metadataOf(seat, NAMES.quota),
  spec: { limits: limitsOf(need) },
});

/** The attendee's account, whose token is in their kubeconfig and in no pod; and what it may do. */
export const people = (seat: Seat): LabObject[] => [
  {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: metadataOf(seat, NAMES.attendee),
    automountServiceAccountToken: false,
  },
  roleBinding(seat, NAMES.attendee, ROLES.attendee, { name: NAMES.attendee, namespace: namespaceOf(seat) }),
];
