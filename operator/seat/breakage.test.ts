import { KINDS } from '../api/kinds.ts';
import { MINUTE, aReadySeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const START = Date.parse('2026-01-01T00:00:00Z');

function seedPod({ api }: SeatHarness, name: string, metadata: object = {}): void {
  api.seed({ apiVersion: 'v1', kind: 'Pod', metadata: { ...inSeat(name), ...metadata }, spec: { containers: [] } });
}

const OF_LAB = {
  labels: { 'app.kubernetes.io/instance': 'lab' },
  ownerReferences: [{ apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'r', controller: true }],
};

/** Makes the guide unavailable, and reconciles now and `later` milliseconds from now. */
async function aBrokenSeat(prepare: (harness: SeatHarness) => void, later = 30_000): Promise<SeatHarness> {
  const harness = await aReadySeatHarness();
  harness.settle('lab-guide');
  await harness.reconcile();
  prepare(harness);
  harness.clock.advance(later);
  await harness.reconcile();
  return harness;
}

const fillQuota = (harness: SeatHarness): void =>
  void harness.api.edit(KINDS.Deployment, inSeat('lab-guide'), {
    status: {
      conditions: [{ type: 'ReplicaFailure', status: 'True', message: 'pods "x" is forbidden: exceeded quota: seat' }],
    },
  });

describe('a seat that its attendee broke', () => {
  test('fails after half a minute, and says who broke it: own pods fill the quota', async () => {
    const harness = await aBrokenSeat((one) => {
      fillQuota(one);
      seedPod(one, 'mine-1');
      seedPod(one, 'mine-2');
    });
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'BrokenByAttendee',
      message:
        "The attendee's 2 own pods fill the quota, so that lab-guide gets none. Delete them: kubectl -n class-ada " +
        'delete pod mine-1 mine-2 Other seats are not affected.',
    });
  });

  test('fails after half a minute, and says who broke it: a paused Deployment', async () => {
    const harness = await aBrokenSeat(
      ({ api }) => void api.edit(KINDS.Deployment, inSeat('lab-guide'), { spec: { paused: true } }),
    );
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'BrokenByAttendee',
      message: expect.stringContaining('Deployment lab-guide is paused') as string,
    });
  });

  test('says that somebody deletes the pods, if the pods are much younger than the wait', async () => {
    const creationTimestamp = new Date(START + 2 * MINUTE + 61_000).toISOString();
    const harness = await aBrokenSeat(
      (one) => seedPod(one, 'lab-guide-1', { ...OF_LAB, creationTimestamp }),
      2 * MINUTE,
    );
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'BrokenByAttendee',
      message: expect.stringContaining('deletes or restarts the pods of lab-guide again and again') as string,
    });
  });

  test.each<[string, (harness: SeatHarness) => void]>([
    ['the quota is full of pods of the lab', fillQuota],
    ['pods wait as long as the lab', (one) => seedPod(one, 'lab-guide-1', OF_LAB)],
  ])('does not blame the attendee if %s', async (_title, prepare) => {
    const harness = await aBrokenSeat(prepare);
    expect(harness.seat.status?.phase).toBe('Provisioning');
    expect(harness.condition('Ready')?.reason).not.toBe('BrokenByAttendee');
  });
});
