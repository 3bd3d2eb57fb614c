import { KINDS } from '../api/kinds.ts';
import type { Workshop } from '../api/types.ts';
import { aSeat } from './testing/fixtures.ts';
import { NAME, aReadySeatHarness, aSeatHarness } from './testing/seat-harness.ts';

const message = '0 of 1 seats fit on the nodes. Not enough cpu.';
const full: Workshop = {
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Workshop',
  metadata: { name: 'class', uid: 'class-1' },
  spec: { seats: 1 },
  status: {
    conditions: [
      {
        type: 'CapacityAvailable',
        status: 'False',
        reason: 'InsufficientCapacity',
        message,
        lastTransitionTime: '2026-01-01T00:00:00Z',
      },
    ],
  },
};
const heldSeat = () => aSeat({ spec: { held: true } });

describe('a seat that waits for room on the nodes', () => {
  test('is Pending and says why, and has no namespace', async () => {
    const harness = aSeatHarness(heldSeat());
    harness.api.seed(full);
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Pending', replicas: 0 });
    expect(harness.condition('Ready')).toMatchObject({
      status: 'False',
      reason: 'InsufficientCapacity',
      message: `The seat waits until it fits on the nodes. ${message}`,
    });
    expect(harness.get('Namespace', NAME)).toBeUndefined();
    const watch = harness.watch();
    expect(await harness.reconcile()).toEqual({ requeueAfter: 30_000 });
    expect([watch.writes(), watch.reads()]).toEqual([[], []]);
  });

  test('gets its namespace and lab as soon as it is no longer held', async () => {
    const harness = aSeatHarness(heldSeat());
    await harness.reconcile();
    harness.change({ held: false });
    await harness.reconcile();
    harness.settle();
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
  });

  test('goes away without a namespace when it is deleted', async () => {
    const harness = aSeatHarness(heldSeat());
    await harness.reconcile();
    await harness.api.delete(KINDS.Seat, { name: NAME });
    await harness.reconcile();
    expect(harness.seat).toBeUndefined();
  });

  test('keeps running if somebody holds it by hand after it was ready', async () => {
    const harness = await aReadySeatHarness();
    harness.change({ held: true });
    await harness.reconcile();
    expect(harness.seat.status?.phase).toBe('Ready');
  });
});
