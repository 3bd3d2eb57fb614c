import { apiError } from '../../engine/testing/fake-api.ts';
import { aSeat } from '../testing/fixtures.ts';
import { NAME, aReadySeatHarness, aSeatHarness } from '../testing/seat-harness.ts';

describe('quota of a seat', () => {
  test('fails a seat before any object is created if the quota is too small for the lab', async () => {
    const harness = aSeatHarness(aSeat({ spec: { quota: { cpu: '100m' } } }));
    const watch = harness.watch();
    await harness.reconcile();
    expect(watch.writes()).toEqual(['apply Seat class-ada/status']);
    expect(harness.seat.status?.phase).toBe('Failed');
    expect(harness.condition('Ready')).toMatchObject({
      reason: 'QuotaTooSmall',
      message: expect.stringContaining('cpu 100m, expected at least 300m') as string,
    });
    const again = harness.watch();
    await harness.reconcile();
    expect([...again.writes(), ...again.reads()]).toEqual([]);
  });

  test('reports a quota that is lowered below what the lab needs, and keeps the lab running', async () => {
    const harness = await aReadySeatHarness();
    harness.change({ revision: 'r2', quota: { pods: 1 } });
    await harness.reconcile();
    expect(harness.seat.status).toMatchObject({ phase: 'Failed', revision: 'r1', namespace: NAME });
    expect(harness.condition('Ready')?.message).toMatch(
      /pods 1, expected at least 3.*The lab keeps running as before\.$/,
    );
  });

  test('reports a quota that has no room for an object of the lab, and advises what to do', async () => {
    const harness = aSeatHarness();
    harness.api.fail(
      { kind: 'Service' },
      apiError(
        403,
        'Forbidden',
        'services "lab-guide" is forbidden: exceeded quota: seat, requested: services=1, used: services=11, ' +
          'limited: services=11',
      ),
    );
    await harness.reconcile();
    expect(harness.condition('Provisioned')).toMatchObject({
      status: 'False',
      reason: 'OverQuota',
      message: expect.stringContaining('used: services=11') as string,
    });
    expect(harness.seat.status?.phase).toBe('Provisioning');
  });
});
