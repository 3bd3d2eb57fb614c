import { FINALIZER, LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { NotLeadingError } from '../../kubernetes/api.ts';
import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aSeat } from './testing/fixtures.ts';
import { labOf } from './rendered-lab.ts';
import type { Deployment } from '../../kubernetes/types.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat, operator } from './testing/seat-harness.ts';

describe('a new seat', () => {
  test("creates a seat's namespace, guardrails, lab, quota, kubeconfig and pods in this order", async () => {
    const harness = aSeatHarness();
    const watch = harness.watch();
    await harness.reconcile();
    const writes = watch.writes();
    expect(writes.slice(0, 3)).toEqual([
      'create Namespace class-ada',
      'create RoleBinding intro-otel-seat-operator',
      'apply LimitRange seat',
    ]);
    const first = (kind: string): number => writes.findIndex((write) => write.includes(` ${kind} `));
    const last = (kind: string): number => writes.findLastIndex((write) => write.includes(` ${kind} `));
    expect(first('Deployment')).toBeGreaterThan(
      Math.max(last('NetworkPolicy'), last('LimitRange'), last('RoleBinding')),
    );
    expect(writes.slice(-6)).toEqual([
      'apply ResourceQuota seat',
      'token ServiceAccount attendee',
      'apply Secret kubeconfig',
      'apply Deployment lab-dice',
      'apply Deployment lab-guide',
      'apply Seat class-ada/status',
    ]);
    expect(new Set(writes).size).toBe(writes.length);
  });

  test('creates a namespace with the name of the seat, an owner reference and Pod Security "restricted"', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    expect(harness.get('Namespace', NAME)).toMatchObject({
      metadata: {
        labels: {
          [LABELS.managedBy]: MANAGED_BY,
          [LABELS.seat]: NAME,
          [LABELS.workshop]: 'class',
          [LABELS.attendee]: 'ada',
          'pod-security.kubernetes.io/enforce': 'restricted',
          'pod-security.kubernetes.io/enforce-version': 'latest',
          'pod-security.kubernetes.io/audit': 'restricted',
          'pod-security.kubernetes.io/warn': 'restricted',
        },
        ownerReferences: [
          {
            apiVersion: 'intro-otel.dev/v1alpha1',
            kind: 'Seat',
            name: NAME,
            uid: 'seat-1',
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
    });
  });

  test('binds the accounts of the operator and of the attendee to existing cluster roles', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    expect(harness.get('RoleBinding', 'intro-otel-seat-operator')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-operator' },
      subjects: [{ kind: 'ServiceAccount', ...operator }],
    });
    expect(harness.get('RoleBinding', 'attendee')).toMatchObject({
      roleRef: { kind: 'ClusterRole', name: 'intro-otel-seat-attendee' },
      subjects: [{ kind: 'ServiceAccount', name: 'attendee', namespace: NAME }],
    });
    expect(harness.get('ServiceAccount', 'attendee')).toMatchObject({ automountServiceAccountToken: false });
  });

  test('labels every object with the name of the Seat', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    const labelled = harness.api.writes
      .filter(({ verb, kind }) => verb !== 'token' && kind !== 'Seat')
      .map(({ body }) => (body as Seat).metadata.labels?.[LABELS.seat]);
    expect(labelled.length).toBeGreaterThan(12);
    expect(new Set(labelled)).toEqual(new Set([NAME]));
  });

  test('reports a seat as Provisioning until all Deployments are available, then as Ready with one Event', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({
      phase: 'Provisioning',
      observedGeneration: 1,
      namespace: NAME,
      revision: 'r1',
      replicas: 1,
    });
    expect(harness.condition('Ready')).toMatchObject({ status: 'False', reason: 'Starting' });
    harness.clock.advance(20_000);
    harness.settle();
    await harness.reconcile();
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({
      phase: 'Ready',
      readyAt: '2026-01-01T00:00:20Z',
      url: 'kubectl -n class-ada port-forward service/lab-guide 8080:8080',
    });
    expect(harness.condition('Ready')).toMatchObject({
      status: 'True',
      message: 'All 2 Deployments of the lab are available.',
      observedGeneration: 1,
    });
    expect(harness.readyAfter).toEqual([20]);
    expect(harness.events.filter(({ reason }) => reason === 'Ready')).toHaveLength(1);
  });

  test("writes a seat's finalizer before it writes anything else", async () => {
    const harness = aSeatHarness(aSeat({ metadata: { finalizers: ['other'] } }));
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()[0]).toBe('mergePatch Seat class-ada');
    expect(harness.seat.metadata.finalizers).toEqual(['other', FINALIZER]);
  });

  test('retries a 403 Forbidden for 5 s without a report, and then reports the reason Forbidden', async () => {
    const harness = aSeatHarness();
    harness.api.fail(
      { kind: 'ResourceQuota', name: 'seat' },
      apiError(403, 'Forbidden', 'cannot patch resourcequotas'),
      3,
    );
    const watch = harness.watch();
    expect(await harness.reconcile()).toEqual({ requeueAfter: 50, reason: 'PermissionsPending' });
    expect(watch.writes().at(-1)).toBe('apply ResourceQuota seat');
    harness.clock.advance(4_000);
    expect(await harness.reconcile()).toEqual({ requeueAfter: 50, reason: 'PermissionsPending' });
    harness.clock.advance(1_000);
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'Forbidden',
      message: expect.stringContaining('cannot patch resourcequotas') as string,
    });
    harness.clock.advance(30_000);
    await harness.reconcile();
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'True' });
  });

  test('completes a seat after a restart of the operator without repeated writes', async () => {
    const harness = aSeatHarness();
    harness.api.fail({ kind: 'Deployment' }, apiError(500, 'InternalError'), 2);
    await expect(harness.reconcile()).rejects.toThrow('InternalError');
    harness.restart();
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual([
      'token ServiceAccount attendee',
      'apply Secret kubeconfig',
      'apply Deployment lab-dice',
      'apply Deployment lab-guide',
      'apply Seat class-ada/status',
    ]);
  });

  test('ignores a Seat that no longer exists', async () => {
    const harness = aSeatHarness();
    harness.api.remove(KINDS.Seat, { name: NAME });
    expect(await harness.reconcile()).toBeUndefined();
    expect(harness.api.writes).toEqual([]);
  });
});

describe('unexpected errors', () => {
  test('retries after an unexpected error, and reports the error in the status after 10 s', async () => {
    const harness = aSeatHarness();
    harness.api.fail({ kind: 'Service' }, apiError(500, 'InternalError', 'etcdserver: request timed out'), 2);
    const watch = harness.watch();
    await expect(harness.reconcile()).rejects.toThrow('etcdserver');
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
    harness.clock.advance(10_000);
    await expect(harness.reconcile()).rejects.toThrow('etcdserver');
    expect(harness.condition('Provisioned')).toMatchObject({
      status: 'False',
      reason: 'Error',
      message: expect.stringContaining('etcdserver: request timed out') as string,
    });
    await harness.reconcile();
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'True' });
  });

  test('waits 10 s before it reports a second error, if a reconcile succeeded after the first error', async () => {
    const harness = aSeatHarness();
    harness.api.fail({ kind: 'Service' }, apiError(500, 'InternalError'));
    await expect(harness.reconcile()).rejects.toThrow('InternalError');
    await harness.reconcile();
    harness.clock.advance(MINUTE);
    harness.api.remove(KINDS.Service, inSeat('lab-guide'));
    harness.api.fail({ kind: 'Service' }, apiError(500, 'InternalError'));
    const watch = harness.watch();
    await expect(harness.reconcile()).rejects.toThrow('InternalError');
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
  });

  test('does not report a failed write while another operator process is the leader', async () => {
    const harness = aSeatHarness();
    harness.api.fail({ kind: 'ResourceQuota' }, new NotLeadingError());
    harness.clock.advance(MINUTE);
    const watch = harness.watch();
    await expect(harness.reconcile()).rejects.toThrow(NotLeadingError);
    expect(watch.writes()).not.toContain('apply Seat class-ada/status');
  });
});

describe('lab of a seat', () => {
  test('runs no pods while the instructor has stopped the seat, and starts the lab again afterwards', async () => {
    const harness = await aReadySeatHarness();
    harness.change({ replicas: 0 });
    await harness.reconcile();
    expect(harness.get<Deployment>('Deployment', 'lab-guide')?.spec.replicas).toBe(0);
    expect(harness.seat.status).toMatchObject({ replicas: 1 });
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Stopped', replicas: 0 });
    expect(harness.condition('Ready')).toMatchObject({ status: 'False', reason: 'Stopped' });
    harness.clock.advance(600 * MINUTE);
    harness.change({ replicas: 1 });
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Provisioning', replicas: 1 });
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.events.map(({ reason }) => reason).filter((reason) => /^St/.test(reason))).toEqual([
      'Stopped',
      'Started',
    ]);
  });

  test('stops a lab when the class has expired', async () => {
    const harness = await aReadySeatHarness();
    harness.change({ stopped: true });
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Stopped');
  });

  test('fails a seat whose lab can not be rendered, and names the invalid value', async () => {
    const harness = aSeatHarness(
      aSeat({ spec: { lab: { collector: { pipelines: { traces: { exporters: ['nobody'] } } } } } }),
      { labOf },
    );
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'LabInvalid',
      message: expect.stringMatching(
        /collector\.pipelines\.traces\.exporters names "nobody".*Change the Workshop's spec\.lab\.$/,
      ) as string,
    });
  });

  test("fails a seat if the API server refuses one of its objects, and quotes the API server's reason", async () => {
    const harness = aSeatHarness();
    harness.api.fail(
      { kind: 'Deployment', name: 'lab-guide' },
      apiError(422, 'Invalid', 'spec.template.spec.tolerations[0].key: Invalid value'),
    );
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'Invalid',
      message: expect.stringContaining('Deployment lab-guide, found: spec.template.spec.tolerations[0].key') as string,
    });
  });
});
