import { differs } from './differs.ts';
import type { KubeObject } from '../../kubernetes/object.ts';

const object = (kind: string, rest: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind,
  metadata: { name: 'x', ...metadata },
  ...rest,
});

/** Returns whether a Deployment with the pod spec `desired` differs from one with the pod spec `live`. */
const podDiffers = (desired: object, live: object): boolean => {
  const deployment = (spec: object): KubeObject => object('Deployment', { spec: { template: { spec } } });
  return differs(deployment(desired), deployment(live));
};
const containerDiffers = (desired: object, live: object): boolean =>
  podDiffers(
    { containers: [{ name: 'c', ...desired }] },
    { containers: [{ name: 'sidecar' }, { name: 'c', ...live }] },
  );
const specDiffers = (kind: string, desired: object, live: object): boolean =>
  differs(object(kind, { spec: desired }), object(kind, { spec: live }));

test('ignores fields, labels, finalizers and owners that only the live object has', () => {
  const desired = object(
    'ConfigMap',
    { data: { a: '1' } },
    { labels: { ours: 'x' }, finalizers: ['f'], ownerReferences: [{ uid: 'u', name: 'n' }] },
  );
  const live = object(
    'ConfigMap',
    { data: { a: '1', b: '2' } },
    {
      labels: { ours: 'x', theirs: 'y' },
      uid: 'u1',
      finalizers: ['g', 'f'],
      ownerReferences: [{ uid: 'v' }, { uid: 'u', name: 'n', controller: true }],
    },
  );
  expect(differs(desired, live)).toBe(false);
});

test.each([
  ['a value', { data: { a: '2' } }, {}],
  ['a key', { data: { c: '1' } }, {}],
  ['a label', {}, { labels: { ours: 'x' } }],
  ['a finalizer', {}, { finalizers: ['f'] }],
  ['an owner', {}, { ownerReferences: [{ uid: 'u' }] }],
])('reports a difference if %s is missing or different in the live object', (_, rest, metadata) =>
  expect(differs(object('ConfigMap', rest, metadata), object('ConfigMap', { data: { a: '1' } }))).toBe(true),
);

test('treats a missing field and an empty map or list as equal', () => {
  const desired = object(
    'ConfigMap',
    { data: {}, list: [], nothing: null, undefined: undefined },
    { labels: { a: undefined } },
  );
  expect(differs(desired, object('ConfigMap', {}))).toBe(false);
});

test('reports a difference if a desired false or 0 is missing in the live object', () => {
  expect(differs(object('ServiceAccount', { automountServiceAccountToken: false }), object('ServiceAccount', {}))).toBe(
    true,
  );
  expect(specDiffers('Deployment', { replicas: 0 }, {})).toBe(true);
});

describe('lists that are merged by key', () => {
  test.each([
    [
      'env',
      { env: [{ name: 'A', value: '1' }] },
      {
        env: [
          { name: 'B', value: '2' },
          { name: 'A', value: '1' },
        ],
      },
    ],
    [
      'volumeMounts',
      { volumeMounts: [{ name: 'v', mountPath: '/v' }] },
      {
        volumeMounts: [
          { name: 'w', mountPath: '/w' },
          { name: 'v', mountPath: '/v', readOnly: true },
        ],
      },
    ],
    [
      'ports',
      { ports: [{ containerPort: 80, name: 'http' }] },
      {
        ports: [
          { containerPort: 80, protocol: 'UDP' },
          { containerPort: 80, protocol: 'TCP', name: 'http' },
        ],
      },
    ],
  ])(
    'treats lists merged by key as equal despite extra live items and another order: %s of a container',
    (_, desired, live) => expect(containerDiffers(desired, live)).toBe(false),
  );

  test.each([
    ['env', { env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'A', value: '2' }] }],
    ['env', { env: [{ name: 'A', value: '1' }] }, { env: [{ name: 'B', value: '1' }] }],
    [
      'ports',
      { ports: [{ containerPort: 80, name: 'http' }] },
      { ports: [{ containerPort: 80, protocol: 'UDP', name: 'http' }] },
    ],
  ])('reports a difference if a desired list item is missing or different: %s of a container', (_, desired, live) =>
    expect(containerDiffers(desired, live)).toBe(true),
  );

  test('compares the ports of a Service like other lists that are merged by key', () => {
    expect(
      specDiffers(
        'Service',
        { ports: [{ port: 80, targetPort: 'http' }] },
        { ports: [{ port: 80, targetPort: 'http', protocol: 'TCP', nodePort: 1 }] },
      ),
    ).toBe(false);
    expect(
      specDiffers(
        'Service',
        { ports: [{ port: 80, targetPort: 'http' }] },
        { ports: [{ port: 80, targetPort: 81, protocol: 'TCP' }] },
      ),
    ).toBe(true);
  });
});

describe('lists that are replaced as a whole', () => {
  test.each([
    ['an extra item', ['a', 'b'], ['a', 'b', 'c']],
    ['another order', ['a', 'b'], ['b', 'a']],
    ['a missing item', ['a', 'b'], ['a']],
  ])('reports a difference if a live list that is replaced as a whole has %s', (_, desired, live) =>
    expect(containerDiffers({ args: desired }, { args: live })).toBe(true),
  );

  test('reports a field that somebody added to a list item, which could make a NetworkPolicy allow more', () => {
    const policy = (from: object): object => ({ ingress: [{ from: [from] }] });
    const pods = { podSelector: { matchLabels: { a: 'b' } } };
    expect(specDiffers('NetworkPolicy', policy(pods), policy(pods))).toBe(false);
    expect(specDiffers('NetworkPolicy', policy(pods), policy({ ...pods, namespaceSelector: {} }))).toBe(true);
    expect(specDiffers('NetworkPolicy', { ingress: [] }, { ingress: [{}] })).toBe(true);
  });

  test('ignores default values that the API server adds to the items of a list', () => {
    expect(
      specDiffers(
        'NetworkPolicy',
        { egress: [{ ports: [{ port: 53 }] }] },
        { egress: [{ ports: [{ port: 53, protocol: 'TCP' }] }] },
      ),
    ).toBe(false);
    expect(
      specDiffers(
        'NetworkPolicy',
        { egress: [{ ports: [{ port: 53 }] }] },
        { egress: [{ ports: [{ port: 53, protocol: 'UDP' }] }] },
      ),
    ).toBe(true);
  });
});

describe('maps that are replaced as a whole', () => {
  test('reports an extra key in a live map that is replaced as a whole', () => {
    expect(specDiffers('Service', { selector: { a: 'b' } }, { selector: { a: 'b', c: 'd' } })).toBe(true);
    expect(specDiffers('NetworkPolicy', { podSelector: {} }, { podSelector: { matchLabels: { a: 'b' } } })).toBe(true);
    expect(
      containerDiffers(
        { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x' } } }] },
        { env: [{ name: 'A', valueFrom: { fieldRef: { fieldPath: 'x', apiVersion: 'v1' } } }] },
      ),
    ).toBe(false);
  });

  test('reports a difference if the live object lacks a desired empty map', () => {
    expect(specDiffers('NetworkPolicy', { podSelector: {} }, {})).toBe(true);
    expect(
      podDiffers({ volumes: [{ name: 'v', emptyDir: {} }] }, { volumes: [{ name: 'v', hostPath: { path: '/' } }] }),
    ).toBe(true);
  });
});

describe('quantities', () => {
  test('treats quantities of the same amount as equal, such as 1000m and 1', () => {
    expect(
      containerDiffers(
        { resources: { limits: { cpu: '1000m', memory: '1Gi' } } },
        { resources: { limits: { cpu: '1', memory: '1024Mi', other: 1 } } },
      ),
    ).toBe(false);
    expect(containerDiffers({ resources: { limits: { cpu: '1000m' } } }, { resources: { limits: { cpu: '2' } } })).toBe(
      true,
    );
    expect(containerDiffers({ resources: { limits: { cpu: '1000m' } } }, { resources: { limits: {} } })).toBe(true);
    expect(
      podDiffers(
        { volumes: [{ name: 'v', emptyDir: { sizeLimit: '1Gi' } }] },
        { volumes: [{ name: 'v', emptyDir: { sizeLimit: '1024Mi' } }] },
      ),
    ).toBe(false);
  });

  test('compares quantities in the limits of a LimitRange by amount, too', () => {
    const limits = (type: string, cpu: string): object => ({ limits: [{ type, default: { cpu } }] });
    expect(specDiffers('LimitRange', limits('Container', '1000m'), limits('Container', '1'))).toBe(false);
    expect(specDiffers('LimitRange', limits('Container', '1000m'), limits('Container', '2'))).toBe(true);
    expect(specDiffers('LimitRange', limits('Container', '1'), limits('Pod', '1'))).toBe(true);
  });

  test('compares values as text in fields that hold no quantities', () =>
    expect(differs(object('ConfigMap', { data: { a: '1000m' } }), object('ConfigMap', { data: { a: '1' } }))).toBe(
      true,
    ));
});

test('compares a field named limits like any other field if it holds no quantities', () => {
  expect(specDiffers('Seat', { lab: { limits: { of: [1, 2] } } }, { lab: { limits: { of: [1, 2] } } })).toBe(false);
  expect(specDiffers('Seat', { lab: { limits: { of: [1, 2] } } }, { lab: { limits: { of: [1, 3] } } })).toBe(true);
});
