// What the portal's account may not do: changes of other fields than those of the class, and requests for which it has
// no permission.
import { CONFIRM_DELETION, LABELS, NAMES } from '../../lab/names.ts';
import type { Act } from '../support/cluster/account.ts';
import { CONFIG_MAPS, SEATS, claimOf } from '../support/cluster/portal-account.ts';

const GROUP = '/apis/intro-otel.dev/v1alpha1';
const CORE = '/api/v1';
const OWNER = { apiVersion: 'v1', kind: 'ConfigMap', name: 'any', uid: '6f3a1c52-0000-4000-8000-000000000000' };

/** A JSON merge patch of a Seat, and the field that the refusal names. */
export const refusedSeatChanges: readonly (readonly [what: string, patch: object, found: string])[] = [
  ['another workshop', { spec: { workshop: 'another' } }, 'spec.workshop'],
  ['another revision', { spec: { revision: 'second' } }, 'spec.revision'],
  ['values of the lab', { spec: { lab: { image: { registry: 'example.com' } } } }, 'spec.lab'],
  ['a quota', { spec: { quota: { pods: 1000 } } }, 'spec.quota'],
  ['a longer token', { spec: { access: { tokenLifetime: '720h' } } }, 'spec.access'],
  ['an end', { spec: { stopped: true } }, 'spec.stopped'],
  ['a name for the pages', { spec: { displayName: 'Eve' } }, 'spec.displayName'],
  ['a claim and an end', { spec: { claim: claimOf('Eve', 'e'), stopped: true } }, 'spec.stopped'],
  ['room', { spec: { held: true } }, 'spec.held'],
  ['a label', { metadata: { labels: { [LABELS.workshop]: 'another' } } }, 'metadata.labels'],
  ['no labels', { metadata: { labels: null } }, 'metadata.labels'],
  ['an annotation', { metadata: { annotations: { a: 'b' } } }, 'metadata.annotations'],
  ['a finalizer', { metadata: { finalizers: ['example.com/stay'] } }, 'metadata.finalizers'],
  ['an owner', { metadata: { ownerReferences: [OWNER] } }, 'metadata.ownerReferences'],
  ["no entry of the operator's fields", { metadata: { managedFields: [{}] } }, 'managedFields'],
];

/** A JSON merge patch of a Workshop with a number of seats, and what the refusal names. */
export const refusedWorkshopChanges: readonly (readonly [what: string, patch: object, found: string])[] = [
  ['values of the lab', { spec: { lab: { image: { registry: 'example.com' } } } }, 'spec.lab'],
  ['a quota', { spec: { quota: { pods: 1000 } } }, 'spec.quota'],
  ['longer tokens', { spec: { access: { tokenLifetime: '720h' } } }, 'spec.access'],
  ['another API server', { spec: { access: { server: 'https://example.com' } } }, 'spec.access'],
  ['a faster rollout', { spec: { rollout: { maxConcurrent: 1000 } } }, 'spec.rollout.maxConcurrent'],
  ['more failures', { spec: { rollout: { maxFailures: 1000 } } }, 'spec.rollout.maxFailures'],
  ['a pause and seats ahead', { spec: { rollout: { paused: true, ahead: 2 } } }, 'spec.rollout.ahead'],
  ['fewer seats', { spec: { seats: 1 } }, 'found fewer'],
  ['names instead of seats', { spec: { seats: null, attendees: [{ name: 'eve' }] } }, 'found fewer'],
  ['a label', { metadata: { labels: { 'example.com/c': 'd' } } }, 'metadata.labels.example.com/c'],
  ['no labels', { metadata: { labels: null } }, 'metadata.labels.example.com/a'],
  ['an annotation', { metadata: { annotations: { a: 'b' } } }, 'metadata.annotations'],
  [
    'an annotation and a confirmation',
    { metadata: { annotations: { a: 'b', [CONFIRM_DELETION]: 'c' } } },
    'annotations.a',
  ],
  ['a finalizer', { metadata: { finalizers: ['example.com/stay'] } }, 'metadata.finalizers'],
  ['an owner', { metadata: { ownerReferences: [OWNER] } }, 'metadata.ownerReferences'],
  ["no entry of the operator's fields", { metadata: { managedFields: [{}] } }, 'managedFields'],
];

/** A JSON merge patch of a Workshop with the attendees ada and bob. */
export const refusedAttendees: readonly (readonly [what: string, names: readonly string[]])[] = [
  ['nobody', []],
  ['fewer names', ['ada']],
  ['another name instead of one', ['ada', 'eve']],
  ['a longer name instead of one', ['ada', 'bobby']],
  ['a name before the others', ['eve', 'ada', 'bob']],
];

const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };

/** Requests that RBAC refuses. `namespace` is that of a seat in which nothing binds the portal's role. */
export const forbiddenToPortal = (namespace: string): readonly Act[] => [
  ['delete all Seats', 'DELETE', `${GROUP}/seats`],
  ['replace a Seat', 'PUT', `${GROUP}/seats/${SEATS.free}`, {}],
  ['create a Seat', 'POST', `${GROUP}/seats`, {}],
  ['write the status of a Seat', 'PATCH', `${GROUP}/seats/${SEATS.free}/status`, { status: { phase: 'Ready' } }],
  ['stop a Seat by its scale', 'PATCH', `${GROUP}/seats/${SEATS.free}/scale`, { spec: { replicas: 0 } }],
  ['replace a Workshop', 'PUT', `${GROUP}/workshops/any`, {}],
  ['create a Workshop', 'POST', `${GROUP}/workshops`, {}],
  ['write the status of a Workshop', 'PATCH', `${GROUP}/workshops/any/status`, { status: { code: 'abcdef' } }],
  ['delete a Workshop', 'DELETE', `${GROUP}/workshops/any`],
  ['list all ConfigMaps', 'GET', `${CORE}/configmaps`],
  ['delete all ConfigMaps', 'DELETE', `${CORE}/namespaces/default/configmaps`],
  ["list a seat's ConfigMaps", 'GET', `${CORE}/namespaces/${namespace}/configmaps`],
  ['replace a ConfigMap', 'PUT', `${CORE}/namespaces/default/configmaps/${CONFIG_MAPS.poll}`, {}],
  ['write an Event in a seat', 'POST', `${CORE}/namespaces/${namespace}/events`, {}],
  ['read Events', 'GET', `${CORE}/namespaces/default/events`],
  ['list all Secrets', 'GET', `${CORE}/secrets`],
  ['read its own Secret', 'GET', `${CORE}/namespaces/default/secrets/admission-portal`],
  ["read a seat's kubeconfig", 'GET', `${CORE}/namespaces/${namespace}/secrets/${NAMES.kubeconfig}`],
  ["read a guide's key", 'GET', `${CORE}/namespaces/${namespace}/secrets/${NAMES.guideKey}`],
  ["get an attendee's token", 'POST', `${CORE}/namespaces/${namespace}/serviceaccounts/attendee/token`, token],
  ['list all pods', 'GET', `${CORE}/pods`],
  ['list the pods of a namespace without its role', 'GET', `${CORE}/namespaces/${namespace}/pods`],
  ['run a command in a seat', 'POST', `${CORE}/namespaces/${namespace}/pods/any/exec?command=ls`],
  ['forward a port of a seat', 'POST', `${CORE}/namespaces/${namespace}/pods/any/portforward`],
  ['list the namespaces', 'GET', `${CORE}/namespaces`],
  ['list the nodes', 'GET', `${CORE}/nodes`],
  ["change a seat's ConfigMap", 'PATCH', `${CORE}/namespaces/${namespace}/configmaps/${NAMES.dice}`, { data: {} }],
  [
    'change its admission policy',
    'PATCH',
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies/intro-otel-portal-seats',
    { spec: { failurePolicy: 'Ignore' } },
  ],
  [
    'bind itself to a role',
    'POST',
    `/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'widened' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
    },
  ],
];
