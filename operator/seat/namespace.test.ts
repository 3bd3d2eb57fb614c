import { LABELS, MANAGED_BY } from '../api/types.ts';
import type { Seat } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import { aSeat } from './testing/fixtures.ts';
import { MINUTE, NAME, aReadySeatHarness, aSeatHarness, inSeat } from './testing/seat-harness.ts';

describe('a namespace of that name', () => {
  const namespace = (metadata: object) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: NAME, ...metadata },
  });
  const ours = { [LABELS.managedBy]: MANAGED_BY, [LABELS.seat]: NAME };
  const owner = { apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Seat', name: NAME, uid: 'seat-1' };

  test.each<[string, object]>([
    ["that is somebody else's", { labels: { team: 'payments' } }],
    ['with our labels and no owner', { labels: ours }],
    ['with our owner and no labels', { ownerReferences: [owner] }],
    [
      'of another seat',
      { labels: { ...ours, [LABELS.seat]: 'other' }, ownerReferences: [{ ...owner, name: 'other' }] },
    ],
  ])('%s is never touched', async (_what, metadata) => {
    const world = aSeatHarness();
    world.api.seed(namespace(metadata));
    const watch = world.watch();
    const result = await world.reconcile();
    expect(watch.writes().filter((write) => !/^create Namespace|status$/.test(write))).toEqual([]);
    expect(world.seat.status).toMatchObject({ phase: 'Failed' });
    expect(world.seat.status).not.toHaveProperty('namespace');
    expect(world.condition('Ready')).toMatchObject({
      reason: 'NamespaceTaken',
      message: expect.stringContaining('Give the attendee or the Workshop another name') as string,
    });
    expect(world.events).toContainEqual(expect.objectContaining({ type: 'Warning', reason: 'NamespaceTaken' }));
    expect(result?.requeueAfter).toBe(5 * MINUTE);
  });

  test("is left alone when the Seat that couldn't have it is deleted", async () => {
    const world = aSeatHarness();
    world.api.seed(namespace({ labels: { team: 'payments' } }));
    await world.reconcile();
    await world.api.delete(KINDS.Seat, { name: NAME });
    await world.reconcile();
    expect(world.seat).toBeUndefined();
    expect(world.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeUndefined();
  });

  test('is taken once it is free', async () => {
    const world = aSeatHarness();
    world.api.seed(namespace({ labels: { team: 'payments' } }));
    await world.reconcile();
    world.api.remove(KINDS.Namespace, { name: NAME });
    await world.reconcile();
    expect(world.condition('Provisioned')).toMatchObject({ status: 'True' });
    expect(world.seat.status?.phase).toBe('Provisioning');
  });

  test('of the seat before is deleted and waited for, and what keeps it is said', async () => {
    const world = aSeatHarness();
    world.api.seed(namespace({ labels: ours, ownerReferences: [{ ...owner, uid: 'seat-0' }] }));
    await world.reconcile();
    expect(world.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeDefined();
    expect(world.seat.status).toMatchObject({ phase: 'Pending' });
    world.api.edit(
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
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({
      reason: 'NamespaceTerminating',
      message: expect.stringContaining('example.com/hold in 1 resource instances') as string,
    });
    world.api.remove(KINDS.Namespace, { name: NAME });
    await world.reconcile();
    expect(world.get('Namespace', NAME)).toMatchObject({ metadata: { ownerReferences: [{ uid: 'seat-1' }] } });
  });

  test('that was deleted by hand is made anew with all that was in it, and with another kubeconfig', async () => {
    const world = await aReadySeatHarness();
    const before = world.kubeconfig;
    await world.api.delete(KINDS.Namespace, { name: NAME });
    await world.reconcile();
    expect(world.seat.status).toMatchObject({ phase: 'Pending' });
    world.api.remove(KINDS.Namespace, { name: NAME });
    await world.reconcile();
    world.settle();
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.kubeconfig).toContain('token: "token-');
    expect(world.kubeconfig).not.toBe(before);
  });

  test('that begins to go while it is filled is waited for', async () => {
    const world = await aReadySeatHarness();
    world.api.remove(KINDS.Service, inSeat('lab-guide'));
    const causes = [{ reason: 'NamespaceTerminating' }];
    world.api.fail({ kind: 'Service' }, apiError(403, 'Forbidden', 'because it is being terminated', { causes }));
    await world.reconcile();
    expect(world.condition('Provisioned')).toMatchObject({ status: 'False', reason: 'NamespaceTerminating' });
  });
});

describe('a Seat that is deleted', () => {
  async function aGoingSeat() {
    const world = await aReadySeatHarness();
    await world.api.delete(KINDS.Seat, { name: NAME });
    return world;
  }

  test('has its namespace deleted, waits for it, and goes', async () => {
    const world = await aGoingSeat();
    const watch = world.watch();
    expect((await world.reconcile())?.requeueAfter).toBe(15_000);
    expect(watch.writes()).toEqual(['delete Namespace class-ada', 'apply Seat class-ada/status']);
    expect(world.api.writes.find(({ verb, kind }) => verb === 'delete' && kind === 'Namespace')?.body).toEqual({
      uid: world.get<Seat>('Namespace', NAME)?.metadata.uid,
    });
    expect(world.seat.status?.phase).toBe('Terminating');
    await world.reconcile();
    expect(world.seat).toBeDefined();
    world.api.remove(KINDS.Namespace, { name: NAME });
    await world.reconcile();
    expect(world.seat).toBeUndefined();
  });

  test('names what keeps its namespace, once that takes a while', async () => {
    const world = await aGoingSeat();
    await world.reconcile();
    world.api.edit(
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
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'Terminating',
      message: 'Waiting for namespace class-ada to go.',
    });
    world.clock.advance(30_000);
    await world.reconcile();
    expect(world.condition('Ready')?.message).toBe(
      'Waiting for namespace class-ada to go. It is kept by: Some resources are remaining: pods. has 1 resource instances',
    );
  });

  test('is let go after ten minutes, and the Workshop is told what was left behind', async () => {
    const world = await aGoingSeat();
    world.api.seed({ apiVersion: 'intro-otel.dev/v1alpha1', kind: 'Workshop', metadata: { name: 'class' } });
    await world.reconcile();
    world.clock.advance(10 * MINUTE - 1);
    expect((await world.reconcile())?.requeueAfter).toBe(1);
    world.clock.advance(1);
    await world.reconcile();
    expect(world.seat).toBeUndefined();
    const told = world.events.filter(({ reason }) => reason === 'NamespaceLeftBehind');
    expect(told.map(({ about, type }) => [about, type])).toEqual([
      ['Seat class-ada', 'Warning'],
      ['Workshop class', 'Warning'],
    ]);
    expect(told[0]?.message).toContain('Expected namespace class-ada to be gone within 10 minutes');
  });

  test('gives itself the rights to delete its namespace where these are missing', async () => {
    const world = await aGoingSeat();
    world.api.remove(KINDS.RoleBinding, inSeat('intro-otel-seat-operator'));
    world.api.fail({ verb: 'delete', kind: 'Namespace' }, apiError(403, 'Forbidden', 'cannot delete namespaces'));
    expect(await world.reconcile()).toEqual({ requeueAfter: 50 });
    expect(world.get('RoleBinding', 'intro-otel-seat-operator')).toBeDefined();
    await world.reconcile();
    expect(world.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp).toBeDefined();
  });

  test('goes at once where it never had a namespace', async () => {
    const world = aSeatHarness();
    await world.api.delete(KINDS.Seat, { name: NAME });
    const watch = world.watch();
    await world.reconcile();
    expect(world.seat).toBeUndefined();
    expect(watch.writes()).toEqual(['mergePatch Seat class-ada']);
  });

  test('is none of our business without our finalizer', async () => {
    const world = aSeatHarness(
      aSeat({ metadata: { finalizers: ['other'], deletionTimestamp: '2026-01-01T00:00:00Z' } }),
    );
    expect(await world.reconcile()).toBeUndefined();
    expect(world.api.writes).toEqual([]);
  });
});
