import { sha256 } from '../../../cdk8s/canonical-json.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import type { ConfigMap, Deployment } from '../../../kubernetes/types.ts';
import { NAMES } from '../../api/types.ts';
import type { SeatSpec } from '../../api/types.ts';
import { NAME, aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';
import type { SeatHarness } from '../testing/seat-harness.ts';

const CONFIG_SHA256 = 'intro-otel.dev/config-sha256';

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

test("does not restart dice with an older file while the store lacks the file that the guide's Run wrote", async () => {
  const harness = await aReadySeatHarness();
  const old = harness.get<ConfigMap>('ConfigMap', NAMES.dice);
  const started = (): string | undefined =>
    harness.get<Deployment>('Deployment', 'lab-dice')?.spec.template.metadata?.annotations?.[CONFIG_SHA256];
  harness.api.edit(KINDS.ConfigMap, inSeat(NAMES.dice), { data: { 'app.ts': 'mine' } });
  const annotations = { [CONFIG_SHA256]: sha256('mine') };
  harness.api.edit(KINDS.Deployment, inSeat('lab-dice'), { spec: { template: { metadata: { annotations } } } });
  const show = harness.hide('ConfigMap', () => old);
  expect(await harness.reconcileOnce()).toMatchObject({ reason: 'FilesNotCached' });
  show();
  expect(started()).toBe(sha256('mine'));
  const requests = harness.watch();
  await harness.reconcileOnce();
  expect([started(), requests.reads()]).toEqual([sha256('mine'), []]);
});

describe('while the guide writes a file and restarts dice during a reconcile', () => {
  /** Starts a reconcile that knows the file of before. The rest of it sees what the guide has written. */
  async function reconcileAmidRun(spec?: Partial<SeatSpec>): Promise<SeatHarness> {
    const harness = await aReadySeatHarness();
    const old = harness.get<ConfigMap>('ConfigMap', NAMES.dice);
    harness.api.edit(KINDS.ConfigMap, inSeat(NAMES.dice), { data: { 'app.ts': 'mine' } });
    const annotations = { [CONFIG_SHA256]: sha256('mine') };
    harness.api.edit(KINDS.Deployment, inSeat('lab-dice'), { spec: { template: { metadata: { annotations } } } });
    if (spec) harness.change(spec);
    const store = harness.api.store(KINDS.ConfigMap);
    const now = store.get.bind(store);
    const before = new Map([[`${NAME}/${NAMES.dice}`, old]]);
    const show = harness.hide('ConfigMap', (key) => {
      const found = before.get(key) ?? now(key);
      before.delete(key);
      return found;
    });
    expect(await harness.reconcileOnce()).toMatchObject({ reason: 'FilesNotCached' });
    show();
    return harness;
  }

  const startedWith = (harness: SeatHarness): string | undefined =>
    harness.get<Deployment>('Deployment', 'lab-dice')?.spec.template.metadata?.annotations?.[CONFIG_SHA256];

  test('does not restart dice with the older file', async () => {
    const harness = await reconcileAmidRun();
    expect(startedWith(harness)).toBe(sha256('mine'));
    await harness.reconcile();
    expect(startedWith(harness)).toBe(sha256('mine'));
  });

  test('does not overwrite the file, when the lab has changed too', async () => {
    const harness = await reconcileAmidRun({ revision: 'r2', lab: { instrumentation: 'manual' } });
    expect(harness.get<ConfigMap>('ConfigMap', NAMES.dice)?.data?.['app.ts']).toBe('mine');
  });
});
