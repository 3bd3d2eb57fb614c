import { KINDS } from '../api/kinds.ts';
import { apiError } from '../engine/testing/fake-api.ts';
import type { KubeObject } from '../../kubernetes/object.ts';
import type { Seat } from '../api/types.ts';
import { NAME, aReadySeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const STAY = { metadata: { finalizers: ['example.com/stay'] } };

function seedPod(harness: SeatHarness, metadata: object, spec: object = {}): void {
  harness.api.seed({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { ...inSeat('mine'), ...metadata },
    spec: { containers: [], nodeName: 'node-1', terminationGracePeriodSeconds: 1, ...spec },
  });
}

async function aDeletedSeat(prepare: (harness: SeatHarness) => void): Promise<SeatHarness> {
  const harness = await aReadySeatHarness();
  prepare(harness);
  await harness.api.delete(KINDS.Seat, { name: NAME });
  return harness;
}

const finalizersOf = (object: KubeObject | undefined): readonly string[] => object?.metadata.finalizers ?? [];
const isDeleting = (harness: SeatHarness): boolean =>
  harness.get<Seat>('Namespace', NAME)?.metadata.deletionTimestamp !== undefined;
const readyMessage = (harness: SeatHarness): string => harness.condition('Ready')?.message ?? '';

describe("obstacles to the deletion of a seat's namespace", () => {
  test.each([
    ['ConfigMap', 'lab-dice'],
    ['Deployment', 'lab-guide'],
  ] as const)("removes a foreign finalizer from a %s before it deletes the seat's namespace", async (kind, name) => {
    const harness = await aDeletedSeat(({ api }) => void api.edit(KINDS[kind], inSeat(name), STAY));
    expect(await harness.reconcile()).toEqual({ requeueAfter: 1000, reason: 'NamespaceTerminating' });
    expect([finalizersOf(harness.get(kind, name)), isDeleting(harness)]).toEqual([[], false]);
    await harness.reconcile();
    expect(isDeleting(harness)).toBe(true);
  });

  test("removes a foreign finalizer from an attendee's pod", async () => {
    const harness = await aDeletedSeat((one) => seedPod(one, STAY.metadata));
    await harness.reconcile();
    expect(finalizersOf(harness.get('Pod', 'mine'))).toEqual([]);
  });

  test("keeps a finalizer that Kubernetes' garbage collector removes", async () => {
    const harness = await aDeletedSeat((one) => seedPod(one, { finalizers: ['orphan'] }));
    await harness.reconcile();
    expect([finalizersOf(harness.get('Pod', 'mine')), isDeleting(harness)]).toEqual([['orphan'], true]);
  });

  test('deletes a Deployment whose template gives finalizers to its pods', async () => {
    const template = { spec: { template: STAY } };
    const harness = await aDeletedSeat(({ api }) => void api.edit(KINDS.Deployment, inSeat('lab-dice'), template));
    await harness.reconcile();
    expect(harness.get('Deployment', 'lab-dice')).toBeUndefined();
  });

  test('deletes a pod with a long grace period, and gives it one second', async () => {
    const harness = await aDeletedSeat((one) => seedPod(one, { uid: 'u' }, { terminationGracePeriodSeconds: 3600 }));
    const { length } = harness.api.writes;
    await harness.reconcile();
    expect(harness.api.writes.slice(length).find(({ kind }) => kind === 'Pod')).toMatchObject({
      verb: 'delete',
      name: 'mine',
      body: { gracePeriodSeconds: 1 },
    });
  });

  test('starts the deletion after ten seconds, even if obstacles keep coming', async () => {
    const harness = await aDeletedSeat((one) => seedPod(one, STAY.metadata));
    for (let second = 0; second < 10; second++) {
      await harness.reconcile();
      expect(isDeleting(harness)).toBe(false);
      harness.api.edit(KINDS.Pod, inSeat('mine'), STAY);
      harness.clock.advance(1000);
    }
    await harness.reconcile();
    expect(isDeleting(harness)).toBe(true);
  });

  test.each<[string, (harness: SeatHarness) => void, string]>([
    [
      'a finalizer on an object that no attendee may write',
      ({ api }) => void api.edit(KINDS.Service, inSeat('lab-guide'), STAY),
      'Service lab-guide has the finalizer example.com/stay. If nothing else removes it: kubectl -n class-ada patch ' +
        `service lab-guide --type=merge -p '{"metadata":{"finalizers":null}}'`,
    ],
    [
      'a finalizer that the operator may not remove',
      (harness) => {
        seedPod(harness, STAY.metadata);
        harness.api.fail({ verb: 'mergePatch', kind: 'Pod' }, apiError(403, 'Forbidden'), 10);
      },
      'Pod mine has the finalizer example.com/stay.',
    ],
    [
      'a pod on a node that does not answer',
      (harness) => seedPod(harness, { deletionTimestamp: '2026-01-01T00:00:30Z', deletionGracePeriodSeconds: 1 }),
      'Pod mine should have ended, but its node node-1 has not confirmed it: kubectl -n class-ada delete pod mine ' +
        '--force --grace-period=0',
    ],
  ])('names after ten seconds %s, with the command', async (_title, prepare, expected) => {
    const harness = await aDeletedSeat(prepare);
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({ reason: 'Terminating' });
    harness.clock.advance(10_000);
    await harness.reconcile();
    expect(harness.condition('Ready')).toMatchObject({ reason: 'DeletionBlocked' });
    expect(readyMessage(harness)).toContain(expected);
  });

  test('names three obstacles at most, and counts the others', async () => {
    const harness = await aDeletedSeat(({ api }) => {
      for (const [index, kind] of (['Service', 'ResourceQuota', 'LimitRange', 'NetworkPolicy'] as const).entries())
        api.seed({ ...KINDS[kind], metadata: { ...inSeat(`theirs-${index}`), ...STAY.metadata } });
    });
    await harness.reconcile();
    harness.clock.advance(10_000);
    await harness.reconcile();
    expect(readyMessage(harness)).toMatch(/theirs-1.*theirs-2.*; 1 more$/);
  });
});
