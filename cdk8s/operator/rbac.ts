// The RBAC rules of all roles: the operator's own roles, those of the portal, and the six roles for a seat (operator,
// attendee, Collector, guide, portal, terminal). No rule has a wildcard. The operator can grant only these six roles,
// since its `bind` permission names them.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
import { GROUP, NAMES, RELEASE, ROLES } from '../../lab/names.ts';
import { COLLECTOR_RULES } from '../lab/collector.ts';
import { guideRules, TERMINAL_RULES } from '../lab/guide.ts';
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

/** Returns rules for the objects that the operator creates in seats and watches in all namespaces. */
const objectsInSeats = (verbs: string[]): Rules => [
  core(['configmaps', 'services', 'serviceaccounts', 'resourcequotas', 'limitranges'], verbs),
  apps(['deployments'], verbs),
  networking(['networkpolicies'], verbs),
];

/**
 * The operator's permissions in the whole cluster. In a seat's namespace, it first binds itself to a role with more
 * permissions.
 */
export const OPERATOR_RULES: Rules = [
  workshops(['workshops'], [...READ, 'patch']),
  workshops(['seats'], [...READ, 'create', 'patch', 'delete']),
  workshops(['workshops/status', 'seats/status'], ['get', 'patch']),
  // The admission plugin OwnerReferencesPermissionEnforcement requires this permission from a program that sets
  // blockOwnerDeletion.
  workshops(['workshops/finalizers', 'seats/finalizers'], ['update']),
  core(['namespaces'], ['list', 'watch', 'create']),
  rbac(['rolebindings'], ['list', 'watch', 'create']),
  rbac(['clusterroles'], ['bind'], Object.values(ROLES)),
  ...objectsInSeats(['list', 'watch']),
  // The operator computes the free capacity of nodes from these objects.
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

/** The operator's permissions in its own namespace: its lease, and the pods that pre-pull images. */
export const OWN_NAMESPACE_RULES: Rules = [
  leases(['leases'], [...READ, 'update', 'patch'], [OPERATOR.lease]),
  leases(['leases'], ['create']),
  core(['pods'], [...READ, 'create', 'delete']),
];

/**
 * The operator's permission in namespace `default`: read the API server's addresses for the seats' network policies.
 */
export const API_SERVER_RULES: Rules = [group('discovery.k8s.io')(['endpointslices'], ['get', 'list'], ['kubernetes'])];

/** The operator's permission in namespace `kube-public`: read the API server's public URL. */
export const CLUSTER_INFO_RULES: Rules = [core(['configmaps'], ['get'], ['cluster-info'])];

const WRITE = ['get', 'create', 'patch', 'delete'];

/** The operator's permissions in a seat's namespace. */
const IN_SEAT: Rules = [
  core(['namespaces'], ['get', 'patch', 'delete']),
  ...objectsInSeats(WRITE),
  rbac(['rolebindings'], WRITE),
  core(['secrets'], ['create']),
  core(['secrets'], ['get', 'patch', 'delete'], [NAMES.kubeconfig]),
  // The operator verifies the progress that the guide has signed, and builds the link that logs in to the guide.
  core(['secrets'], ['get'], [NAMES.guideKey]),
  core(['serviceaccounts/token'], ['create'], [NAMES.attendee]),
  // The isolation test runs pods and reads its results from their logs. The operator patches pods only to remove
  // finalizers, which would keep a seat from being deleted.
  core(['pods'], ['get', 'list', 'create', 'patch', 'delete']),
  core(['pods/log'], ['get']),
];

/**
 * An attendee's permissions in their seat: read objects to find problems, work with pods, and edit the files of the
 * dice.
 */
const ATTENDEE: Rules = [
  core(['pods', 'services', 'endpoints', 'configmaps', 'events', 'resourcequotas', 'limitranges'], READ),
  group('discovery.k8s.io')(['endpointslices'], READ),
  group('events.k8s.io')(['events'], READ),
  apps(['deployments', 'replicasets'], READ),
  networking(['networkpolicies'], READ),
  core(['pods'], ['create', 'delete']),
  core(['pods/log'], ['get']),
  // For exec and port-forward, kubectl sends POST (verb create) with SPDY, and GET with WebSocket.
  core(['pods/exec', 'pods/attach', 'pods/portforward'], ['get', 'create']),
  // The attendee's own files, and the faults, which an attendee may switch with kubectl too.
  core(['configmaps'], ['patch', 'update'], [NAMES.dice, NAMES.faults]),
  // `kubectl rollout restart` needs this permission.
  apps(['deployments'], ['patch']),
];

/**
 * The portal's permissions in a seat: find the pod that belongs to the guide's Deployment. An attendee can create pods
 * with any owner in their name, so the portal compares the uids.
 */
const PORTAL: Rules = [
  core(['pods'], ['list']),
  apps(['replicasets'], ['get']),
  apps(['deployments'], ['get'], [`${RELEASE}-guide`]),
];

/** The guide's permissions in its seat. */
const GUIDE: Rules = guideRules(RELEASE);

/** The name and rules of each role that the operator binds in seats. */
export const SEAT_RULES: readonly (readonly [name: string, rules: Rules])[] = [
  [ROLES.operator, IN_SEAT],
  [ROLES.attendee, ATTENDEE],
  [ROLES.collector, COLLECTOR_RULES],
  [ROLES.guide, GUIDE],
  [ROLES.portal, PORTAL],
  [ROLES.terminal, TERMINAL_RULES],
];

/**
 * The portal's permissions in the whole cluster. An admission policy says which fields it may change. The deletion of a
 * Seat resets it.
 */
export const PORTAL_RULES: Rules = [
  workshops(['workshops'], [...READ, 'patch']),
  workshops(['seats'], [...READ, 'patch', 'delete']),
];

/**
 * The portal's permissions in its own namespace: the ConfigMaps with the answers to polls. RBAC can't tell ConfigMaps
 * apart by their labels, so an admission policy keeps the portal from changing others.
 */
export const PORTAL_NAMESPACE_RULES: Rules = [core(['configmaps'], [...READ, 'create', 'patch', 'delete'])];

/** The portal's permission in namespace `default`, where Events about Workshops and Seats are. */
export const PORTAL_EVENT_RULES: Rules = [core(['events'], ['create'])];

/** The operator's permission to fill the Secrets of the portal and the board, in its own namespace. */
export const portalSecretRules = (names: string[]): Rules => [core(['secrets'], ['get', 'patch'], names)];

/**
 * Permissions of the Job that runs before an uninstall: delete every class, and the CRDs if operator.crds.keep is
 * false.
 */
export const UNINSTALL_RULES: Rules = [
  workshops(['workshops', 'seats'], [...READ, 'delete']),
  group('apiextensions.k8s.io')(
    ['customresourcedefinitions'],
    ['get', 'delete'],
    [`workshops.${GROUP}`, `seats.${GROUP}`],
  ),
];
