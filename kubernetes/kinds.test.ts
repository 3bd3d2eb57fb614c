import { KINDS, kindOf, pathOf } from './kinds.ts';

test("finds a built-in kind even if the object's metadata is missing", () => {
  expect(kindOf({ apiVersion: 'v1', kind: 'Pod' })).toBe(KINDS.Pod);
  expect(kindOf({ apiVersion: 'networking.k8s.io/v1', kind: 'NetworkPolicy' })).toBe(KINDS.NetworkPolicy);
});

test.each([
  ['Seat', 'seats'],
  ['ClusterRole', 'clusterroles'],
  ['PodSecurityPolicy', 'podsecuritypolicies'],
  ['Ingress', 'ingresses'],
])('derives the plural of the custom kind %s', (kind, plural) => {
  expect(kindOf({ apiVersion: 'example.com/v1', kind })).toMatchObject({ plural, namespaced: false });
});

test('treats the kind of a custom object as namespaced if the object has a namespace', () => {
  const seat = { apiVersion: 'example.com/v1', kind: 'Seat', metadata: { namespace: 'a' } };
  expect(kindOf(seat).namespaced).toBe(true);
});

test('builds the URL paths of kinds, objects and subresources', () => {
  expect(pathOf(KINDS.Namespace, undefined, 'a')).toBe('/api/v1/namespaces/a');
  expect(pathOf(KINDS.Deployment, 'a', 'd', 'status')).toBe('/apis/apps/v1/namespaces/a/deployments/d/status');
  expect(pathOf(KINDS.Deployment)).toBe('/apis/apps/v1/deployments');
  expect(pathOf(KINDS.RoleBinding, 'a', 'system:x')).toBe(
    '/apis/rbac.authorization.k8s.io/v1/namespaces/a/rolebindings/system%3Ax',
  );
});
