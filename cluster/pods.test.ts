import type { V1ContainerStatus, V1Pod } from '@kubernetes/client-node';
import { currentOf, readinessText, troublesOf, troubleText } from './pods.ts';

function pod(name: string, ready: boolean, container: Partial<V1ContainerStatus> = {}): V1Pod {
  const status: V1ContainerStatus = { name: 'app', image: 'i', imageID: '', ready, restartCount: 0, ...container };
  return {
    metadata: { name },
    status: { conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }], containerStatuses: [status] },
  };
}

test('counts the ready pods and names the pods that are not ready', () => {
  expect(readinessText([pod('dice', true), pod('jaeger', false), pod('arcade', false)])).toBe(
    '1 of 3 pods are ready; waiting for jaeger, arcade',
  );
  expect(readinessText([pod('dice', true)])).toBe('1 of 1 pods are ready');
});

test('reports a pod that keeps crashing, with its last message', () => {
  const crashing = pod('dice', false, {
    state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting' } },
    lastState: { terminated: { exitCode: 1, message: 'SyntaxError in app.ts:3\n  const = 1\n' } },
  });
  expect(troublesOf([crashing]).map(troubleText)).toEqual([
    'dice (app): CrashLoopBackOff\n  SyntaxError in app.ts:3\n    const = 1',
  ]);
});

test("reports a pod whose image can't be pulled, with the kubelet's message", () => {
  const pulling = pod('jaeger', false, { state: { waiting: { reason: 'ImagePullBackOff', message: 'no such host' } } });
  expect(troublesOf([pulling])).toEqual([
    { pod: 'jaeger', container: 'app', reason: 'ImagePullBackOff', message: 'no such host' },
  ]);
});

test('does not report a pod that is still starting', () => {
  expect(
    troublesOf([pod('dice', false, { state: { waiting: { reason: 'ContainerCreating' } } }), pod('arcade', false)]),
  ).toEqual([]);
});

describe("the pods of each Deployment's newest rollout", () => {
  const made = (deployment: string, template: string, second: number, overrides: object = {}): V1Pod => ({
    metadata: {
      name: `${deployment}-${template}-${second}`,
      generateName: `${deployment}-${template}-`,
      labels: { 'pod-template-hash': template },
      creationTimestamp: new Date(second * 1000),
      ...overrides,
    },
  });
  const namesOf = (pods: V1Pod[]): (string | undefined)[] => currentOf(pods).map((pod) => pod.metadata?.name);

  test('returns the pods of the newest template of each Deployment', () => {
    expect(
      namesOf([made('dice', 'old', 1), made('dice', 'new', 5), made('dice', 'new', 6), made('jaeger', 'one', 1)]),
    ).toEqual(['dice-new-5', 'dice-new-6', 'jaeger-one-1']);
  });

  test('returns the pods of two Deployments whose templates have the same hash', () => {
    expect(namesOf([made('dice', 'same', 1), made('dice-two', 'same', 2)])).toHaveLength(2);
  });

  test('leaves out pods that are being deleted, and pods of helm’s tests', () => {
    const test = made('probe', 'x', 1, { labels: {}, generateName: undefined });
    expect(namesOf([made('dice', 'a', 1, { deletionTimestamp: new Date() }), test])).toEqual([]);
  });
});
