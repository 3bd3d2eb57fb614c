// What everybody may do: the operator itself, and in a seat the operator, its attendee, the Collector and the guide. No wildcard, and
// no right to grant rights: of the four roles for seats the operator may make bindings (`bind`), of others none.
// https://kubernetes.io/docs/reference/access-authn-authz/rbac/#restrictions-on-role-binding-creation-or-update
import type { k8s } from 'cdk8s-plus-27';
import { GROUP, NAMES, RELEASE, ROLES } from '../../lab/names.ts';
import { COLLECTOR_RULES } from '../lab/collector.ts';
import { guideRules } from '../lab/guide.ts';
import { OPERATOR } from './props.ts';

type Rules = readonly k8s.PolicyRule[];

const LOOK = ['get', 'list', 'watch'];

const RBAC = 'rbac.authorization.k8s.io';

const core = (resources: string[], verbs: string[], resourceNames?: string[]): k8s.PolicyRule => ({
  apiGroups: [''],
  resources,
  verbs,
  ...(resourceNames && { resourceNames }),
});

const of =
  (group: string) =>
  (resources: string[], verbs: string[], resourceNames?: string[]): k8s.PolicyRule => ({
    ...core(resources, verbs, resourceNames),
    apiGroups: [group],
  });

const apps = of('apps');
const rbac = of(RBAC);
const networking = of('networking.k8s.io');
const workshops = of(GROUP);

/** What the operator makes in a seat and watches everywhere. */
const madeInSeats = (verbs: string[]): Rules => [
  core(['configmaps', 'services', 'serviceaccounts', 'resourcequotas', 'limitranges'], verbs),
  apps(['deployments'], verbs),
  networking(['networkpolicies'], verbs),
];

/** Of the operator, in the whole cluster. In a namespace it gets more by the binding that it makes there first. */
export const OPERATOR_RULES: Rules = [
  workshops(['workshops'], [...LOOK, 'patch']),
  workshops(['seats'], [...LOOK, 'create', 'patch', 'delete']),
  workshops(['workshops/status', 'seats/status'], ['get', 'patch']),
  // Where owners may not be blocked from being deleted by just anybody (OwnerReferencesPermissionEnforcement).
  workshops(['workshops/finalizers', 'seats/finalizers'], ['update']),
  core(['namespaces'], ['list', 'watch', 'create']),
  rbac(['rolebindings'], ['list', 'watch', 'create']),
  rbac(['clusterroles'], ['bind'], Object.values(ROLES)),
  ...madeInSeats(['list', 'watch']),
  // What nodes have left.
  core(['nodes'], ['list', 'watch']),
  core(['pods'], ['list']),
  core(['events'], ['create', 'patch']),
  of('apiextensions.k8s.io')(['customresourcedefinitions'], ['get', 'patch'], [`workshops.${GROUP}`, `seats.${GROUP}`]),
];

const leases = of('coordination.k8s.io');

/** Of the operator, in its own namespace: who leads, and the pods that pull images. */
export const OWN_NAMESPACE_RULES: Rules = [
  leases(['leases'], [...LOOK, 'update', 'patch'], [OPERATOR.lease]),
  leases(['leases'], ['create']),
  core(['pods'], [...LOOK, 'create', 'delete']),
];

/** Of the operator, in `default`: the API server's own addresses, which attendees' policies let through. */
export const API_SERVER_RULES: Rules = [of('discovery.k8s.io')(['endpointslices'], ['get', 'list'], ['kubernetes'])];

/** Of the operator, in `kube-public`: what the cluster says that its URL is. */
export const CLUSTER_INFO_RULES: Rules = [core(['configmaps'], ['get'], ['cluster-info'])];

const WRITE = ['get', 'create', 'patch', 'delete'];

/** Of the operator, in a seat. */
const IN_SEAT: Rules = [
  core(['namespaces'], ['get', 'patch', 'delete']),
  ...madeInSeats(WRITE),
  rbac(['rolebindings'], WRITE),
  core(['secrets'], ['create']),
  core(['secrets'], ['get', 'patch', 'delete'], [NAMES.kubeconfig]),
  core(['serviceaccounts/token'], ['create'], [NAMES.attendee]),
  // Those that try whether another seat can be reached, and what they found.
  core(['pods'], ['get', 'list', 'create', 'delete']),
  core(['pods/log'], ['get']),
];

/** Of an attendee, in their seat: to see all that explains why, to work with pods, and to write the dice. */
const ATTENDEE: Rules = [
  core(['pods', 'services', 'endpoints', 'configmaps', 'events', 'resourcequotas', 'limitranges'], LOOK),
  of('discovery.k8s.io')(['endpointslices'], LOOK),
  of('events.k8s.io')(['events'], LOOK),
  apps(['deployments', 'replicasets'], LOOK),
  networking(['networkpolicies'], LOOK),
  core(['pods'], ['create', 'delete']),
  core(['pods/log'], ['get']),
  // kubectl asks by POST or by GET, as it speaks SPDY or WebSocket.
  core(['pods/exec', 'pods/attach', 'pods/portforward'], ['get', 'create']),
  // Their own code, settings and configuration; and the faults, which they may switch on without the guide.
  core(['configmaps'], ['patch', 'update'], [NAMES.dice, NAMES.faults]),
  // kubectl rollout restart.
  apps(['deployments'], ['patch']),
];

/** Of the guide, in its seat: to read and write what the course is about. */
const GUIDE: Rules = guideRules(RELEASE);

/** The roles that the operator binds in seats, by name. */
export const SEAT_RULES: readonly (readonly [name: string, rules: Rules])[] = [
  [ROLES.operator, IN_SEAT],
  [ROLES.attendee, ATTENDEE],
  [ROLES.collector, COLLECTOR_RULES],
  [ROLES.guide, GUIDE],
];

/** Of what runs before the operator is uninstalled: to end every class, and then, where that is wanted, their definitions. */
export const UNINSTALL_RULES: Rules = [
  workshops(['workshops', 'seats'], [...LOOK, 'delete']),
  of('apiextensions.k8s.io')(
    ['customresourcedefinitions'],
    ['get', 'delete'],
    [`workshops.${GROUP}`, `seats.${GROUP}`],
  ),
];
