import { proofOf } from '../../../apps/guide/passed-steps.ts';
import { courseStepIds } from '../../../course/step-ids.ts';
import { conditionOf } from '../../../kubernetes/conditions.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import { MINUTE, aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';
import type { SeatHarness } from '../testing/seat-harness.ts';

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

describe('a guide that does not reach the API server', () => {
  const condition = (harness: SeatHarness) => conditionOf(harness.seat.status?.conditions, 'GuideConnected');

  /** Makes a seat whose guide starts, but can't store its key. */
  async function aSeatWithoutKey() {
    const harness = aSeatHarness();
    await harness.reconcile();
    harness.api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: inSeat('lab-guide-key') } as never);
    harness.settle();
    await harness.reconcile();
    return harness;
  }

  test('is reported in a condition that says what to do, also after a restart of the operator', async () => {
    const harness = await aSeatWithoutKey();
    expect(harness.seat.status?.phase).toBe('Ready');
    expect(condition(harness)).toMatchObject({
      status: 'False',
      reason: 'NoKey',
      message: expect.stringMatching(/does not reach the API server.*With Cilium, set policyCIDRMatchMode/) as string,
    });
    harness.restart();
    await harness.reconcile();
    expect(condition(harness)).toBeDefined();
  });

  test('is reported no longer once the guide has stored its key', async () => {
    const harness = await aSeatWithoutKey();
    harness.api.edit(KINDS.Secret, inSeat('lab-guide-key'), { data: { token: 'dG9rZW4=' } });
    await harness.reconcile();
    expect(condition(harness)).toBeUndefined();
  });
});

describe('progress of an attendee', () => {
  const [first = ''] = courseStepIds();
  const total = courseStepIds().length;
  const key = 'k'.repeat(64);
  const step = { startedAt: '2026-01-01T00:00:10Z', passedAt: '2026-01-01T00:00:50Z' };

  async function aSeatWithKey() {
    const harness = await aReadySeatHarness();
    const data = { key: Buffer.from(key).toString('base64') };
    harness.api.seed({ apiVersion: 'v1', kind: 'Secret', metadata: inSeat('lab-guide-key'), data } as never);
    const write = (data: Record<string, string>) => harness.api.edit(KINDS.ConfigMap, inSeat('lab-progress'), { data });
    return { harness, write };
  }
  const proofFor = (seat: string) => proofOf({ key, seat }, first, step);

  test("shows the steps that the guide has signed, and reads the guide's key only once", async () => {
    const { harness, write } = await aSeatWithKey();
    const steps = JSON.stringify({ [first]: { ...step, proof: proofFor('seat-1') } });
    const watch = harness.watch();
    for (const second of ['51', '52', '53']) {
      write({ passed: '1', total: '12', steps, lastActivity: `2026-01-01T00:00:${second}Z` });
      await harness.reconcile();
    }
    expect(harness.seat.status).toMatchObject({ progress: `1/${total}`, lastActivity: '2026-01-01T00:00:53Z' });
    expect(watch.reads()).toEqual(['get Secret']);
    expect(harness.seat.status?.conditions?.map(({ type }) => type)).not.toContain('ProgressVerified');
  });

  test('shows the step and its failed check with one write, and writes nothing while nothing changes', async () => {
    const { harness, write } = await aSeatWithKey();
    const failed = { finding: '06-manual/no-value', hop: 'shape', times: 2, at: '2026-01-01T00:00:40.500Z' };
    write({ passed: '0', steps: JSON.stringify({ [first]: { startedAt: step.startedAt, failed } }) });
    const watch = harness.watch();
    await harness.reconcile();
    expect(harness.seat.status?.course).toEqual({
      step: first,
      since: step.startedAt,
      passed: [],
      check: { ...failed, step: first, at: '2026-01-01T00:00:40Z' },
    });
    expect(watch.writes()).toHaveLength(1);
    harness.clock.advance(MINUTE);
    await harness.reconcile();
    expect(watch.writes()).toHaveLength(1);
  });

  test('writes nothing for a seat whose attendee has not begun', async () => {
    const { harness } = await aSeatWithKey();
    const watch = harness.watch();
    await harness.reconcile();
    expect([watch.writes(), harness.seat.status?.course]).toEqual([[], undefined]);
  });

  test.each<[string, Record<string, string>]>([
    ['999 of 999', { passed: '999', total: '999' }],
    ["another seat's signature", { steps: JSON.stringify({ [first]: { ...step, proof: proofFor('seat-2') } }) }],
    ['a step without a signature', { steps: JSON.stringify({ [first]: step }) }],
  ])('shows 0 for %s, says so in a condition, and reads the key once per change', async (_what, forged) => {
    const { harness, write } = await aSeatWithKey();
    write(forged);
    const watch = harness.watch();
    await harness.reconcile();
    await harness.reconcile();
    expect(watch.reads()).toEqual(['get Secret']);
    expect(harness.seat.status).toMatchObject({ progress: `0/${total}`, phase: 'Ready' });
    expect(conditionOf(harness.seat.status?.conditions, 'ProgressVerified')).toMatchObject({
      status: 'False',
      reason: 'SignatureMissing',
    });
  });

  test('reports a sidecar that the guide has found in its pod, until the guide no longer finds it', async () => {
    const { harness, write } = await aSeatWithKey();
    const condition = () => conditionOf(harness.seat.status?.conditions, 'LoopbackTrusted');
    write({ sidecars: 'istio-proxy,\u001b[2J' });
    await harness.reconcile();
    expect(condition()).toMatchObject({
      reason: 'SidecarInjected',
      message: expect.stringContaining('found istio-proxy too') as string,
    });
    write({ sidecars: '' });
    await harness.reconcile();
    expect(condition()).toBeUndefined();
  });
});
