import { LABELS } from '../api/types.ts';
import type { Workshop } from '../api/types.ts';
import { KINDS } from '../../kubernetes/kinds.ts';
import { areFaultsChanged, faultsOf } from './faults.ts';
import { aSeat, smallLab } from './testing/fixtures.ts';
import { labCache } from './lab.ts';
import type { LabTemplate } from './lab.ts';
import type { ConfigMap } from './types.ts';
import { aSeatHarness, inSeat } from './testing/seat-harness.ts';
import type { SeatHarness } from './testing/seat-harness.ts';

const workshop = (label?: string): Workshop => ({
  apiVersion: 'intro-otel.dev/v1alpha1',
  kind: 'Workshop',
  metadata: { name: 'class', uid: 'class-1', ...(label !== undefined && { labels: { [LABELS.faults]: label } }) },
  spec: { seats: 1 },
});

test.each([
  [undefined, undefined],
  ['', ''],
  ['none', ''],
  ['spike', 'spike'],
  ['spike.timeouts', 'spike,timeouts'],
  ['spike_timeouts', 'spike,timeouts'],
  ['..spike.', 'spike'],
])('the label %j switches on %j', (label, expected) => {
  expect(faultsOf(workshop(label))).toBe(expected);
});

test.each<[string, Workshop | undefined, Workshop | undefined, boolean]>([
  ['set', workshop(), workshop('spike'), true],
  ['changed', workshop('spike'), workshop('timeouts'), true],
  ['removed', workshop('spike'), workshop(), true],
  ['gone with the Workshop', workshop('spike'), undefined, true],
  ['as it was', workshop('spike'), workshop('spike'), false],
  ['never there', undefined, workshop(), false],
])('seats are looked at where the label was %s', (_what, before, after, expected) => {
  expect(areFaultsChanged(before, after)).toBe(expected);
});

describe("a seat's faults", () => {
  const withFaults: LabTemplate = (values) => (namespace) => [
    ...smallLab(values)(namespace),
    { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'lab-faults', namespace } },
  ];
  const on = (world: SeatHarness) => world.get<ConfigMap>('ConfigMap', 'lab-faults')?.data?.['faults'];
  const whose = (world: SeatHarness) =>
    world.get<ConfigMap>('ConfigMap', 'lab-faults')?.metadata.annotations?.['intro-otel.dev/faults-of'];

  async function readyWorld(label?: string): Promise<SeatHarness> {
    const world = aSeatHarness(aSeat(), { labOf: labCache(withFaults) });
    world.api.seed(workshop(label));
    await world.reconcile();
    world.settle();
    await world.reconcile();
    return world;
  }

  async function label(world: SeatHarness, value: string | null): Promise<string[]> {
    world.api.edit(KINDS.Workshop, { name: 'class' }, { metadata: { labels: { [LABELS.faults]: value } } });
    const watch = world.watch();
    await world.reconcile();
    return watch.writes();
  }

  test('are switched on and taken back with the label, and nothing else is written', async () => {
    const world = await readyWorld();
    expect(on(world)).toBeUndefined();
    expect(await label(world, 'spike.timeouts')).toEqual(['apply ConfigMap lab-faults']);
    expect(on(world)).toBe('spike,timeouts');
    expect(whose(world)).toBe('class');
    expect(world.events.at(-1)?.message).toBe(
      "The faults that are on are now those of the Workshop's label intro-otel.dev/faults.",
    );
    expect(await label(world, null)).toEqual(['apply ConfigMap lab-faults']);
    expect([on(world), whose(world)]).toEqual([undefined, undefined]);
  });

  test('are on from the beginning in a seat that is made later', async () => {
    expect(on(await readyWorld('spike'))).toBe('spike');
  });

  test("are the lab's own to switch while there is no label", async () => {
    const world = await readyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'timeouts' } });
    const watch = world.watch();
    await world.reconcile();
    expect([watch.writes(), on(world)]).toEqual([[], 'timeouts']);
  });

  test('are as the label says while there is one, whatever the lab has switched', async () => {
    const world = await readyWorld();
    world.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'timeouts' } });
    await label(world, 'none');
    expect(on(world)).toBe('');
    world.api.edit(KINDS.ConfigMap, inSeat('lab-faults'), { data: { faults: 'spike' } });
    await world.reconcile();
    expect(on(world)).toBe('');
  });
});
