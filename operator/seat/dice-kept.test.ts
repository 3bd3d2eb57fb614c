import { sha256 } from '../../cdk8s/plain.ts';
import { LABELS } from '../api/types.ts';
import { KINDS } from '../engine/kinds.ts';
import { GIVEN_CODE } from './fixtures.ts';
import type { ConfigMap, Deployment } from './shapes.ts';
import { NAME, aReadyWorld, inSeat } from './world.ts';
import type { World } from './world.ts';

describe('the attendee\'s own code', () => {
  const dice = (world: World) => world.get<ConfigMap>('ConfigMap', 'lab-dice');
  const startedWith = (world: World) => world.get<Deployment>('Deployment', 'lab-dice')?.spec.template.metadata?.annotations?.['intro-otel.dev/config-sha256'];
  const manual = { revision: 'r2', lab: { instrumentation: 'manual' } } as const;

  test('is there to begin with, as the lab gives it', async () => {
    const world = await aReadyWorld();
    expect(dice(world)?.data).toEqual({ 'app.ts': GIVEN_CODE.auto });
  });

  test('follows the lab as long as it is as it was given', async () => {
    const world = await aReadyWorld();
    world.change(manual);
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ 'app.ts': GIVEN_CODE.manual });
    expect(startedWith(world)).toBe(sha256(GIVEN_CODE.manual));
  });

  test('is started once it is edited, and stays through every change of the lab', async () => {
    const world = await aReadyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    const watch = world.watch();
    await world.reconcile();
    expect(watch.writes()).toEqual(['apply Deployment lab-dice', 'apply Seat class-ada/status']);
    expect(startedWith(world)).toBe(sha256('mine'));
    expect(world.events.at(-1)?.reason).toBe('CodeStarted');
    world.change(manual);
    await world.reconcile();
    world.change({ revision: 'r3', lab: { instrumentation: 'auto' } });
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ 'app.ts': 'mine' });
    expect(startedWith(world)).toBe(sha256('mine'));
    expect(dice(world)?.metadata.annotations?.['intro-otel.dev/given-sha256']).toBe(sha256(GIVEN_CODE.auto));
  });

  test('is not lost when it is saved at the very moment at which the lab changes', async () => {
    const world = await aReadyWorld();
    world.change(manual);
    // What the store has is what was there before the attendee saved.
    const before = dice(world);
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    const show = world.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? before : undefined));
    await expect(world.reconcile()).rejects.toThrow('the object has been modified');
    show();
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ 'app.ts': 'mine' });
  });

  test('is taken as it is where the attendee has replaced the whole ConfigMap, labels and all', async () => {
    const world = await aReadyWorld();
    world.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    world.api.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: inSeat('lab-dice'), data: { 'app.ts': 'mine' } });
    // The stores hold what has our labels.
    const progress = world.get('ConfigMap', 'lab-progress');
    const show = world.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? undefined : progress));
    await world.reconcile();
    show();
    expect(dice(world)).toMatchObject({ data: { 'app.ts': 'mine' }, metadata: { labels: { [LABELS.seat]: NAME } } });
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ 'app.ts': 'mine' });
  });

  test('comes back as it was given when the attendee deletes it', async () => {
    const world = await aReadyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    await world.reconcile();
    world.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ 'app.ts': GIVEN_CODE.auto });
  });

  test('that doesn\'t run keeps nobody from calling the seat ready, which says so', async () => {
    const world = await aReadyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'broken(' } });
    await world.reconcile();
    world.settle('lab-dice');
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.condition('Ready')?.message).toBe('All 1 Deployments of the lab are available. lab-dice is not counted, as it runs the attendee\'s own code.');
  });
});
