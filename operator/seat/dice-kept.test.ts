import { sha256 } from '../../cdk8s/canonical-json.ts';
import { LABELS } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { aDeployment, aSeat, GIVEN_CODE, GIVEN_COLLECTOR, GIVEN_SETTINGS, smallLab } from './testing/fixtures.ts';
import { labCache } from './lab.ts';
import type { LabTemplate } from './lab.ts';
import type { ConfigMap, Deployment } from './types.ts';
import { NAME, aReadySeatHarness, aSeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const dice = (world: SeatHarness) => world.get<ConfigMap>('ConfigMap', 'lab-dice');
const annotationsOf = (world: SeatHarness, component: string) =>
  world.get<Deployment>('Deployment', `lab-${component}`)?.spec.template.metadata?.annotations;
const given = { 'settings.env': GIVEN_SETTINGS, 'collector.yaml': GIVEN_COLLECTOR };

describe("the attendee's own code", () => {
  const startedWith = (world: SeatHarness) => annotationsOf(world, 'dice')?.['intro-otel.dev/config-sha256'];
  const manual = { revision: 'r2', lab: { instrumentation: 'manual' } } as const;

  test('is there to begin with, as the lab gives it', async () => {
    const world = await aReadySeatHarness();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test('follows the lab as long as it is as it was given', async () => {
    const world = await aReadySeatHarness();
    world.change(manual);
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.manual });
    expect(startedWith(world)).toBe(sha256(GIVEN_CODE.manual));
  });

  test('is started once it is edited, and stays through every change of the lab', async () => {
    const world = await aReadySeatHarness();
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
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': 'mine' });
    expect(startedWith(world)).toBe(sha256('mine'));
    expect(dice(world)?.metadata.annotations?.['intro-otel.dev/given-sha256']).toBe(sha256(GIVEN_CODE.auto));
  });

  test('is not lost when it is saved at the very moment at which the lab changes', async () => {
    const world = await aReadySeatHarness();
    world.change(manual);
    // What the store has is what was there before the attendee saved.
    const before = dice(world);
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    const show = world.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? before : undefined));
    await expect(world.reconcile()).rejects.toThrow('the object has been modified');
    show();
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': 'mine' });
  });

  test('is taken as it is where the attendee has replaced the whole ConfigMap, labels and all', async () => {
    const world = await aReadySeatHarness();
    world.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    world.api.seed({ apiVersion: 'v1', kind: 'ConfigMap', metadata: inSeat('lab-dice'), data: { 'app.ts': 'mine' } });
    // The stores hold what has our labels.
    const progress = world.get('ConfigMap', 'lab-progress');
    const show = world.hide('ConfigMap', (key) => (key === `${NAME}/lab-dice` ? undefined : progress));
    await world.reconcile();
    show();
    expect(dice(world)).toMatchObject({ data: { 'app.ts': 'mine' }, metadata: { labels: { [LABELS.seat]: NAME } } });
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': 'mine' });
  });

  test('comes back as it was given when the attendee deletes it', async () => {
    const world = await aReadySeatHarness();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'mine' } });
    await world.reconcile();
    world.api.remove(KINDS.ConfigMap, inSeat('lab-dice'));
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test("that doesn't run keeps nobody from calling the seat ready, which says so", async () => {
    const world = await aReadySeatHarness();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'app.ts': 'broken(' } });
    await world.reconcile();
    world.settle('lab-dice');
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.condition('Ready')?.message).toBe(
      "All 1 Deployments of the lab are available. lab-dice is not counted, as it runs the attendee's own code.",
    );
  });
});

describe("the attendee's own settings and Collector configuration", () => {
  const collectorStarted = {
    'intro-otel.dev/config-sha256': "of the lab's",
    'intro-otel.dev/own-sha256': sha256(GIVEN_COLLECTOR),
  };
  const withCollector: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    aDeployment('collector', { annotations: collectorStarted, namespace }),
  ];

  async function readyWorld(): Promise<SeatHarness> {
    const world = aSeatHarness(aSeat(), { labOf: labCache(withCollector) });
    await world.reconcile();
    world.settle();
    await world.reconcile();
    return world;
  }

  async function edited(file: string, text: string): Promise<{ world: SeatHarness; writes: string[] }> {
    const world = await readyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { [file]: text } });
    const watch = world.watch();
    await world.reconcile();
    return { world, writes: watch.writes() };
  }

  test('settings start the dice, and nothing else', async () => {
    const { world, writes } = await edited('settings.env', 'INSTRUMENTATION=none\n');
    expect(writes).toEqual(['apply Deployment lab-dice', 'apply Seat class-ada/status']);
    expect(annotationsOf(world, 'dice')).toEqual({
      'intro-otel.dev/config-sha256': sha256(GIVEN_CODE.auto),
      'intro-otel.dev/settings-sha256': sha256('INSTRUMENTATION=none\n'),
    });
    expect(world.events.at(-1)?.message).toBe(
      'Deployment lab-dice is started with what the attendee has put into ConfigMap lab-dice.',
    );
  });

  test('configuration starts the Collector, and nothing else', async () => {
    const { world, writes } = await edited('collector.yaml', 'exporters: {}\n');
    expect(writes).toEqual(['apply Deployment lab-collector', 'apply Seat class-ada/status']);
    expect(annotationsOf(world, 'collector')).toEqual({
      ...collectorStarted,
      'intro-otel.dev/own-sha256': sha256('exporters: {}\n'),
    });
    expect(world.events.at(-1)?.message).toContain('Deployment lab-collector is started');
  });

  test('each is kept by itself: what the attendee has not touched follows the lab', async () => {
    const { world } = await edited('collector.yaml', 'exporters: {}\n');
    world.change({ revision: 'r2', lab: { instrumentation: 'manual' } });
    await world.reconcile();
    expect(dice(world)?.data).toEqual({
      'app.ts': GIVEN_CODE.manual,
      'settings.env': GIVEN_SETTINGS,
      'collector.yaml': 'exporters: {}\n',
    });
  });

  test('that is as it was given again is no longer theirs, and is started as such', async () => {
    const { world } = await edited('collector.yaml', 'exporters: {}\n');
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'collector.yaml': GIVEN_COLLECTOR } });
    await world.reconcile();
    expect(annotationsOf(world, 'collector')).toEqual(collectorStarted);
    world.settle();
    await world.reconcile();
    expect(world.condition('Ready')?.message).toBe('All 3 Deployments of the lab are available.');
  });

  test('comes back when the attendee deletes the key', async () => {
    const { world } = await edited('settings.env', 'INSTRUMENTATION=none\n');
    world.api.edit(KINDS.ConfigMap, inSeat('lab-dice'), { data: { 'settings.env': null } });
    await world.reconcile();
    expect(dice(world)?.data).toEqual({ ...given, 'app.ts': GIVEN_CODE.auto });
  });

  test("with which the Collector doesn't run keeps nobody from calling the seat ready, which says so", async () => {
    const { world } = await edited('collector.yaml', 'broken');
    world.settle('lab-collector');
    await world.reconcile();
    expect(world.seat.status?.phase).toBe('Ready');
    expect(world.condition('Ready')?.message).toBe(
      "All 2 Deployments of the lab are available. lab-collector is not counted, as it runs the attendee's own configuration.",
    );
  });
});
