import { LABELS, MANAGED_BY } from '../../api/types.ts';
import type { Seat } from '../../api/types.ts';
import { KINDS } from '../../api/kinds.ts';
import { apiError } from '../../engine/testing/fake-api.ts';
import { aSeat } from '../testing/fixtures.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';

describe('an existing namespace of the same name', () => {
  const namespace = (metadata: object) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAME, ...metadata },
  });
  const ours = { [LABELS.managedBy]: MANAGED_BY, [LABELS.seat]: NAME };
  const owner = { apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Seat', name: NAME, uid: 'seat-1' };

  test.each<[string, object]>([
    ['belongs to somebody else', { labels: { team: 'payments' } }],
    ["has the operator's labels but no owner", { labels: ours }],
    ["has the Seat as owner but not the operator's labels", { ownerReferences: [owner] }],
    [
      'belongs to another seat',
      { labels: { ...ours, [LABELS.seat]: 'other' }, ownerReferences: [{ ...owner, name: 'other' }] },
    ],
  ])('does not change an existing namespace that %s', async (_title, metadata) => {
    const harness = aSeatHarness();
    harness.api.seed(namespace(metadata));
    const watch = harness.watch();
    const result = await harness.reconcile();
    expect(watch.writes().filter((write) => !/^create Namespace|status$/.test(write))).toEqual([]);
    expect(harness.seat.status).toMatchObject({ phase: 'Failed' });
    expect(harness.seat.status).not.toHaveProperty('namespace');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'NamespaceTaken',
      message: expect.stringContaining('Give the attendee or the Workshop another name') as string,
    });
    expect(harness.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'NamespaceTaken' }));
    expect(result?.requeueAfter).toBe(5 * MINUTE);
  });

  test('keeps a foreign namespace of the same name when the Seat is deleted', async () => {
    const harness = aSeatHarness();
    harness.api.seed(namespace({ labels: { team: 'payments' } }));
    await harness.reconcile();
    await harness.api.delete(KINDS.Seat, { name: NAME });
    await harness.reconcile();
    expect(harness.seat).toBeUndefined();
    expect(harness.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeUndefined();
  });

  test("creates the seat's own namespace after somebody deletes a foreign namespace of the same name", async () => {
    const harness = aSeatHarness();
    harness.api.seed(namespace({ labels: { team: 'payments' } }));
    await harness.reconcile();
    harness.api.remove(KINDS.Namespace, { name: NAME });
    await harness.reconcile();
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'True' });
    expect(harness.seat.status?.phase).toBe('Provisioning');
  });

  test('deletes the namespace that an earlier Seat left behind, and reports what blocks the deletion', async () => {
    const harness = aSeatHarness();
    harness.api.seed(namespace({ labels: ours, ownerReferences: [{ ...owner, uid: 'seat-0' }] }));
    await harness.reconcile();
    expect(harness.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeDefined();
    expect(harness.seat.status).toMatchObject({ phase: 'Pending' });
    harness.api.edit(
      KINDS.Namespace,
      { name: NAME },
      {
        status: {
          conditions: [
            {
              type: 'NamespaceFinalizersRemaining',
              status: 'True',
              message:
                'Some content in the namespace has finalizers remaining: example.com/hold in 1 resource instances',
            },
          ],
        },
      },
    );
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'NamespaceTerminating',
      message: expect.stringContaining('example.com/hold in 1 resource instances') as string,
    });
    harness.api.remove(KINDS.Namespace, { name: NAME });
    await harness.reconcile();
    expect(harness.get('Namespace', NAME)).toMatchObject({ metadata: { ownerReferences: [{ uid: 'seat-1' }] } });
  });

  test("creates a seat's namespace again, with a new kubeconfig, after somebody deletes it", async () => {
    const harness = await aReadySeatHarness();
    const before = harness.kubeconfig;
    await harness.api.delete(KINDS.Namespace, { name: NAME });
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Pending' });
    harness.api.remove(KINDS.Namespace, { name: NAME });
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(harness.kubeconfig).toContain('token: "token-');
    expect(harness.kubeconfig).not.toBe(before);
  });

  test('reports a namespace as terminating if its deletion starts during a reconcile', async () => {
    const harness = await aReadySeatHarness();
    harness.api.remove(KINDS.Service, inSeat('lab-guide'));
    const causes = [{ reason: 'NamespaceTerminating' }];
    harness.api.fail({ kind: 'Service' }, apiError(403, 'Forbidden', 'because it is being terminated', { causes }));
    await harness.reconcile();
    expect(harness.condition('Provisioned')).toMatchObject({ status: 'False', reason: 'NamespaceTerminating' });
  });
});

describe('a deleted Seat', () => {
  async function aDeletedSeat() {
    const harness = await aReadySeatHarness();
    await harness.api.delete(KINDS.Seat, { name: NAME });
    return harness;
  }

  test("deletes a deleted Seat's namespace and waits until the namespace is gone", async () => {
    const harness = await aDeletedSeat();
    const watch = harness.watch();
    expect((await harness.reconcile())?.requeueAfter).toBe(5000);
    expect(watch.writes()).toEqual([
      'delete RoleBinding attendee',
      'delete ServiceAccount attendee',
      'apply Seat class-ada/status',
      'delete Namespace class-ada',
    ]);
    expect(harness.api.writes.find(({ verb, kind }) => verb === 'delete' && kind === 'Namespace')?.body).toEqual({
      uid: harness.get<Seat>('Namespace', NAME)?.metadata.uid,
    });
    expect(harness.seat.status?.phase).toBe('Terminating');
    await harness.reconcile();
    expect(harness.seat).toBeDefined();
    harness.api.remove(KINDS.Namespace, { name: NAME });
    await harness.reconcile();
    expect(harness.seat).toBeUndefined();
  });

  test("reports after ten seconds what Kubernetes says blocks the deletion of a seat's namespace", async () => {
    const harness = await aDeletedSeat();
    await harness.reconcile();
    harness.api.edit(
      KINDS.Namespace,
      { name: NAME },
      {
        status: {
          conditions: [
            {
              type: 'NamespaceContentRemaining',
              status: 'True',
              message: 'Some resources are remaining: pods. has 1 resource instances',
            },
          ],
        },
      },
    );
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Terminating',
      message: 'Waiting until namespace class-ada is deleted.',
    });
    harness.clock.advance(10_000);
    await harness.reconcile();
    expect(harness.condition('Ready')?.message).toBe(
      'Waiting until namespace class-ada is deleted. What blocks it: Some resources are remaining: pods. has 1 ' +
        'resource instances',
    );
  });

  test('keeps a deleted Seat until its namespace is gone, however long that takes', async () => {
    const harness = await aDeletedSeat();
    await harness.reconcile();
    harness.clock.advance(24 * 60 * MINUTE);
    expect((await harness.reconcile())?.requeueAfter).toBe(5000);
    expect(harness.seat).toBeDefined();
  });

  test("restores the RoleBinding that lets the operator delete a seat's namespace", async () => {
    const harness = await aDeletedSeat();
    harness.api.remove(KINDS.RoleBinding, inSeat('intro-otel-seat-operator'));
    harness.api.fail({ verb: 'delete', kind: 'Namespace' }, apiError(403, 'Forbidden', 'cannot delete namespaces'));
    expect(await harness.reconcile()).toEqual({ requeueAfter: 50, reason: 'PermissionsPending' });
    expect(harness.get('RoleBinding', 'intro-otel-seat-operator')).toBeDefined();
    await harness.reconcile();
    expect(harness.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeDefined();
  });

  test('removes a deleted Seat at once if it never had a namespace', async () => {
    const harness = aSeatHarness();
    await harness.api.delete(KINDS.Seat, { name: NAME });
    const watch = harness.watch();
    await harness.reconcile();
    expect(harness.seat).toBeUndefined();
    expect(watch.writes()).toEqual(['mergePatch Seat class-ada']);
  });

  test("ignores a deleted Seat that lacks the operator's finalizer", async () => {
    const harness = aSeatHarness(
      aSeat({ metadata: { finalizers: ['other'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    expect(await harness.reconcile()).toBeUndefined();
    expect(harness.api.writes).toEqual([]);
  });
});
