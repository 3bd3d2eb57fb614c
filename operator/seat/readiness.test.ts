import { aDeployment } from './testing/fixtures.ts';
import { diagnose, readinessOf } from './readiness.ts';
import type { Deployment, Pod } from './types.ts';

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

const readiness = (there: readonly Deployment[], leftOut: readonly string[] = []) =>
  readinessOf(desired, (name) => there.find(({ metadata }) => metadata.name === name), leftOut);

test('a lab is ready when all its Deployments are complete', () => {
  expect(readiness([live('dice'), live('guide')])).toEqual({ ready: true, waitingFor: [], of: 2, none: false });
});

test.each<[string, Deployment['status']]>([
  ["was changed and Kubernetes hasn't looked yet", { observedGeneration: 1 }],
  ['still has a pod as it was before', { replicas: 2 }],
  ['has no pod as it is to be now', { updatedReplicas: 0 }],
  ["has a pod that doesn't answer", { availableReplicas: 0 }],
])('a lab is not ready while a Deployment %s', (_what, status) => {
  expect(readiness([live('dice'), live('guide', status)])).toMatchObject({ ready: false, waitingFor: ['lab-guide'] });
});

test('a lab is not ready while a Deployment is not there', () => {
  expect(readiness([live('dice')])).toMatchObject({ ready: false, waitingFor: ['lab-guide'] });
});

test('a Deployment that is left out keeps nobody waiting', () => {
  expect(readiness([live('dice', { availableReplicas: 0 }), live('guide')], ['lab-dice'])).toEqual({
    ready: true,
    waitingFor: [],
    of: 1,
    none: false,
  });
});

test('what Kubernetes says of a Deployment is passed on', () => {
  const conditions = [
    {
      type: 'ReplicaFailure',
      status: 'True',
      reason: 'FailedCreate',
      message: 'pods "x" is forbidden: exceeded quota: seat',
    },
  ];
  expect(readiness([live('dice'), live('guide', { availableReplicas: 0, conditions })]).trouble).toEqual({
    reason: 'FailedCreate',
    message: 'Expected Deployment lab-guide to become available, found: pods "x" is forbidden: exceeded quota: seat',
  });
});

test('a stopped lab has no pod once the last Deployment has none', () => {
  expect(readiness([live('dice', {}, 0), live('guide', {}, 0)]).none).toBe(true);
  expect(readiness([live('dice', {}, 0), live('guide', { replicas: 1 }, 0)]).none).toBe(false);
});

describe('what a pod says', () => {
  const pod = (name: string, status: Pod['status'], metadata: object = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'class-ada', ...metadata },
    ...(status && { status }),
  });
  const waiting = (reason: string, message: string, lastWords?: string): Pod['status'] => ({
    containerStatuses: [
      {
        name: 'app',
        state: { waiting: { reason, message } },
        ...(lastWords !== undefined && { lastState: { terminated: { message: lastWords } } }),
      },
    ],
  });

  test('is its last words and what to do, when it crashes', () => {
    const crashing = pod(
      'lab-guide-abc',
      waiting('CrashLoopBackOff', 'back-off 10s', 'at line 3\nSyntaxError: \u001b[31mUnexpected token\n\n'),
    );
    expect(diagnose([crashing], ['lab-guide'])).toEqual({
      reason: 'CrashLoopBackOff',
      message:
        'Expected pod lab-guide-abc to start, found its container app in CrashLoopBackOff: SyntaxError:  [31mUnexpected token. ' +
        'Read its last words: kubectl -n class-ada logs lab-guide-abc --previous',
    });
  });

  test('is what the kubelet says, when its image is not to be had', () => {
    expect(diagnose([pod('lab-guide-abc', waiting('ErrImagePull', 'not found'))], ['lab-guide'])?.message).toBe(
      "Expected pod lab-guide-abc to start, found its container app in ErrImagePull: not found. Check the images in the Workshop's spec.lab, and that every node can get them.",
    );
  });

  test('is of the container that runs first, when that one is stuck', () => {
    const status = {
      initContainerStatuses: [{ name: 'key', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      containerStatuses: [{ name: 'guide', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    expect(diagnose([pod('lab-guide-abc', status)], ['lab-guide'])?.message).toContain(
      'found its container key in ErrImagePull: not found.',
    );
  });

  test('is that no node has room, when it waits for one', () => {
    const conditions = [
      {
        type: 'PodScheduled',
        status: 'False',
        reason: 'Unschedulable',
        message: '0/1 nodes are available: 1 Insufficient cpu.',
      },
    ];
    expect(diagnose([pod('lab-guide-abc', { conditions })], ['lab-guide'])).toEqual({
      reason: 'Unschedulable',
      message:
        "Expected a node with room for pod lab-guide-abc, found: 0/1 nodes are available: 1 Insufficient cpu. Add nodes, or have the lab ask for less in the Workshop's spec.lab.",
    });
  });

  test('is not asked of pods of other Deployments, nor of those that go', () => {
    const crash = waiting('CrashLoopBackOff', 'back-off');
    expect(
      diagnose(
        [pod('mine', crash), pod('lab-dice-abc', crash), pod('lab-guide-abc', crash, { deletionTimestamp: 'now' })],
        ['lab-guide'],
      ),
    ).toBeUndefined();
  });

  test('is nothing while it only starts', () => {
    expect(diagnose([pod('lab-guide-abc', waiting('ContainerCreating', ''))], ['lab-guide'])).toBeUndefined();
  });

  test('is one line of bounded length', () => {
    const message =
      diagnose([pod('lab-guide-abc', waiting('CrashLoopBackOff', '', 'x'.repeat(5000)))], ['lab-guide'])?.message ?? '';
    expect(message.length).toBeLessThan(500);
  });
});
