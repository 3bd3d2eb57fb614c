import { aSeatHarness } from '../testing/seat-harness.ts';

test("requeues a new seat once before it creates the seat's pods, so that other seats go first", async () => {
  const harness = aSeatHarness();
  expect(await harness.reconcileOnce()).toMatchObject({ reason: 'YieldToOtherSeats' });
  expect([harness.get('Secret', 'kubeconfig'), harness.get('ConfigMap', 'lab-dice')]).toEqual([
    expect.anything(),
    expect.anything(),
  ]);
  expect(harness.get('Deployment', 'lab-dice')).toBeUndefined();
  await harness.reconcileOnce();
  expect(harness.get('Deployment', 'lab-dice')).toBeDefined();
});

test('applies the Deployments at once if the seat already has pods', async () => {
  const harness = aSeatHarness();
  await harness.reconcile();
  harness.restart();
  harness.change({ revision: 'another', lab: { instrumentation: 'manual' } });
  await harness.reconcileOnce();
  expect(harness.seat.status?.revision).toBe('another');
});
