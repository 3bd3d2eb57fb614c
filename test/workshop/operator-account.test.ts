// Tests that the operator's token allows only what the operator needs. Each test first asks for the right, and then
// sends the request.
import { ROLES } from '../../operator/api/types.ts';
import { attributesOf, byName } from '../support/cluster/account.ts';
import type { Account, Act } from '../support/cluster/account.ts';
import { operator, operatorAccount, useWorkshop } from '../support/cluster/workshop.ts';
import { kubectl } from '../support/cluster/cluster.ts';
import { restrictedPod } from '../support/cluster/restricted-pod.ts';

const {
  seats: [seat],
} = useWorkshop();
const OWN = operator.namespace;

let account: Account;
beforeAll(async () => {
  account = await operatorAccount();
  await kubectl('create', 'namespace', 'class-foreign');
}, 30_000);
afterAll(async () => {
  account.close();
  await kubectl('delete', 'namespace', 'class-foreign', '--wait=false');
});

const CORE = '/api/v1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const meta = { metadata: { name: 'widened' } };
const everything = [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }];
const rbac = (kind: string, rest: object): object => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind,
  ...meta,
  ...rest,
});
const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', ...meta };
const token = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} };

const forbidden: readonly Act[] = [
  ['list all Secrets', 'GET', `${CORE}/secrets`],
  ['watch all Secrets', 'GET', `${CORE}/secrets?watch=true`],
  ['list the Secrets of kube-system', 'GET', `${CORE}/namespaces/kube-system/secrets`],
  ['list the Secrets of another namespace', 'GET', `${CORE}/namespaces/default/secrets`],
  ['list the Secrets of its own namespace', 'GET', `${CORE}/namespaces/${OWN}/secrets`],
  [
    "read helm's record of its own release",
    'GET',
    `${CORE}/namespaces/${OWN}/secrets/sh.helm.release.v1.${operator.release}.v1`,
  ],
  ['list the Secrets of a seat', 'GET', `${CORE}/namespaces/${seat}/secrets`],
  ["read a seat's Secret other than the kubeconfig", 'GET', `${CORE}/namespaces/${seat}/secrets/another`],
  ['create a ClusterRole', 'POST', `${RBAC}/clusterroles`, rbac('ClusterRole', { rules: everything })],
  [
    'add rights to a ClusterRole that it may bind',
    'PATCH',
    `${RBAC}/clusterroles/${ROLES.operator}`,
    { rules: everything },
  ],
  [
    'create a ClusterRoleBinding',
    'POST',
    `${RBAC}/clusterrolebindings`,
    rbac('ClusterRoleBinding', {
      subjects: [],
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: ROLES.attendee },
    }),
  ],
  ['create a Role in a seat', 'POST', `${RBAC}/namespaces/${seat}/roles`, rbac('Role', { rules: everything })],
  [
    'create a Role in its own namespace',
    'POST',
    `${RBAC}/namespaces/${OWN}/roles`,
    rbac('Role', { rules: everything }),
  ],
  ['run a pod in another namespace', 'POST', `${CORE}/namespaces/class-foreign/pods`, restrictedPod('widened')],
  ["run a pod in the system's namespace", 'POST', `${CORE}/namespaces/kube-system/pods`, restrictedPod('widened')],
  [
    'create a Deployment in another namespace',
    'POST',
    '/apis/apps/v1/namespaces/class-foreign/deployments',
    deployment,
  ],
  ['create a Deployment in its own namespace', 'POST', `/apis/apps/v1/namespaces/${OWN}/deployments`, deployment],
  ['read the log of a pod in kube-system', 'GET', `${CORE}/namespaces/kube-system/pods/any/log`],
  ['execute a command in a seat', 'POST', `${CORE}/namespaces/${seat}/pods/any/exec?command=ls`],
  [
    'change another namespace',
    'PATCH',
    `${CORE}/namespaces/class-foreign`,
    { metadata: { labels: { widened: 'true' } } },
  ],
  ['delete another namespace', 'DELETE', `${CORE}/namespaces/class-foreign`],
  [
    'change a ConfigMap of another namespace',
    'PATCH',
    `${CORE}/namespaces/kube-system/configmaps/coredns`,
    { data: {} },
  ],
  [
    'get a token of a ServiceAccount in kube-system',
    'POST',
    `${CORE}/namespaces/kube-system/serviceaccounts/default/token`,
    token,
  ],
  [
    "get a token of a seat's ServiceAccount other than the attendee's",
    'POST',
    `${CORE}/namespaces/${seat}/serviceaccounts/default/token`,
    token,
  ],
  ['change a node', 'PATCH', `${CORE}/nodes/any`, { spec: { unschedulable: true } }],
  ['reach a kubelet', 'GET', `${CORE}/nodes/any/proxy/pods`],
  [
    'create an admission webhook',
    'POST',
    '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations',
    { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingWebhookConfiguration', ...meta },
  ],
  [
    'read the CustomResourceDefinition of another kind',
    'GET',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/any.example.com',
  ],
  [
    'delete the CustomResourceDefinition of Seats',
    'DELETE',
    '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/seats.intro-otel.dev',
  ],
  [
    "change another program's Lease",
    'PATCH',
    '/apis/coordination.k8s.io/v1/namespaces/kube-system/leases/kube-scheduler',
    { spec: {} },
  ],
];

test.each(byName(forbidden))("refuses to let the operator's account %s", async (_, [, method, path, body]) => {
  expect(await account.may(attributesOf({ method, path }))).toBe(false);
  const { code, reason } = await account.try({ method, path, ...(body !== undefined && { body }) });
  expect([code, reason]).toEqual([403, 'Forbidden']);
});

describe.each([seat, OWN, 'class-foreign', 'kube-system'])('RoleBindings in namespace %s', (namespace) => {
  test.each(['cluster-admin', 'admin', 'edit', 'view', 'system:node', 'system:controller:namespace-controller'])(
    "refuses to let the operator's account bind the ClusterRole %s",
    async (name) => {
      const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name };
      const body = rbac('RoleBinding', {
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'anybody' }],
        roleRef,
      });
      const { code, reason } = await account.try({
        method: 'POST',
        path: `${RBAC}/namespaces/${namespace}/rolebindings`,
        body,
      });
      expect([code, reason]).toEqual([403, 'Forbidden']);
      expect(
        await account.may({
          verb: 'bind',
          group: 'rbac.authorization.k8s.io',
          resource: 'clusterroles',
          namespace,
          name,
        }),
      ).toBe(false);
    },
  );
});

test.each(['users', 'groups', 'serviceaccounts'])(
  "refuses to let the operator's account impersonate %s",
  async (resource) => {
    expect(await account.may({ verb: 'impersonate', group: '', resource })).toBe(false);
    const { code } = await account.try({
      method: 'GET',
      path: `${CORE}/pods`,
      headers: { 'Impersonate-User': 'kubernetes-admin' },
    });
    expect(code).toBe(403);
  },
);

test("lets the operator's account bind the chart's own ClusterRoles, but escalate none", async () => {
  const clusterRole = { group: 'rbac.authorization.k8s.io', resource: 'clusterroles' };
  const bound = await Promise.all(
    Object.values(ROLES).map((name) => account.may({ ...clusterRole, verb: 'bind', name })),
  );
  expect(bound).toEqual(Object.values(ROLES).map(() => true));
  expect(await account.may({ ...clusterRole, verb: 'escalate' })).toBe(false);
});

test('grants no wildcard in any role of the operator', async () => {
  const roles = await kubectl(
    'get',
    'clusterroles,roles',
    '--all-namespaces',
    '--selector=app.kubernetes.io/part-of=intro-otel',
    '--output=jsonpath={range .items[*]}{.metadata.name}{" "}{.rules}{"\\n"}{end}',
  );
  expect(roles).toContain(ROLES.operator);
  expect(roles.split('\n').filter((line) => line.includes('"*"'))).toEqual([]);
});
