import type { KubeObject } from '../../kubernetes/object.ts';
import { patchWithout, surplusOf } from './surplus.ts';
import type { FieldSet } from './managed-fields.ts';

const metadata = { name: 'web', namespace: 'a', resourceVersion: '7' };
const aDeployment = (pod: object, more: object = {}): KubeObject =>
  ({ apiVersion: 'apps/v1', kind: 'Deployment', metadata, spec: { template: { spec: pod }, ...more } }) as KubeObject;

const web = { name: 'web', image: 'web:1', env: [{ name: 'A', value: '1' }] };
const desired = aDeployment({ containers: [web] });
const inPod = (fields: object): FieldSet => ({ 'f:spec': { 'f:template': { 'f:spec': fields } } }) as FieldSet;
const by = (fields: FieldSet, manager = 'kubectl-patch') => [{ manager, fields }];
const nothing = () => false;
const fieldsOf = (live: KubeObject, fields: FieldSet): string[] =>
  surplusOf({ live, desired }, by(fields), nothing).map(({ field }) => field);
const patchOf = (live: KubeObject, fields: FieldSet): object =>
  patchWithout(live, desired, surplusOf({ live, desired }, by(fields), nothing));

const evil = { name: 'evil', image: 'evil:1' };
const item = (name: string): string => `k:{"name":"${name}"}`;
const cases: [string, KubeObject, FieldSet, string[], object][] = [
  [
    'a field',
    aDeployment({ containers: [web] }, { paused: true }),
    { 'f:spec': { 'f:paused': {} } },
    ['spec.paused'],
    { spec: { paused: null } },
  ],
  [
    'a container',
    aDeployment({ containers: [web, evil] }),
    inPod({ 'f:containers': { [item('evil')]: { '.': {}, 'f:name': {}, 'f:image': {} } } }),
    ['f:name', 'f:image'].map((one) => `spec.template.spec.containers.${item('evil')}.${one.slice(2)}`),
    { spec: { template: { spec: { containers: [web] } } } },
  ],
  [
    'a list that the desired object lacks',
    aDeployment({ containers: [web], hostAliases: [{ ip: '1.2.3.4', hostnames: ['x'] }] }),
    inPod({ 'f:hostAliases': { '.': {}, 'k:{"ip":"1.2.3.4"}': { 'f:ip': {}, 'f:hostnames': {} } } }),
    ['ip', 'hostnames'].map((one) => `spec.template.spec.hostAliases.k:{"ip":"1.2.3.4"}.${one}`),
    { spec: { template: { spec: { hostAliases: null } } } },
  ],
  [
    'an environment variable in a container of ours',
    aDeployment({ containers: [{ ...web, env: [...web.env, { name: 'B', value: '2' }] }] }),
    inPod({ 'f:containers': { [item('web')]: { 'f:env': { [item('B')]: { '.': {}, 'f:value': {} } } } } }),
    [`spec.template.spec.containers.${item('web')}.env.${item('B')}.value`],
    { spec: { template: { spec: { containers: [web] } } } },
  ],
  [
    'a finalizer',
    { ...desired, metadata: { ...metadata, finalizers: ['kept/one', 'example.com/stay'] } },
    { 'f:metadata': { 'f:finalizers': { '.': {}, 'v:"example.com/stay"': {} } } },
    ['metadata.finalizers.v:"example.com/stay"'],
    { metadata: { finalizers: ['kept/one'] } },
  ],
];

describe('surplusOf', () => {
  test.each(cases)('finds %s that somebody has added', (_, live, fields, expected) => {
    expect(fieldsOf(live, fields)).toEqual(expected);
  });

  test('names the manager, and finds surplus under any name, even under that of the applier', () => {
    const live = aDeployment({ containers: [web] }, { paused: true });
    const fields = { 'f:spec': { 'f:paused': {} } };
    expect(surplusOf({ live, desired }, by(fields, 'us'), nothing)).toEqual([
      { field: 'spec.paused', path: ['spec', 'paused'], manager: 'us' },
    ]);
  });

  test.each<[string, FieldSet]>([
    ['fields that the desired object has', inPod({ 'f:containers': { [item('web')]: { '.': {}, 'f:image': {} } } })],
    ['fields that are gone', { 'f:spec': { 'f:paused': {} } }],
    ['the status', { 'f:status': { 'f:replicas': {} } }],
    ['labels and annotations', { 'f:metadata': { 'f:labels': { 'f:a': {} }, 'f:annotations': { 'f:b': {} } } }],
  ])('ignores %s', (_, fields) => {
    const live = {
      ...desired,
      metadata: { ...metadata, labels: { a: '' }, annotations: { b: '' } },
      status: { replicas: 1 },
    };
    expect(fieldsOf(live, fields)).toEqual([]);
  });

  test('matches a port by its number and protocol, and knows the default protocol', () => {
    const ports = [{ name: 'http', containerPort: 80 }];
    const ours = aDeployment({ containers: [{ ...web, ports }] });
    const fields = inPod({
      'f:containers': { [item('web')]: { 'f:ports': { 'k:{"containerPort":80,"protocol":"TCP"}': { 'f:name': {} } } } },
    });
    expect(surplusOf({ live: ours, desired: ours }, by(fields), nothing)).toEqual([]);
  });

  test('leaves fields that others may write', () => {
    const live = aDeployment({ containers: [web] }, { paused: true });
    const isPaused = (_: KubeObject, path: readonly string[]): boolean => path.join('.') === 'spec.paused';
    expect(surplusOf({ live, desired }, by({ 'f:spec': { 'f:paused': {} } }), isPaused)).toEqual([]);
  });
});

describe('patchWithout', () => {
  test.each(cases)('removes %s, if nobody has changed the object meanwhile', (...[, live, fields, , expected]) => {
    const { metadata: more, ...rest } = expected as { metadata?: object };
    expect(patchOf(live, fields)).toEqual({ ...rest, metadata: { ...more, resourceVersion: '7' } });
  });
});
