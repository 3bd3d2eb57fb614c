import { KINDS } from '../../api/kinds.ts';
import type { KubeObject } from '../../../kubernetes/object.ts';
import { aReadySeatHarness, inSeat } from '../testing/seat-harness.ts';
import type { SeatHarness } from '../testing/seat-harness.ts';

const seedPod = ({ api }: SeatHarness, metadata: object = {}): KubeObject =>
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { ...inSeat('mine'), ...metadata }, spec: { containers: [] } });

async function aStoppedSeat(metadata?: object): Promise<SeatHarness> {
  const harness = await aReadySeatHarness();
  seedPod(harness, metadata);
  harness.change({ replicas: 0 });
  await harness.reconcile();
  return harness;
}

/** Reconciles a seat whose lab has ended, until the operator has looked for the last time. */
async function end(harness: SeatHarness): Promise<void> {
  harness.settle();
  await harness.reconcile();
  await harness.reconcile();
  harness.clock.advance(5000);
  await harness.reconcile();
}

describe('a stopped seat', () => {
  test("ends the attendee's own pods once the lab has ended, and is stopped only then", async () => {
    const harness = await aStoppedSeat();
    expect(harness.get('Pod', 'mine')).toBeDefined();
    harness.settle();
    await harness.reconcile();
    expect([harness.get('Pod', 'mine'), harness.seat.status?.phase]).toEqual([undefined, 'Stopping']);
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Stopped', replicas: 0 });
  });

  test("ends the attendee's own pods even if they have finalizers", async () => {
    const harness = await aStoppedSeat({ finalizers: ['example.com/stay'] });
    await end(harness);
    expect(harness.get('Pod', 'mine')).toBeUndefined();
  });

  test('looks for new pods for five more seconds, and then no more', async () => {
    const harness = await aStoppedSeat();
    harness.settle();
    await harness.reconcile();
    await harness.reconcile();
    seedPod(harness);
    expect((await harness.reconcile())?.requeueAfter).toBe(2000);
    expect(harness.get('Pod', 'mine')).toBeUndefined();
    await end(harness);
    const watch = harness.watch();
    expect((await harness.reconcile())?.requeueAfter).toBe(300_000);
    expect([watch.reads(), watch.writes()]).toEqual([[], []]);
  });

  test("deletes the attendee's account, so that its tokens are void, and says so", async () => {
    const harness = await aStoppedSeat();
    await end(harness);
    expect([harness.get('ServiceAccount', 'attendee'), harness.get('RoleBinding', 'attendee')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(harness.seat.status).not.toHaveProperty('access');
    expect(harness.condition('Access')).toMatchObject({
      status: 'False',
      reason: 'Stopped',
      message: expect.stringContaining('tokens of the attendee') as string,
    });
  });

  test('gets a new account and a new kubeconfig when it starts again', async () => {
    const harness = await aStoppedSeat();
    const before = harness.kubeconfig;
    await end(harness);
    harness.change({ replicas: 1 });
    await harness.reconcile();
    expect(harness.kubeconfig).not.toBe(before);
    expect(harness.condition('Access')).toMatchObject({ status: 'True', reason: 'KubeconfigValid' });
  });

  test("leaves the attendee's pods alone while the seat runs", async () => {
    const harness = await aReadySeatHarness();
    seedPod(harness);
    await harness.reconcile();
    expect(harness.api.store(KINDS.Pod).list()).toHaveLength(1);
  });
});
