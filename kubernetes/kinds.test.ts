import { KINDS, kindOf } from './kinds.ts';

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

test('treats a custom object as namespaced if its metadata has a namespace', () => {
  const seat = { apiVersion: 'example.com/v1', kind: 'Seat', metadata: { namespace: 'a' } };
  expect(kindOf(seat).namespaced).toBe(true);
});
