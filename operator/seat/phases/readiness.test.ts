import { KINDS } from '../../../kubernetes/kinds.ts';
import { MINUTE, aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';

describe('a lab that is not ready', () => {
  test("reports the problem of a lab's pods after half a minute, and fails the seat after five minutes", async () => {
    const harness = aSeatHarness();
    const pods = () => harness.api.reads.filter(({ kind }) => kind === 'Pod').length;
    expect(await harness.reconcile()).toEqual({ requeueAfter: 30_000 });
    harness.api.seed({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...inSeat('lab-guide-abc'), labels: { 'app.kubernetes.io/instance': 'lab' } },
      status: {
        containerStatuses: [{ name: 'guide', state: { waiting: { reason: 'ErrImagePull', message: 'not found' } } }],
      },
    } as never);
    harness.clock.advance(29_000);
    await harness.reconcile();
    expect(pods()).toBe(0);
    harness.clock.advance(1_000);
    harness.settle('lab-guide');
    await harness.reconcile();
    await harness.reconcile();
    expect(pods()).toBe(1);
    expect(harness.seat.status?.phase).toBe('Provisioning');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'ErrImagePull',
      message: expect.stringContaining('Expected pod lab-guide-abc to start') as string,
    });
    harness.clock.advance(4.5 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.events.at(-1)).toMatchObject({ type: 'Warning', reason: 'ErrImagePull' });
  });

  test('does not report a lab as slow before 90 seconds', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    const watch = harness.watch();
    harness.clock.advance(MINUTE);
    await harness.reconcile();
    expect([watch.writes(), watch.reads().length]).toEqual([[], 1]);
    harness.clock.advance(MINUTE / 2);
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'NotAvailable',
      message: expect.stringContaining('found some that are not: lab-dice, lab-guide') as string,
    });
  });

  test('reports a failed seat as Ready once its lab is ready', async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    harness.clock.advance(6 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
  });

  test("gives a lab five minutes to become ready after each change of the seat's revision", async () => {
    const harness = aSeatHarness();
    await harness.reconcile();
    harness.clock.advance(10 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
    harness.change({ revision: 'r2' });
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Provisioning');
    harness.clock.advance(4 * MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Provisioning');
    harness.clock.advance(MINUTE);
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Failed');
  });
});

describe('progress of an attendee', () => {
  test("copies only the valid values of an attendee's progress from the course's ConfigMap", async () => {
    const harness = await aReadySeatHarness();
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-progress'), {
      data: { passed: '3', total: '12', lastActivity: '2026-01-01T00:00:59Z' },
    });
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({
      exercises: { passed: 3, total: 12 },
      progress: '3/12',
      lastActivity: '2026-01-01T00:00:59Z',
    });
    harness.api.edit(KINDS.ConfigMap, inSeat('lab-progress'), {
      data: { passed: '3\n99/99', total: '\u001b[2J', lastActivity: 'x'.repeat(9999) },
    });
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply Seat class-ada/status']);
    for (const field of ['exercises', 'progress', 'lastActivity'])
      expect(harness.seat.status).not.toHaveProperty(field);
  });
});
