import { seatReconciler } from './controller.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { aSeat, smallLab } from './testing/fixtures.ts';
import { labCache } from './lab.ts';
import type { LabTemplate } from './lab.ts';
import { NAME, aSeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

test('a new seat gives way to others once, when all of it but its pods stands', async () => {
  const world = aSeatHarness();
  const reconciler = seatReconciler(world.options());
  const once = () => reconciler.reconcile(NAME, new AbortController().signal);
  expect(await once()).toEqual({ requeueAfter: 1 });
  expect([world.get('Secret', 'kubeconfig'), world.get('ConfigMap', 'lab-dice')]).toEqual([
    expect.anything(),
    expect.anything(),
  ]);
  expect(world.get('Deployment', 'lab-dice')).toBeUndefined();
  await once();
  expect(world.get('Deployment', 'lab-dice')).toBeDefined();
});

test('a seat whose pods run gives way to none when it follows a new revision', async () => {
  const world = aSeatHarness();
  await world.reconcile();
  world.restart();
  world.change({ revision: 'another', lab: { instrumentation: 'manual' } });
  const once = () => seatReconciler(world.options()).reconcile(NAME, new AbortController().signal);
  await once();
  expect(world.seat.status?.revision).toBe('another');
});

describe("the lab's Secret", () => {
  const account = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'lab-guide', namespace },
  });
  const key = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'lab-guide-key', namespace },
    type: 'Opaque',
  });
  const withKey: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    account(namespace),
    key(namespace),
  ];
  const keyWorld = () => aSeatHarness(aSeat(), { labOf: labCache(withKey) });
  const writesOf = (world: SeatHarness) =>
    world.api.writes.filter(({ kind, name }) => kind === 'Secret' && name === 'lab-guide-key').map(({ verb }) => verb);

  test('is made once, empty, before the account that fills it, and never written or read again', async () => {
    const world = keyWorld();
    await world.reconcile();
    const made = world.api.writes.map(({ verb, kind, name }) => `${verb} ${kind} ${name}`);
    expect(made.indexOf('create Secret lab-guide-key')).toBeLessThan(made.indexOf('apply ServiceAccount lab-guide'));
    world.api.edit(KINDS.Secret, inSeat('lab-guide-key'), { data: { key: 'c2VjcmV0' } });
    world.change({ revision: 'another', lab: { instrumentation: 'manual' } });
    await world.reconcile();
    world.restart();
    await world.reconcile();
    expect(writesOf(world)).toEqual(['create']);
    expect(world.get('Secret', 'lab-guide-key')).toMatchObject({
      data: { key: 'c2VjcmV0' },
      metadata: { labels: { 'intro-otel.dev/seat': NAME } },
    });
    expect(world.api.reads.filter(({ kind, name }) => kind === 'Secret' && name === 'lab-guide-key')).toEqual([]);
  });

  test('is left as it is where it is there already', async () => {
    const world = keyWorld();
    await world.reconcile();
    world.api.edit(KINDS.Secret, inSeat('lab-guide-key'), { data: { key: 'c2VjcmV0' } });
    world.api.remove(KINDS.ServiceAccount, inSeat('lab-guide'));
    await world.reconcile();
    expect(writesOf(world)).toEqual(['create', 'create']);
    expect(world.get('Secret', 'lab-guide-key')).toMatchObject({ data: { key: 'c2VjcmV0' } });
  });
});
