import { sha256 } from '../../../cdk8s/canonical-json.ts';
import { KINDS } from '../../../kubernetes/kinds.ts';
import type { ConfigMap, Deployment } from '../../../kubernetes/types.ts';
import { NAMES } from '../../api/types.ts';
import { aReadySeatHarness, aSeatHarness, inSeat } from '../testing/seat-harness.ts';

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
