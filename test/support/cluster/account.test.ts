import { attributesOf } from './account.ts';

test.each([
  ['GET', '/api/v1/namespaces/mine/pods', { verb: 'list', group: '', resource: 'pods', namespace: 'mine' }],
  ['GET', '/api/v1/namespaces/mine/pods?watch=true', { verb: 'watch', group: '', resource: 'pods', namespace: 'mine' }],
  [
    'GET',
    '/api/v1/namespaces/mine/pods/one',
    { verb: 'get', group: '', resource: 'pods', namespace: 'mine', name: 'one' },
  ],
  [
    'GET',
    '/api/v1/namespaces/mine/pods/one/log?tailLines=1',
    { verb: 'get', group: '', resource: 'pods', namespace: 'mine', name: 'one', subresource: 'log' },
  ],
  [
    'POST',
    '/apis/apps/v1/namespaces/mine/deployments',
    { verb: 'create', group: 'apps', resource: 'deployments', namespace: 'mine' },
  ],
  [
    'DELETE',
    '/api/v1/namespaces/mine/pods',
    { verb: 'deletecollection', group: '', resource: 'pods', namespace: 'mine' },
  ],
  [
    'DELETE',
    '/api/v1/namespaces/mine',
    { verb: 'delete', group: '', resource: 'namespaces', namespace: 'mine', name: 'mine' },
  ],
  [
    'PUT',
    '/api/v1/namespaces/mine/finalize',
    { verb: 'update', group: '', resource: 'namespaces', namespace: 'mine', name: 'mine', subresource: 'finalize' },
  ],
  ['GET', '/api/v1/namespaces', { verb: 'list', group: '', resource: 'namespaces' }],
  [
    'PATCH',
    '/apis/intro-otel.dev/v1alpha1/seats/one/scale',
    { verb: 'patch', group: 'intro-otel.dev', resource: 'seats', name: 'one', subresource: 'scale' },
  ],
] as const)('derives the RBAC attributes of the request %s %s', (method, path, attributes) => {
  expect(attributesOf({ method, path })).toEqual(attributes);
});

test('throws for a path that is not the path of a resource', () => {
  expect(() => attributesOf({ method: 'GET', path: '/healthz' })).toThrow(
    'expected the path of a resource, found /healthz',
  );
});
