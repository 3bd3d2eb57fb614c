import { MINUTE, aSeatHarness, inSeat } from './testing/seat-harness.ts';

describe('a seat whose lab takes long', () => {
  test("that doesn't start is looked into after half a minute, and fails after five", async () => {
    const world = aSeatHarness();
    const pods = () => world.api.reads.filter(({ kind }) => kind === 'Pod').length;
    expect(await world.reconcile()).toEqual({ requeueAfter: 30_000 });
    world.api.seed({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...inSeat('lab-guide-abc'), labels: { 'app.kubernetes.io/instance': 'lab' } },
      status: {
        containerStatuses: [{ name: 'guide', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      },
    } as never);
    world.clock.advance(29_000);
    await world.reconcile();
    expect(pods()).toBe(0);
    world.clock.advance(1_000);
    world.settle('lab-guide');
    await world.reconcile();
    await world.reconcile();
    expect(pods()).toBe(1);
    expect(world.seat.status?.phase).toBe('Provisioning');
    expect(world.condition('Ready')).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('Expected pod lab-guide-abc to start') as string,
    });
    world.clock.advance(4.5 * MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    expect(world.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'ErrImagePull' });
  });

  test('that is only slow is not written about before a minute and a half', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    const watch = world.watch();
    world.clock.advance(MINUTE);
    await world.reconcile();
    expect([watch.writes(), watch.reads().length]).toEqual([[], 1]);
    world.clock.advance(MINUTE / 2);
    await world.reconcile();
    expect(world.condition('Ready')).toMatchObject({
      reason: 'NotAvailable',
      message: expect.stringContaining('still waiting for lab-dice, lab-guide') as string,
    });
  });

  test('that has failed becomes Ready when it does after all', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    world.clock.advance(6 * MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    world.settle();
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
  });

  test('has five minutes anew for each revision', async () => {
    const world = aSeatHarness();
    await world.reconcile();
    world.clock.advance(10 * MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
    world.change({ revision: 'r2' });
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Provisioning');
    world.clock.advance(4 * MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Provisioning');
    world.clock.advance(MINUTE);
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Failed');
  });
});
