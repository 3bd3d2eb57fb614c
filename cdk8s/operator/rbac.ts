// The rules of all roles: the operator's own, and in a seat those of the operator, attendee, Collector and guide. There
// is no wildcard and no permission to grant permissions: the operator may only bind the four roles for seats.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
import { GROUP, NAMES, RELEASE, ROLES } from '../../lab/names.ts';
import { COLLECTOR_RULES } from '../lab/collector.ts';
import { guideRules } from '../lab/guide.ts';
import type { PolicyRule } from '../lab/manifest.ts';
import { OPERATOR } from './props.ts';

type Rules = readonly PolicyRule[];

const READ = ['get', 'list', 'watch'];

const RBAC = 'rbac.authorization.k8s.io';

const core = (resources: string[], verbs: string[], resourceNames?: string[]): PolicyRule => ({
  apiGroups: [''],
  resources,
  verbs,
  ...(resourceNames && { resourceNames }),
});

const group =
  (name: string) =>
  (resources: string[], verbs: string[], resourceNames?: string[]): PolicyRule => ({
    ...core(resources, verbs, resourceNames),
    apiGroups: [name],
  });

const apps = group('apps');
const rbac = group(RBAC);
const networking = group('networking.k8s.io');
const workshops = group(GROUP);

/** Objects that the operator creates in seats and watches everywhere. */
const objectsInSeats = (verbs: string[]): Rules => [
  core(['configmaps', 'services', 'serviceaccounts', 'resourcequotas', 'limitranges'], verbs),
  apps(['deployments'], verbs),
  networking(['networkpolicies'], verbs),
];

/** The operator in the whole cluster. In a seat it first binds itself to a role with more permissions. */
export const OPERATOR_RULES: Rules = [
  workshops(['workshops'], [...READ, 'patch']),
  workshops(['seats'], [...READ, 'create', 'patch', 'delete']),
  workshops(['workshops/status', 'seats/status'], ['get', 'patch']),
  // For the admission plugin OwnerReferencesPermissionEnforcement, which restricts blockOwnerDeletion.
  workshops(['workshops/finalizers', 'seats/finalizers'], ['update']),
  core(['namespaces'], ['list', 'watch', 'create']),
  rbac(['rolebindings'], ['list', 'watch', 'create']),
  rbac(['clusterroles'], ['bind'], Object.values(ROLES)),
  ...objectsInSeats(['list', 'watch']),
  // To compute the free capacity of nodes.
  core(['nodes'], ['list', 'watch']),
  core(['pods'], ['list']),
  core(['events'], ['create', 'patch']),
  group('apiextensions.k8s.io')(
    ['customresourcedefinitions'],
    ['get', 'patch'],
    [`workshops.${GROUP}`, `seats.${GROUP}`],
  ),
];

const leases = group('coordination.k8s.io');

/** The operator in its own namespace: the lease, and the pods that pull images. */
export const OWN_NAMESPACE_RULES: Rules = [
  leases(['leases'], [...READ, 'update', 'patch'], [OPERATOR.lease]),
  leases(['leases'], ['create']),
  core(['pods'], [...READ, 'create', 'delete']),
];

/** The operator in `default`: it reads the API server's addresses, which attendees' network policies allow. */
export const API_SERVER_RULES: Rules = [group('discovery.k8s.io')(['endpointslices'], ['get', 'list'], ['kubernetes'])];

/** The operator in `kube-public`: it reads the URL that the cluster publishes. */
export const CLUSTER_INFO_RULES: Rules = [core(['configmaps'], ['get'], ['cluster-info'])];

const WRITE = ['get', 'create', 'patch', 'delete'];

/** The operator in a seat. */
const IN_SEAT: Rules = [
  core(['namespaces'], ['get', 'patch', 'delete']),
  ...objectsInSeats(WRITE),
  rbac(['rolebindings'], WRITE),
  core(['secrets'], ['create']),
  core(['secrets'], ['get', 'patch', 'delete'], [NAMES.kubeconfig]),
  core(['serviceaccounts/token'], ['create'], [NAMES.attendee]),
  // The pods of the isolation test, and their results.
  core(['pods'], ['get', 'list', 'create', 'delete']),
  core(['pods/log'], ['get']),
];

/** An attendee in their seat: read everything that helps to troubleshoot, work with pods, and edit the dice. */
const ATTENDEE: Rules = [
  core(['pods', 'services', 'endpoints', 'configmaps', 'events', 'resourcequotas', 'limitranges'], READ),
  group('discovery.k8s.io')(['endpointslices'], READ),
  group('events.k8s.io')(['events'], READ),
  apps(['deployments', 'replicasets'], READ),
  networking(['networkpolicies'], READ),
  core(['pods'], ['create', 'delete']),
  core(['pods/log'], ['get']),
  // kubectl sends POST for SPDY and GET for WebSocket.
  core(['pods/exec', 'pods/attach', 'pods/portforward'], ['get', 'create']),
  // Their code, settings and configuration, and the faults, which they may switch without the guide.
  core(['configmaps'], ['patch', 'update'], [NAMES.dice, NAMES.faults]),
  // kubectl rollout restart.
  apps(['deployments'], ['patch']),
];

/** The guide in its seat. */
const GUIDE: Rules = guideRules(RELEASE);

/** The roles that the operator binds in seats. */
export const SEAT_RULES: readonly (readonly [name: string, rules: Rules])[] = [
  [ROLES.operator, IN_SEAT],
  [ROLES.attendee, ATTENDEE],
  [ROLES.collector, COLLECTOR_RULES],
  [ROLES.guide, GUIDE],
];

/** The Job that runs before an uninstall: it deletes every class, and the definitions if values ask for that. */
export const UNINSTALL_RULES: Rules = [
  workshops(['workshops', 'seats'], [...READ, 'delete']),
  group('apiextensions.k8s.io')(
    ['customresourcedefinitions'],
    ['get', 'delete'],
    [`workshops.${GROUP}`, `seats.${GROUP}`],
  ),
];
