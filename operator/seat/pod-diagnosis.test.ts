import { diagnose } from './pod-diagnosis.ts';
import type { Pod } from '../../kubernetes/types.ts';

describe("diagnosis of a seat's pods", () => {
  const pod = (name: string, status: Pod['status'], metadata: object = {}): Pod => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: 'class-ada', ...metadata },
    spec: { containers: [] },
    ...(status && { status }),
  });
  const waiting = (reason: string, message: string, lastOutput?: string): Pod['status'] => ({
    containerStatuses: [
      {
        name: 'app',
        state: { waiting: { reason, message } },
        ...(lastOutput !== undefined && { lastState: { terminated: { exitCode: 1, message: lastOutput } } }),
      },
    ],
  });

  test("quotes a crashing container's last line and gives advice", () => {
    const crashing = pod(
      'lab-guide-abc',
      waiting('CrashLoopBackOff', 'back-off 10s', 'at line 3\nSyntaxError: \u001b[31mUnexpected token\n\n'),
    );
    expect(diagnose([crashing], ['lab-guide'])).toEqual({
      reason: 'CrashLoopBackOff',
      message:
        'Expected pod lab-guide-abc to start, found its container app in CrashLoopBackOff: SyntaxError:  ' +
        '[31mUnexpected token. Read its last output: kubectl -n class-ada logs lab-guide-abc --previous',
    });
  });

  test("quotes the kubelet's message if an image can't be pulled", () => {
    expect(diagnose([pod('lab-guide-abc', waiting('ErrImagePull', 'not found'))], ['lab-guide'])?.message).toBe(
      'Expected pod lab-guide-abc to start, found its container app in ErrImagePull: not found. Check the images ' +
        "in the Workshop's spec.lab, or in the values of the release if spec.lab names none, and that every node can " +
        'pull them.',
    );
  });

  test('names the init container that can not start', () => {
    const status = {
      initContainerStatuses: [{ name: 'key', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      containerStatuses: [{ name: 'guide', state: { waiting: { reason: 'PodInitializing' } } }],
    };
    expect(diagnose([pod('lab-guide-abc', status)], ['lab-guide'])?.message).toContain(
      'found its container key in ErrImagePull: not found.',
    );
  });

  test('reports that no node has room for a pod', () => {
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
        'Expected a node with room for pod lab-guide-abc, found: 0/1 nodes are available: 1 Insufficient cpu. Add ' +
        "nodes, or lower the lab's requests in the Workshop's spec.lab.",
    });
  });

  test('ignores pods of other Deployments and pods that are being deleted', () => {
    const crash = waiting('CrashLoopBackOff', 'back-off');
    expect(
      diagnose(
        [pod('mine', crash), pod('lab-dice-abc', crash), pod('lab-guide-abc', crash, { deletionTimestamp: 'now' })],
        ['lab-guide'],
      ),
    ).toBeUndefined();
  });

  test('returns no diagnosis while a pod is starting normally', () => {
    expect(diagnose([pod('lab-guide-abc', waiting('ContainerCreating', ''))], ['lab-guide'])).toBeUndefined();
  });

  test('shortens a long message of a container', () => {
    const message =
      diagnose([pod('lab-guide-abc', waiting('CrashLoopBackOff', '', 'x'.repeat(5000)))], ['lab-guide'])?.message ?? '';
    expect(message.length).toBeLessThan(500);
  });
});
