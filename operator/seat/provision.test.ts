import { seatReconciler } from './reconcile.ts';
import { NAME, aWorld } from './world.ts';

test('a new seat gives way to others once, when all of it but its pods stands', async () => {
  const world = aWorld();
  const reconciler = seatReconciler(world.options());
  const once = () => reconciler.reconcile(NAME, new AbortController().signal);
  expect(await once()).toEqual({ requeueAfter: 1 });
  expect([world.get('Secret', 'kubeconfig'), world.get('ConfigMap', 'lab-dice')]).toEqual([expect.anything(), expect.anything()]);
  expect(world.get('Deployment', 'lab-dice')).toBeUndefined();
  await once();
  expect(world.get('Deployment', 'lab-dice')).toBeDefined();
});

test('a seat whose pods run gives way to none when it follows a new revision', async () => {
  const world = aWorld();
  await world.reconcile();
  world.restart();
  world.change({ revision: 'another', lab: { instrumentation: 'manual' } });
  const once = () => seatReconciler(world.options()).reconcile(NAME, new AbortController().signal);
  await once();
  expect(world.seat.status?.revision).toBe('another');
});
