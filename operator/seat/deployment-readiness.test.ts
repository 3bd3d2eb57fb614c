import { aDeployment } from './testing/fixtures.ts';
import { affectsSeat, readinessOf } from './deployment-readiness.ts';
import type { Deployment } from '../../kubernetes/types.ts';

const desired = [aDeployment('dice'), aDeployment('guide')];

function live(component: string, status: Deployment['status'] = {}, replicas = 1): Deployment {
  const up = { observedGeneration: 2, replicas, updatedReplicas: replicas, availableReplicas: replicas };
  const deployment: Deployment = aDeployment(component);
  return {
    ...deployment,
    metadata: { ...deployment.metadata, generation: 2 },
    spec: { ...deployment.spec, replicas },
    status: { ...up, ...status },
  };
}

const readiness = (deployments: readonly Deployment[], ignored: readonly string[] = []) =>
  readinessOf(desired, (name) => deployments.find(({ metadata }) => metadata.name === name), ignored);

test('reports a lab as ready when all its Deployments are complete', () => {
  expect(readiness([live('dice'), live('guide')])).toEqual({
    ready: true,
    unavailable: [],
    total: 2,
    hasNoPods: false,
  });
});

test.each<[string, Deployment['status']]>([
  ['has a change that Kubernetes has not observed', { observedGeneration: 1 }],
  ['still has an old pod', { replicas: 2 }],
  ['has no new pod yet', { updatedReplicas: 0 }],
  ['has a pod that is not available', { availableReplicas: 0 }],
])('reports a lab as not ready while a Deployment %s', (_title, status) => {
  expect(readiness([live('dice'), live('guide', status)])).toMatchObject({ ready: false, unavailable: ['lab-guide'] });
});

test('reports a lab as not ready while a Deployment is missing', () => {
  expect(readiness([live('dice')])).toMatchObject({ ready: false, unavailable: ['lab-guide'] });
});

test('reports a lab as ready even if an ignored Deployment is not available', () => {
  expect(readiness([live('dice', { availableReplicas: 0 }), live('guide')], ['lab-dice'])).toEqual({
    ready: true,
    unavailable: [],
    total: 1,
    hasNoPods: false,
  });
});

test("quotes Kubernetes' message about a Deployment that fails", () => {
  const conditions = [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'pods "x" is forbidden: exceeded quota: seat',
    },
  ];
  expect(readiness([live('dice'), live('guide', { availableReplicas: 0, conditions })]).diagnosis).toEqual({
    reason: 'FailedCreate',
    message: 'Expected Deployment lab-guide to become available, found: pods "x" is forbidden: exceeded quota: seat',
  });
});

test('reports that a lab has no pods only when no Deployment has a pod', () => {
  expect(readiness([live('dice', {}, 0), live('guide', {}, 0)]).hasNoPods).toBe(true);
  expect(readiness([live('dice', {}, 0), live('guide', { replicas: 1 }, 0)]).hasNoPods).toBe(false);
});

describe('a change of a Deployment', () => {
  const starting = live('dice', { availableReplicas: 0 });
  const stopping = live('dice', {}, 0);
  const failed = [{ type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: 'No pod.' }];
  const affects = (old: Deployment | undefined, now: Deployment | undefined): boolean =>
    affectsSeat({ key: 'class-ada/lab-dice', old, new: now });

  test.each<[string, Deployment, Deployment]>([
    ['becomes complete', starting, live('dice')],
    ['loses its pod', live('dice'), starting],
    ['fails', starting, live('dice', { availableReplicas: 0, conditions: failed })],
    ['loses the last pod of a stopped seat', { ...stopping, status: { ...stopping.status, replicas: 1 } }, stopping],
    ['gets another spec', starting, { ...starting, spec: { ...starting.spec, paused: true } }],
    ['gets another label', starting, { ...starting, metadata: { ...starting.metadata, labels: {} } }],
  ])('affects the seat if the Deployment %s', (_, old, now) => {
    expect(affects(old, now)).toBe(true);
  });

  test('affects the seat if the Deployment is new or gone', () => {
    expect([affects(undefined, starting), affects(starting, undefined)]).toEqual([true, true]);
  });

  test.each<[string, Deployment['status']]>([
    ['counts a new pod that is not available', { availableReplicas: 0, updatedReplicas: 0, replicas: 0 }],
    ['reports progress', { availableReplicas: 0, conditions: [{ type: 'Progressing', status: 'True' }] }],
  ])('does not affect the seat if the Deployment only %s', (_, status) => {
    const other = live('dice', status);
    expect(affects(other, { ...starting, metadata: { ...starting.metadata, resourceVersion: '9' } })).toBe(false);
  });
});
