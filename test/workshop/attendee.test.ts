// Tests what an attendee may not do with their seat's kubeconfig. Each test first asks for the right, as `kubectl auth
// can-i` does, and then sends the request.
import { NAMES, RELEASE, ROLES } from '../../operator/api/types.ts';
import { attributesOf, byName } from '../support/cluster/account.ts';
import type { Act, Attempt, ResourceAttributes } from '../support/cluster/account.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';
import { useAttendee } from '../support/cluster/attendee.ts';
import { kubectl, testCluster } from '../support/cluster/cluster.ts';
import { accountOf, labOf, operator, useWorkshop } from '../support/cluster/workshop.ts';

const {
  seats: [own, other],
  workshop,
} = useWorkshop();
const attendee = useAttendee(own);

/** Placeholders in the paths below, and the names that replace them. Some are known only after the Workshop exists. */
const known: Record<string, string> = { OWN: own, OTHER: other, OPERATOR: operator.namespace, WORKSHOP: workshop };

beforeAll(async () => {
  known['MY_POD'] = (await labOf(own).pod('dice')).metadata.name;
  known['THEIR_POD'] = (await labOf(other).pod('dice')).metadata.name;
  known['NODE'] = testCluster().name;
});

function attempt([, method, path, body]: Act): Attempt {
  const filled = path.replaceAll(/[A-Z][A-Z_]+/g, (word) => known[word] ?? word);
  return { method, path: filled, ...(body !== undefined && { body }) };
}

const CORE = '/api/v1';
const APPS = '/apis/apps/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const NETWORKING = '/apis/networking.k8s.io/v1';
const OURS = '/apis/intro-otel.dev/v1alpha1';

const meta = { metadata: { name: 'mine' } };
const subjects = [{ kind: 'ServiceAccount', name: NAMES.attendee, namespace: own }];
const roleRef = (name: string): object => ({
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
});
const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const open = { podSelector: {}, policyTypes: ['Ingress', 'Egress'], ingress: [{}], egress: [{}] };

const ofOthers: readonly Act[] = [
  ['list the pods', 'GET', `${CORE}/namespaces/OTHER/pods`],
  ['watch the pods', 'GET', `${CORE}/namespaces/OTHER/pods?watch=true`],
  ['get a pod', 'GET', `${CORE}/namespaces/OTHER/pods/THEIR_POD`],
  ['read a log', 'GET', `${CORE}/namespaces/OTHER/pods/THEIR_POD/log`],
  ['execute a command', 'POST', `${CORE}/namespaces/OTHER/pods/THEIR_POD/exec?command=ls&stdout=true`],
  ['attach to a pod', 'POST', `${CORE}/namespaces/OTHER/pods/THEIR_POD/attach?stdout=true`],
  ['forward a port', 'POST', `${CORE}/namespaces/OTHER/pods/THEIR_POD/portforward?ports=8080`],
  ['reach a pod through the API server', 'GET', `${CORE}/namespaces/OTHER/pods/THEIR_POD/proxy/`],
  ['reach a Service through the API server', 'GET', `${CORE}/namespaces/OTHER/services/${RELEASE}-guide:http/proxy/`],
  ['create a pod', 'POST', `${CORE}/namespaces/OTHER/pods`, restrictedPod('mine')],
  ['delete a pod', 'DELETE', `${CORE}/namespaces/OTHER/pods/THEIR_POD`],
  [
    'evict a pod',
    'POST',
    `${CORE}/namespaces/OTHER/pods/THEIR_POD/eviction`,
    { apiVersion: 'policy/v1', kind: 'Eviction', ...meta },
  ],
  ['list the ConfigMaps', 'GET', `${CORE}/namespaces/OTHER/configmaps`],
  ['read the code of dice', 'GET', `${CORE}/namespaces/OTHER/configmaps/${NAMES.dice}`],
  ['change the code of dice', 'PATCH', `${CORE}/namespaces/OTHER/configmaps/${NAMES.dice}`, { data: { 'app.ts': '' } }],
  ['list the Secrets', 'GET', `${CORE}/namespaces/OTHER/secrets`],
  ['read the kubeconfig', 'GET', `${CORE}/namespaces/OTHER/secrets/${NAMES.kubeconfig}`],
  [
    'restart a Deployment',
    'PATCH',
    `${APPS}/namespaces/OTHER/deployments/${RELEASE}-dice`,
    { spec: { template: { metadata: { annotations: { restarted: 'now' } } } } },
  ],
  [
    'scale a Deployment',
    'PATCH',
    `${APPS}/namespaces/OTHER/deployments/${RELEASE}-dice/scale`,
    { spec: { replicas: 0 } },
  ],
  ['list the Services', 'GET', `${CORE}/namespaces/OTHER/services`],
  ['list the events', 'GET', `${CORE}/namespaces/OTHER/events`],
  [
    'get a token of the other attendee',
    'POST',
    `${CORE}/namespaces/OTHER/serviceaccounts/${NAMES.attendee}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  ],
  ['remove the seat', 'DELETE', `${CORE}/namespaces/OTHER`],
];

const ofTheClass: readonly Act[] = [
  ['list the seats', 'GET', `${OURS}/seats`],
  ["read the attendee's own Seat", 'GET', `${OURS}/seats/OWN`],
  ["change the attendee's own Seat", 'PATCH', `${OURS}/seats/OWN`, { spec: { quota: { pods: 1000 } } }],
  ["stop another attendee's seat", 'PATCH', `${OURS}/seats/OTHER/scale`, { spec: { replicas: 0 } }],
  ["reset another attendee's seat", 'DELETE', `${OURS}/seats/OTHER`],
  ['read the Workshop', 'GET', `${OURS}/workshops/WORKSHOP`],
  ['change the Workshop', 'PATCH', `${OURS}/workshops/WORKSHOP`, { spec: { quota: { pods: 1000 } } }],
  ['end the Workshop', 'DELETE', `${OURS}/workshops/WORKSHOP`],
  [
    'create a Workshop',
    'POST',
    `${OURS}/workshops`,
    { apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Workshop', ...meta, spec: { seats: 1 } },
  ],
  [
    'change the definition of a Seat',
    'PATCH',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/seats.intro-otel.dev',
    { metadata: { labels: { mine: 'true' } } },
  ],
  ["list the operator's pods", 'GET', `${CORE}/namespaces/OPERATOR/pods`],
  ["read the operator's Secrets", 'GET', `${CORE}/namespaces/OPERATOR/secrets`],
  ['stop the operator', 'DELETE', `${APPS}/namespaces/OPERATOR/deployments`],
  ["read the operator's Leases", 'GET', '/apis/coordination.k8s.io/v1/namespaces/OPERATOR/leases'],
  [
    'get a token of a ServiceAccount of the operator',
    'POST',
    `${CORE}/namespaces/OPERATOR/serviceaccounts/default/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
  ],
];

const ofTheCluster: readonly Act[] = [
  ['list all namespaces', 'GET', `${CORE}/namespaces`],
  ['create a namespace', 'POST', `${CORE}/namespaces`, { apiVersion: 'v1', kind: 'Namespace', ...meta }],
  ['list all pods', 'GET', `${CORE}/pods`],
  ['list all Secrets', 'GET', `${CORE}/secrets`],
  ['read the Secrets of kube-system', 'GET', `${CORE}/namespaces/kube-system/secrets`],
  ['list the nodes', 'GET', `${CORE}/nodes`],
  ['reach the kubelet', 'GET', `${CORE}/nodes/NODE/proxy/pods`],
  ['drain the node', 'PATCH', `${CORE}/nodes/NODE`, { spec: { unschedulable: true } }],
  [
    'create a PersistentVolume',
    'POST',
    `${CORE}/persistentvolumes`,
    { apiVersion: 'v1', kind: 'PersistentVolume', ...meta },
  ],
  [
    'create a ClusterRole',
    'POST',
    `${RBAC}/clusterroles`,
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', ...meta, rules: everything },
  ],
  [
    'become an administrator',
    'POST',
    `${RBAC}/clusterrolebindings`,
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      ...meta,
      subjects,
      ...roleRef('cluster-admin'),
    },
  ],
  ["widen the attendees' role", 'PATCH', `${RBAC}/clusterroles/${ROLES.attendee}`, { rules: everything }],
  [
    'create an admission webhook',
    'POST',
    '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations',
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'MutatingWebhookConfiguration', ...meta },
  ],
  [
    'create a PriorityClass',
    'POST',
    '/apis/scheduling.k8s.io/v1/priorityclasses',
    { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', ...meta, value: 1_000_000 },
  ],
];

const ofTheirFence: readonly Act[] = [
  [
    "change the namespace's labels, which include Pod Security",
    'PATCH',
    `${CORE}/namespaces/OWN`,
    { metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } },
  ],
  ["change the namespace's owner", 'PATCH', `${CORE}/namespaces/OWN`, { metadata: { ownerReferences: [] } }],
  [
    'finalize the namespace',
    'PUT',
    `${CORE}/namespaces/OWN/finalize`,
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: own }, spec: { finalizers: [] } },
  ],
  ['delete the namespace', 'DELETE', `${CORE}/namespaces/OWN`],
  ['list the Secrets', 'GET', `${CORE}/namespaces/OWN/secrets`],
  [
    'create a Secret, which could hold a token that does not expire',
    'POST',
    `${CORE}/namespaces/OWN/secrets`,
    {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/service-account-token',
      metadata: { name: 'mine', annotations: { 'kubernetes.io/service-account.name': NAMES.attendee } },
    },
  ],
  [
    'get a token with a long lifetime',
    'POST',
    `${CORE}/namespaces/OWN/serviceaccounts/${NAMES.attendee}/token`,
    { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 31_536_000 } },
  ],
  [
    'create a ServiceAccount',
    'POST',
    `${CORE}/namespaces/OWN/serviceaccounts`,
    { apiVersion: 'v1', kind: 'ServiceAccount', ...meta },
  ],
  [
    'raise the quota',
    'PATCH',
    `${CORE}/namespaces/OWN/resourcequotas/${NAMES.quota}`,
    { spec: { hard: { pods: '1000' } } },
  ],
  ['remove the quota', 'DELETE', `${CORE}/namespaces/OWN/resourcequotas/${NAMES.quota}`],
  [
    'create a quota',
    'POST',
    `${CORE}/namespaces/OWN/resourcequotas`,
    { apiVersion: 'v1', kind: 'ResourceQuota', ...meta, spec: { hard: { pods: '0' } } },
  ],
  ['raise the limits', 'PATCH', `${CORE}/namespaces/OWN/limitranges/${NAMES.quota}`, { spec: { limits: [] } }],
  ['remove the limits', 'DELETE', `${CORE}/namespaces/OWN/limitranges`],
  [
    'create a NetworkPolicy that allows everything',
    'POST',
    `${NETWORKING}/namespaces/OWN/networkpolicies`,
    { apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy', ...meta, spec: open },
  ],
  ['remove the NetworkPolicies', 'DELETE', `${NETWORKING}/namespaces/OWN/networkpolicies`],
  [
    'create a Role',
    'POST',
    `${RBAC}/namespaces/OWN/roles`,
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', ...meta, rules: everything },
  ],
  [
    'bind itself to a role with more rights',
    'POST',
    `${RBAC}/namespaces/OWN/rolebindings`,
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', ...meta, subjects, ...roleRef('admin') },
  ],
  [
    "bind itself to the operator's role",
    'POST',
    `${RBAC}/namespaces/OWN/rolebindings`,
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'RoleBinding', ...meta, subjects, ...roleRef(ROLES.operator) },
  ],
  ["take the operator's rights away", 'DELETE', `${RBAC}/namespaces/OWN/rolebindings`],
  [
    "change the Collector's ConfigMap, which the operator applies",
    'PATCH',
    `${CORE}/namespaces/OWN/configmaps/${RELEASE}-collector`,
    { data: {} },
  ],
  ['change their progress', 'PATCH', `${CORE}/namespaces/OWN/configmaps/${NAMES.progress}`, { data: { passed: '12' } }],
  [
    'create a Deployment',
    'POST',
    `${APPS}/namespaces/OWN/deployments`,
    { apiVersion: 'apps/v1', kind: 'Deployment', ...meta },
  ],
  [
    'create a Service',
    'POST',
    `${CORE}/namespaces/OWN/services`,
    { apiVersion: 'v1', kind: 'Service', ...meta, spec: { type: 'NodePort', ports: [{ port: 80 }] } },
  ],
  [
    'create a PersistentVolumeClaim',
    'POST',
    `${CORE}/namespaces/OWN/persistentvolumeclaims`,
    { apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...meta },
  ],
  [
    'create an Ingress',
    'POST',
    `${NETWORKING}/namespaces/OWN/ingresses`,
    { apiVersion: 'networking.k8s.io/v1', kind: 'Ingress', ...meta },
  ],
];

describe.each([
  ["objects of another attendee's seat", ofOthers],
  ['objects of the Workshop and the operator', ofTheClass],
  ['objects of the whole cluster', ofTheCluster],
  ["guardrails in the attendee's own namespace", ofTheirFence],
])('an attendee and %s', (_what, acts) => {
  test.each(byName(acts))('does not allow an attendee to %s', async (_, act) => {
    const tried = attempt(act);
    await refused(tried, attributesOf(tried));
  });
});

async function refused(tried: Attempt, asked: ResourceAttributes): Promise<void> {
  expect(await attendee.account.may(asked)).toBe(false);
  const { code, reason } = await attendee.account.try(tried);
  expect([code, reason]).toEqual([403, 'Forbidden']);
}

test.each([
  ['an administrator', { resource: 'users', name: 'kubernetes-admin' }, { 'Impersonate-User': 'kubernetes-admin' }],
  [
    'a group of administrators',
    { resource: 'groups', name: 'system:masters' },
    { 'Impersonate-User': 'any', 'Impersonate-Group': 'system:masters' },
  ],
  [
    'the attendee of another seat',
    { resource: 'serviceaccounts', namespace: other, name: NAMES.attendee },
    { 'Impersonate-User': `system:serviceaccount:${other}:${NAMES.attendee}` },
  ],
])('refuses an attendee who impersonates %s', async (_, whom, headers) => {
  await refused(
    { method: 'GET', path: `${CORE}/namespaces/${other}/pods`, headers: { ...headers } },
    { verb: 'impersonate', group: '', ...whom },
  );
});

test.each(['escalate', 'bind'])('does not allow an attendee the verb %s on Roles and ClusterRoles', async (verb) => {
  const rbac = { verb, group: 'rbac.authorization.k8s.io' };
  expect(await attendee.account.may({ ...rbac, resource: 'roles', namespace: own })).toBe(false);
  expect(await attendee.account.may({ ...rbac, resource: 'clusterroles', namespace: own })).toBe(false);
});

test('gives no ServiceAccount of the seat a right that the attendee lacks, except to write ConfigMaps', async () => {
  const acts = [
    ...ofOthers,
    ...ofTheClass,
    ...ofTheCluster,
    ...ofTheirFence.filter(([, , path]) => !path.includes('/configmaps/')),
  ];
  const accounts = (
    await kubectl('get', 'serviceaccounts', '--namespace', own, '--output=jsonpath={.items[*].metadata.name}')
  ).split(' ');
  expect(accounts.length).toBeGreaterThan(1);
  const more = await Promise.all(
    accounts.map(async (name) => {
      const account = await accountOf(own, name);
      const answers = await Promise.all(acts.map((act) => account.may(attributesOf(attempt(act)))));
      account.close();
      return acts.filter((_, index) => answers[index]).map(([what]) => `${name} may ${what}`);
    }),
  );
  expect(more.flat()).toEqual([]);
});
